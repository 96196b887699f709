namespace FbHost.Tests.Fbdev;

/// <summary>The process that gives the screen back after a crash of the host, on a framebuffer that is a plain file.</summary>
public sealed class GuardTests : IDisposable
{
    private const int Bytes = 64 * 48 * 4;
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    private Child Start(string config)
    {
        Programs.NeedRoot();
        var found = new byte[Bytes];
        found.AsSpan().Fill(0x5A);
        File.WriteAllBytes(_temp["fb"], found);
        _temp.Write("mmm.json", config.Replace("$TEMP", _temp.Path));
        string[] command = [.. Surroundings.OwnDevices(_temp, evdev: false), Programs.FakeFramebuffer, _temp["started"],
            Programs.Mmm, "--display", $"fbdev:{_temp["fb"]}", "--config", _temp["mmm.json"]];
        return new Child(command[0], command[1..], ("MMM_PATH", _temp["mmm"]), ("RUNTIME_DIRECTORY", _temp["own"]));
    }

    // The programs that were started, each with its first argument, in order.
    private string[] Started =>
        [.. File.ReadAllLines(_temp["started"]).Select(l => l is "fork" or "/proc/self/exe --guard" ? "guard" : l)]; // native, and else

    // Nobody reads the log of an appliance: a screen of the machine shows what is wrong.
    [Theory]
    [InlineData("sound", "\"audio\": { \"device\": \"alsa:hw:99\" }", "ALSA device hw:99")]
    [InlineData("input", "\"input\": { \"devices\": [ \"/dev/nonexistent\", \"none\" ] }", "input: /dev/nonexistent: ")]
    [InlineData("button", "\"buttons\": [ { \"chip\": 77, \"line\": 5, \"event\": \"return\" } ]", "/dev/gpiochip77: ")]
    [InlineData("app", "\"apps\": [ { \"name\": \"demo\", \"command\": [ \"/nonexistent\" ] } ]", "app demo: /nonexistent: ")]
    [InlineData("key", "\"colour\": 1", "$TEMP/mmm.json:1: colour is not a known key")]
    [InlineData("text", "!", "$TEMP/mmm.json:1: not valid JSON")]
    public void A_fault_is_shown_on_a_framebuffer(string what, string config, string fault)
    {
        var silent = what == "sound" ? "" : "\"audio\": { \"device\": \"none\" },";
        var still = what == "input" ? "" : "\"input\": { \"devices\": [ \"none\" ] },";
        using var host = Start($$"""{ {{still}} {{silent}} {{config}} }""");
        Wait.Until(() => File.ReadAllBytes(_temp["fb"]).AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xFF, 0xFF]) >= 0, "the page",
            () => string.Join(" | ", host.Errors));
        var line = $"mmm: {fault.Replace("$TEMP", _temp.Path)}";
        Wait.Until(() => host.Errors.Any(l => l.StartsWith(line, StringComparison.Ordinal)), line, () => string.Join(" | ", host.Errors));
        Assert.Equal([$"{Programs.Mmm} --display", "guard"], Started[..2]);
        host.Signal(Child.SIGTERM);
        Assert.Equal(0, host.WaitForEnd());
        Assert.All(File.ReadAllBytes(_temp["fb"]), b => Assert.Equal(0x5A, b));
    }

    [Fact]
    public void A_killed_hosts_framebuffer_has_again_what_it_had()
    {
        using var host = Start("""{ "input": { "devices": [ "none" ] }, "audio": { "device": "none" } }""");
        bool IsReady() => host.Errors.Any(l => l.StartsWith("mmm: ready: ", StringComparison.Ordinal));
        Wait.Until(IsReady, "ready", () => string.Join(" | ", host.Errors));
        Assert.Equal([$"{Programs.Mmm} --display", "guard"], Started);
        Assert.DoesNotContain((byte)0x5A, File.ReadAllBytes(_temp["fb"])); // black
        host.Signal(Child.SIGKILL);
        Wait.Until(() => File.ReadAllBytes(_temp["fb"]).All(b => b == 0x5A), "what it had");
    }
}
