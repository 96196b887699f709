using System.Globalization;

namespace LibMmm.Tests;

/// <summary>C clients on the real host, with its bell.</summary>
public class HostTests
{
    private static Child Start(MmmHost host, string variant, params string[] arguments)
    {
        var kind = Variant.Of(variant);
        var program = Built.Program(kind, "app");
        return kind.Runner == "" ? host.Run(program, arguments) : host.Run(kind.Runner.Trim(), [program, .. arguments]);
    }

    [Theory]
    [InlineData("sanitized")]
    [InlineData("arm")]
    [InlineData("musl")]
    public void It_fills_the_screen_and_gets_its_events_by_the_bell(string variant)
    {
        using var host = new MmmHost();
        var app = Start(host, variant, "idle");
        var client = host.WaitForClient("idle", c => c.Bell && c.Frames > 0);
        Assert.Equal((320, 200), (client.Width, client.Height));
        host.WaitForPixel(319, 199, 0x4080C0);
        host.Ask("event", "idle", "message hello");
        app.WaitForEvents("message hello");
        host.WaitForPixel(0, 0, 2);
        host.Ask("event", "idle", "q");
        Assert.Equal(0, app.WaitForEnd());
        host.WaitForNoClient("idle");
        Assert.Equal([".control", ".host"], Directory.GetFileSystemEntries(host.Path).Select(Path.GetFileName).Where(n => n != ".apps")
            .Order(StringComparer.Ordinal));
    }

    [Fact]
    public void It_has_the_size_that_it_wants_and_follows_the_screen_when_asked()
    {
        using var host = new MmmHost(config: """{ "messages": ["fullscreen"] }""");
        var app = Start(host, "sanitized", "idle", "40", "30");
        var client = host.WaitForClient("idle");
        Assert.Equal((40, 30), (client.Width, client.Height));
        using (var file = new FileStream(Path.Combine(host.Path, client.File), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            file.Position = Mmm.Protocol.Abi.Lp64.DesiredWidth;
            file.Write([100, 0, 0, 0, 50, 0, 0, 0]);
        }
        host.Ask("event", "idle", "a");
        app.WaitForOutput("size 100x50");
        host.WaitForClient("idle", c => (c.Width, c.Height) == (100, 50));
        host.WaitForPixel(99, 49, 0x4080C0);
    }

    [Fact]
    public void A_program_for_the_original_library_works_too()
    {
        using var host = new MmmHost();
        var app = Start(host, "sanitized", "old");
        host.WaitForClient("old", c => c.Bell);
        host.Ask("event", "old", "a");
        app.WaitForEvents("a");
        host.WaitForPixel(0, 0, 2);
    }

    [Fact]
    public void A_window_manager_shows_its_own_clients_and_gives_them_their_events()
    {
        using var host = new MmmHost();
        using var own = new TempDirectory();
        var manager = host.Run(Built.Program(Variant.Sanitized, "windows"), own.Path);
        host.WaitForClient("windows");
        using var left = new Child(Programs.Hello, [], ("MMM_PATH", own.Path));
        manager.WaitForOutput("0 is Hello");
        using var right = new Child(Programs.Hello, [], ("MMM_PATH", own.Path));
        manager.WaitForOutput("1 is Hello");
        host.WaitForPixel(159, 199, 0x203040);
        host.WaitForPixel(319, 199, 0x203040);
        host.Ask("tap", "310", "10");
        host.WaitForPixel(160, 0, 0xFFC030);
        host.WaitForPixel(159, 0, 0x203040);
        host.Ask("tap", "10", "10");
        host.WaitForPixel(159, 0, 0xFFC030);
        left.Signal(Child.SIGKILL);
        manager.WaitForOutput("0 has ended");
        host.Ask("tap", "310", "10");
        host.WaitForPixel(319, 0, 0x203040);
        Assert.False(manager.HasEnded);
    }

    [Fact]
    public void An_idle_client_is_never_woken()
    {
        using var host = new MmmHost();
        var app = Start(host, "plain", "idle");
        host.WaitForClient("idle", c => c.Frames > 0);
        var least = long.MaxValue;
        for (var tries = 0; tries < 8 && least > 0; tries++)
        {
            var before = Switches(app);
            new ManualResetEventSlim().Wait(TimeSpan.FromSeconds(2));
            least = Math.Min(least, Switches(app) - before);
        }
        Assert.Equal(0, least);
    }

    private static long Switches(Child app) => File.ReadLines($"/proc/{app.Pid}/status")
        .Where(l => l.StartsWith("voluntary_ctxt", StringComparison.Ordinal))
        .Sum(l => long.Parse(l.Split(':')[1], CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("sanitized")]
    [InlineData("arm")]
    public void Its_sound_is_heard(string variant)
    {
        using var host = new MmmHost(audio: "wav:");
        using (var app = Start(host, variant, "sound"))
        {
            host.WaitForClient("sound", c => c.Audio);
            Wait.Until(() => new FileInfo(host.Sound).Length > 100_000, "half a second of sound");
        }
        Assert.Equal(0, host.Stop());
        var samples = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, short>(File.ReadAllBytes(host.Sound).AsSpan(44)).ToArray();
        Assert.Contains((short)8000, samples);
    }

    [Fact]
    public void Without_MMM_PATH_it_starts_a_host_that_ends_with_it()
    {
        using var temp = new TempDirectory();
        var display = $"memory:64x48@{temp["framebuffer"]}";
        using var app = new Child(Built.Program(Variant.Sanitized, "app"), ["idle"],
            ("PATH", Programs.PathWithMmm), ("XDG_RUNTIME_DIR", temp.Path), ("MMM_DISPLAY", display),
            ("RUNTIME_DIRECTORY", temp["own"]), ("STATE_DIRECTORY", temp["state"]));
        var directory = temp[$"mmm-{app.Pid}"];
        Wait.Until(() => app.Output.Length > 0, "the client", () => string.Join(" | ", app.Errors));
        Assert.Matches($"^ready {directory}/fb\\.[A-Za-z0-9]{{6}} 64x48$", app.Output[0]);
        using (var control = new ControlClient(directory))
            control.Ask("event", "idle", "q");
        Assert.Equal(0, app.WaitForEnd());
        Wait.Until(() => !Directory.Exists(directory), "the end of the host, which removes the directory");
    }
}
