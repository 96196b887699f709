using System.Runtime.InteropServices;
using FbHost.Apps;

namespace FbHost.Tests.Seccomp;

/// <summary>The filter of sandboxed apps in the kernel of this machine, by bubblewrap.</summary>
public sealed class SeccompTests : IDisposable
{
    private const int Green = 0x00ff00;
    private readonly TempDirectory _temp = new();

    public SeccompTests() => File.WriteAllBytes(_temp["filter"], SeccompFilter.Build(RuntimeInformation.ProcessArchitecture));

    public void Dispose() => _temp.Dispose();

    // A shell gives bubblewrap the file as descriptor 9, and becomes it.
    private string[] Filtered(params string[] command) =>
    [
        "sh", "-c", """filter=$1; shift; exec bwrap --dev-bind / / "$@" 9<"$filter" """, "sh", _temp["filter"], "--seccomp", "9",
        .. command,
    ];

    private static Dictionary<string, int> Run(string[] command)
    {
        using var child = new Child(command[0], command[1..]);
        Assert.Equal(0, child.WaitForEnd());
        return child.Output.Select(l => l.Split(": ")).ToDictionary(l => l[0], l => int.Parse(l[1]));
    }

    // Which errno a line of denied_calls.c is to have.
    private static int ErrorOf(string line) => line switch
    {
        "allowed ioctl" => 9, // EBADF: it came to the kernel
        _ when line.StartsWith("allowed ", StringComparison.Ordinal) => 0,
        "socket" or "socket-vsock" or "socketpair" => 97,
        "x32" or "i386 clone3" => 38,
        _ => SeccompFilterTests.Always.GetValueOrDefault(line, 1),
    };

    [Fact]
    public void What_root_could_do_fails_with_the_filters_error_and_what_an_app_needs_succeeds()
    {
        Programs.NeedRoot(); // so that nothing but the filter denies it
        var unfiltered = Run(["bwrap", "--dev-bind", "/", "/", "--cap-add", "ALL", Programs.DeniedCalls]);
        var filtered = Run(Filtered("--cap-add", "ALL", Programs.DeniedCalls));
        Assert.Equal(unfiltered.Keys.ToDictionary(line => line, ErrorOf), filtered);

        // A call that the kernel does not have fails with ENOSYS without the filter, too.
        Assert.All(unfiltered.Where(l => l is { Key: not "x32", Value: not 38 }), l => Assert.Equal(
            (l.Key, l.Key.StartsWith("allowed ", StringComparison.Ordinal)), (l.Key, ErrorOf(l.Key) == l.Value)));
        Assert.InRange(unfiltered.Count(l => l.Value is not (0 or 1 or 38)), 30, 200);
        // Those that have other numbers on 32-bit machines only, and that this C library does not name.
        string[] untried = ["umount", "stime", "clock_settime64", "clock_adjtime64", "vm86", "vm86old", "pciconfig_iobase",
            "pciconfig_read", "pciconfig_write"];
        Assert.Equal(Array.Empty<string>(), SeccompFilterTests.Always.Keys.Except(filtered.Keys).Except(untried));
    }

    [Fact]
    public void A_shell_with_pipes_and_children_runs_in_it()
    {
        var command = Filtered("--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--proc", "/proc",
            "sh", "-c", "for i in 1 2 3; do echo $i & wait; done | sort -r | tr -d '\\n' && grep Seccomp: /proc/self/status");
        using var shell = new Child(command[0], command[1..]);
        Assert.Equal(0, shell.WaitForEnd());
        Assert.Equal("321Seccomp:2", string.Concat(shell.Output).Replace("\t", "").Replace(" ", ""));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_host_whose_apps_cannot_make_memory_executable_says_so(bool isDenied)
    {
        Assert.True(Programs.IsPublished, "only a host that is native code runs there; set MMM_HOST");
        const string config = """{ "apps": [ { "name": "raw", "sandbox": "none", "command": [ "$RAW", "color", "00ff00" ] } ] }""";
        using var host = new MmmHost(config: config, start: false);
        // As systemd does it on kernels before 6.3: mprotect with PROT_EXEC fails with EPERM.
        var mprotect = SystemCalls.Of(RuntimeInformation.ProcessArchitecture == Architecture.X64 ? "x64" : "arm64").Numbers["mprotect"];
        (ushort Code, byte IfTrue, byte IfFalse, int K)[] filter =
        [
            (0x20, 0, 0, 0), (0x15, 0, 3, mprotect), (0x20, 0, 0, 32), (0x45, 0, 1, 4), (0x06, 0, 0, 0x0005_0001),
            (0x06, 0, 0, 0x7FFF_0000),
        ];
        File.WriteAllBytes(_temp["filter"], [.. filter.SelectMany(i =>
            (byte[])[.. BitConverter.GetBytes(i.Code), i.IfTrue, i.IfFalse, .. BitConverter.GetBytes(i.K)])]);
        host.Launcher = isDenied ? Filtered() : [];
        host.Start();
        host.WaitForClient("raw");
        Assert.Equal(isDenied ? 1 : 0, host.CountLog("apps cannot make memory executable (MemoryDenyWriteExecute=)"));
    }

    [Theory]
    [InlineData("Hello")]
    [InlineData("raw_client")]
    public void An_app_draws_in_it(string app)
    {
        using var host = new MmmHost();
        // This one has a JIT compiler, and threads that collect garbage.
        string[] hello = [Path.Combine(AppContext.BaseDirectory, "Hello")];
        string[] raw = [Programs.RawClient, "--title", "Raw", "--size", "320x200", "color", "00ff00"];
        var command = Filtered(["--unshare-ipc", "--unshare-net", .. app == "Hello" ? hello : raw]);
        using var child = host.Run(command[0], command[1..]);
        if (app == "Hello")
            host.WaitForClient("Hello", c => c is { Frames: > 0, Bell: true });
        else
            host.WaitForPixel(200, 150, Green);
        Assert.False(child.HasEnded);
    }
}
