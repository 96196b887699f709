namespace FbHost.Tests.Audio;

public class NoThreadTests
{
    private static readonly string[] AsAnother = ["--reuid=54321", "--regid=54321", "--clear-groups"]; // root may always have one more

    private static void Limit(Child child, string processes)
    {
        using var prlimit = new Child("setpriv", [.. AsAnother, "prlimit", $"--pid={child.Pid}", $"--nproc={processes}:"]);
        Assert.Equal(0, prlimit.WaitForEnd());
    }

    private static string LimitOf(Child child) => File.ReadLines($"/proc/{child.Pid}/limits")
        .First(line => line.StartsWith("Max processes", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[2];

    [Fact]
    public void Without_a_thread_there_is_no_sound_until_there_can_be_one_and_one_line()
    {
        Programs.NeedRoot();
        using var temp = new TempDirectory();
        File.SetUnixFileMode(temp.Path, (UnixFileMode)0x1FF);
        using var mmm = new Child("setpriv", [.. AsAnother, Programs.Mmm,
            "--display", "memory:64x48", "--input", "none", "--audio", "none", "--path", temp["clients"]]);
        Wait.Until(() => mmm.Errors.Any(l => l.Contains("ready", StringComparison.Ordinal)),
            "the ready line", () => string.Join(" | ", mmm.Errors));
        var before = LimitOf(mmm);
        Limit(mmm, "1");
        using var tone = new Child("setpriv", [.. AsAnother, Programs.RawClient, "pcm", "3", "48000", "440", "300"],
            ("MMM_PATH", temp["clients"]));
        Wait.Until(() => mmm.Errors.Contains("mmm: audio: no thread can be created; "
            + "raise the limit of processes (RLIMIT_NPROC) or of memory; there is no sound until then"),
            "the line", () => string.Join(" | ", mmm.Errors));
        using (var control = new ControlClient(temp["clients"]))
            Assert.Equal(1, control.Ask("clients").GetProperty("clients").GetArrayLength());
        Limit(mmm, before);
        tone.WaitForOutput("played");
        Assert.Single(mmm.Errors, line => line.Contains("no thread", StringComparison.Ordinal));
        mmm.Signal(Child.SIGTERM);
        Assert.Equal(0, mmm.WaitForEnd());
    }
}
