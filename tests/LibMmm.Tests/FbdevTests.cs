using System.Globalization;
using System.Text.Json;

namespace LibMmm.Tests;

/// <summary>mmm-fbdev with a program that checks what it is answered.</summary>
public class FbdevTests
{
    private const int Red = 0xC00000, Green = 0x00C000, Blue = 0x0000C0, White = 0xFFFFFF;

    private static void Key(MmmHost host, string key) => host.Ask("event", "fbdev_app", key);

    private static long Switches(int pid) => File.ReadLines($"/proc/{pid}/status")
        .Where(l => l.StartsWith("voluntary_ctxt", StringComparison.Ordinal))
        .Sum(l => long.Parse(l.Split(':')[1], CultureInfo.InvariantCulture));

    // Waits until the mappings are protected: nothing wakes the starter any more.
    private static void WaitForQuiet(int pid) => Wait.Until(() =>
    {
        var before = Switches(pid);
        new ManualResetEventSlim().Wait(TimeSpan.FromSeconds(2));
        return Switches(pid) == before;
    }, "a starter that sleeps for 2 s");

    [Fact]
    public void Framebuffer_and_terminal_answer_as_the_kernel_does()
    {
        using var host = new MmmHost();
        var app = Framebuffer.Run(host, Framebuffer.App, "ask");
        Assert.Equal(0, app.WaitForEnd());
        Assert.Equal(["ok"], app.Output);
        Assert.Empty(app.Errors);
        host.WaitForNoClient("fbdev_app");
    }

    [Fact]
    public void Pixels_appear_after_a_pause_in_which_nothing_is_woken_whoever_writes_them()
    {
        using var host = new MmmHost();
        var app = Framebuffer.Run(host, Framebuffer.App, "draw");
        host.WaitForRectangle(0, 0, 320, 200, Red);
        foreach (var (key, color) in new[] { ("g", Green), ("z", 0), ("f", Blue) })
        {
            WaitForQuiet(host.WaitForClient("fbdev_app").Pid);
            Key(host, key);
            host.WaitForRectangle(0, 0, 320, 200, color);
        }
        WaitForQuiet(host.WaitForClient("fbdev_app").Pid);
        Key(host, "w");
        host.WaitForRectangle(0, 0, 1, 1, White, around: Blue);
        Key(host, "q");
        Assert.Equal(0, app.WaitForEnd());
    }

    [Fact]
    public void A_host_that_is_held_up_shows_the_last_picture_afterwards()
    {
        using var host = new MmmHost();
        // The program stops itself, and draws when the host is stopped.
        var app = Framebuffer.Run(host, "sh", "-c", $"kill -STOP $$; exec {Framebuffer.App} draw");
        var starter = host.WaitForClient("sh").Pid;
        WaitForQuiet(starter);
        host.Process.Signal(Child.SIGSTOP);
        Shell.Run($"kill -CONT $(cat /proc/{starter}/task/{starter}/children)");
        WaitForQuiet(starter);
        Assert.Equal(0, host.Pixel(0, 0));
        host.Process.Signal(Child.SIGCONT);
        host.WaitForRectangle(0, 0, 320, 200, Red);
        Assert.False(app.HasEnded);
    }

    [Fact]
    public void A_screen_that_is_turned_off_is_black_until_it_is_turned_on()
    {
        using var host = new MmmHost();
        Framebuffer.Run(host, Framebuffer.App, "draw");
        host.WaitForPixel(10, 10, Red);
        Key(host, "x");
        host.WaitForPixel(10, 10, 0);
        Key(host, "g");
        Key(host, "v");
        host.WaitForRectangle(0, 0, 320, 200, Green);
    }

    [Fact]
    public void Input_devices_give_keys_and_positions()
    {
        using var host = new MmmHost(input: true);
        var app = Framebuffer.Run(host, Framebuffer.App, "evdev");
        app.WaitForOutput("ready");
        host.WaitForClient("fbdev_app", c => c.Focus);
        Key(host, "A");
        app.WaitForOutput("keyboard 1 30 1");
        Key(host, "key-release A");
        app.WaitForOutput("keyboard 1 30 0");
        Assert.Equal(["keyboard 1 42 1", "keyboard 1 30 1", "keyboard 1 42 0", "keyboard 1 30 0"], 
            app.Output.Where(l => l.StartsWith("keyboard 1", StringComparison.Ordinal)));
        host.Ask("event", "fbdev_app", "mouse-press 30 40 0 left mouse");
        app.WaitForOutput("pointer 1 330 1");
        Assert.Contains("pointer 3 0 30", app.Output);
        Assert.Contains("pointer 3 1 40", app.Output);
        host.Ask("event", "fbdev_app", "mouse-release 400 -5 0 left mouse");
        app.WaitForOutput("pointer 1 330 0");
        Assert.Contains("pointer 3 0 319", app.Output);
        host.Ask("event", "fbdev_app", "mouse-scroll 30 40 0 1");
        app.WaitForOutput("pointer 2 8 -1");
    }

    // Without /dev/pts, and without the system call that reports writes.
    [Fact]
    public void It_works_in_the_sandbox_of_an_app()
    {
        var command = JsonSerializer.Serialize(new[] { Framebuffer.Starter, Framebuffer.App, "draw" });
        var app = $$"""{ "name": "fb", "binds": ["{{Framebuffer.Root}}"], "command": {{command}} }""";
        using var host = new MmmHost(config: $$"""{ "apps": [ {{app}} ] }""");
        host.WaitForRectangle(0, 0, 320, 200, Red);
        foreach (var (key, color) in new[] { ("g", Green), ("z", 0), ("r", Red) })
        {
            Key(host, key);
            host.WaitForRectangle(0, 0, 320, 200, color);
        }
    }

    [Fact]
    public void The_exit_code_is_that_of_the_program_and_SIGTERM_is_passed_on()
    {
        using var host = new MmmHost();
        Assert.Equal(7, Framebuffer.Run(host, "sh", "-c", "exit 7").WaitForEnd());
        var app = Framebuffer.Run(host, "sh", "-c", "trap 'exit 5' TERM; echo ready; while :; do sleep 0.1; done");
        app.WaitForOutput("ready");
        app.Signal(Child.SIGTERM);
        Assert.Equal(5, app.WaitForEnd());
        var missing = Framebuffer.Run(host, "/no/program");
        Assert.Equal(127, missing.WaitForEnd());
        Assert.Equal(["mmm-fbdev: /no/program: No such file or directory; give a program of the PATH, or its path"], missing.Errors);
    }
}
