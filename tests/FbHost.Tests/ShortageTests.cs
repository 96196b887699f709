namespace FbHost.Tests;

/// <summary>A host that gets no more threads, memory or descriptors, or whose place is gone.</summary>
public sealed class ShortageTests
{
    private const string User = "61234"; // of nobody else, so that its processes are those of the test
    private static readonly string[] AsUser = [$"--reuid={User}", $"--regid={User}", "--clear-groups"];

    // A host that the user runs, when it is ready.
    private static Child StartAsUser(MmmHost host, string directory)
    {
        Programs.NeedRoot();
        File.SetUnixFileMode(host.Temp.Path, (UnixFileMode)0x1FF);
        var mmm = host.Run("setpriv", [.. AsUser, Programs.Mmm, "--display", $"memory:64x48@{host.Temp["own"]}",
            "--input", "none", "--audio", "none", "--path", directory]);
        Wait.Until(() => mmm.HasEnded || mmm.Errors.Any(l => l.Contains("ready: ")),
            "the ready line", () => string.Join(" | ", mmm.Errors));
        return mmm;
    }

    private static void Limit(Child process, string limit, params string[] user)
    {
        using var prlimit = new Child("setpriv", [.. user, "prlimit", "--pid", $"{process.Pid}", limit]);
        Assert.True(prlimit.WaitForEnd() == 0, string.Join(" | ", prlimit.Errors));
    }

    private static long Addresses(Child process) => 1024 * long.Parse(
        File.ReadLines($"/proc/{process.Pid}/status").First(l => l.StartsWith("VmSize:", StringComparison.Ordinal))
            .Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1]);

    [Theory]
    [InlineData("nproc")]
    [InlineData("as")]
    public void Where_no_thread_can_be_made_it_ends_in_order_all_the_same(string limit)
    {
        using var host = new MmmHost(start: false);
        using var mmm = StartAsUser(host, host.Temp["of-user"]);
        // A thread's stack is larger than what is left of the addresses.
        Limit(mmm, $"--{limit}={(limit == "as" ? Addresses(mmm) + (1 << 20) : 1)}", AsUser);
        mmm.Signal(Child.SIGTERM);
        Assert.InRange(mmm.WaitForEnd(), 0, 1);
        Assert.All(mmm.Errors, l => Assert.StartsWith("mmm: ", l)); // no stack trace
        Assert.Contains("mmm: 0 frames, 0 dropped clients", mmm.Errors);
        Assert.False(Directory.Exists(host.Temp["of-user"])
            && Directory.GetFileSystemEntries(host.Temp["of-user"]).Any(f => f.EndsWith(".control") || f.EndsWith(".host")));
    }

    [Fact]
    public void With_64_descriptors_it_serves_what_it_can()
    {
        using var host = new MmmHost(start: false);
        using var mmm = host.Run("prlimit", $"--nofile={(Programs.IsPublished ? 64 : 1024)}", Programs.Mmm,
            "--display", $"memory:320x200@{host.FramebufferFile}", "--input", "none", "--audio", "none");
        Wait.Until(() => mmm.Errors.Any(l => l.Contains("ready: ")), "the ready line", () => string.Join(" | ", mmm.Errors));
        if (!Programs.IsPublished)
            Limit(mmm, $"--nofile={Directory.GetFiles($"/proc/{mmm.Pid}/fd").Length + 48}");
        host.Raw("--title Good animate");
        host.WaitForClient("Good");
        var others = Enumerable.Range(0, 70).Select(i => new HandMade(host, $"other-{i}")).ToList();
        host.AssertKeepsShowing("Good");
        Wait.Until(() => host.Clients.Length > 10, "other clients to be served");
        others.ForEach(c => c.Dispose());
        using var late = host.Raw("--title Late color 00ff00");
        host.WaitForClient("Late");
        mmm.Signal(Child.SIGTERM);
        Assert.Equal(0, mmm.WaitForEnd());
        Assert.All(mmm.Errors, l => Assert.StartsWith("mmm: ", l));
        Assert.Contains(mmm.Errors, l => l.EndsWith("Too many open files; trying again"));
    }

    [Fact]
    public void A_program_whose_directory_its_user_may_not_enter_runs()
    {
        Programs.NeedRoot();
        Assert.True(Programs.IsPublished, "only a published host runs there; set MMM_HOST");
        using var temp = new TempDirectory();
        Directory.CreateDirectory(temp["private/bin"]);
        File.Copy(Programs.MmmFile, temp["private/bin/mmm"]);
        File.SetUnixFileMode(temp["private/bin"], (UnixFileMode)0x1ED);
        File.SetUnixFileMode(temp["private"], (UnixFileMode)0x1C0);
        File.SetUnixFileMode(temp.Path, (UnixFileMode)0x1FF);
        using var mmm = new Child("sh", ["-c", "cd \"$1\" && shift && exec setpriv \"$@\"", "sh", temp["private/bin"], .. AsUser, "./mmm",
            "--display", "memory:64x48", "--input", "none", "--audio", "none", "--path", temp["clients"]]);
        Wait.Until(() => mmm.HasEnded || mmm.Errors.Length > 0, "a line");
        Assert.StartsWith("mmm: ready: ", mmm.Errors[0]);
        mmm.Signal(Child.SIGTERM);
        Assert.Equal(0, mmm.WaitForEnd());
    }

    [Theory]
    [InlineData("--path", "relative")]
    [InlineData("-p", "relative")]
    public void A_directory_below_one_that_was_removed_is_named(string option, string path)
    {
        using var temp = new TempDirectory();
        using var mmm = new Child("sh",
            ["-c", "mkdir \"$1\" && cd \"$1\" && rmdir \"$1\" && shift && exec \"$@\"", "sh", temp["gone"], Programs.Mmm,
            "--display", "memory:64x48", "--input", "none", "--audio", "none", option, path]);
        BadInputTests.AssertOneLine(mmm, "the working directory was removed");
    }
}
