using System.Globalization;
using Mmm.Protocol;

namespace FbHost.Tests;

/// <summary>A host whose clients do nothing does nothing: context switches of all its threads, from /proc.</summary>
public class IdleTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(3);

    // The sum only grows; a thread that ends takes its share away, which a window of 0 must not come from.
    private static (long Switches, string Threads) Count(int pid)
    {
        var tasks = Directory.GetDirectories($"/proc/{pid}/task").Order(StringComparer.Ordinal).ToArray();
        var switches = tasks.SelectMany(t => File.ReadLines(t + "/status"))
            .Where(l => l.Contains("ctxt_switches", StringComparison.Ordinal)).Sum(Number);
        return (switches, string.Join(' ', tasks));
    }

    private static long Number(string line) => long.Parse(line.Split(':')[1], CultureInfo.InvariantCulture);

    // The least of a few windows: the machine's own noise only adds.
    internal static long SwitchesInAWindow(MmmHost host, long enough)
    {
        var least = long.MaxValue;
        for (var tries = 0; tries < 8 && least > enough; tries++)
        {
            var before = Count(host.Process.Pid);
            new ManualResetEventSlim().Wait(Window);
            var after = Count(host.Process.Pid);
            if (before.Threads == after.Threads)
                least = Math.Min(least, after.Switches - before.Switches);
        }
        return least;
    }

    [Fact]
    public void An_idle_bell_client_costs_no_wakeup_at_all()
    {
        using var host = new MmmHost(input: true);
        host.Run(Programs.Hello);
        host.WaitForClient("Hello");
        Assert.Equal(0, SwitchesInAWindow(host, enough: 0));
    }

    [Fact]
    public void A_bell_client_that_has_drawn_and_sounded_is_idle_again()
    {
        using var host = new MmmHost();
        using var client = new HandMade(host, "bell", c =>
        {
            c.Poke(HandMade.PcmFormat, 3);
            c.Poke(HandMade.PcmRate, 48000);
            c.Poke(HandMade.PcmWrite, 4000);
        });
        Assert.Equal("mmm 1 ok", client.Connect());
        Wait.Until(() => client.Peek(HandMade.PcmRead) == 4000, "the sound's end");
        host.WaitForClient("bell", c => c.Frames > 0 && c.Bell);
        Assert.Equal(0, SwitchesInAWindow(host, enough: 0));
    }

    // The host opens and closes them, which it must not take for a change.
    [Fact]
    public void Files_that_are_no_clients_cost_nothing()
    {
        using var host = new MmmHost();
        for (var i = 0; i < 100; i++)
        {
            var bytes = new byte[400_000];
            BitConverter.GetBytes(i % 2 == 0 ? -1 : 0).CopyTo(bytes, HandMade.Pid); // never a client; not one yet
            File.WriteAllBytes(host[$"sound{i}.wav"], bytes);
        }
        using var client = new HandMade(host, "bell");
        Assert.Equal("mmm 1 ok", client.Connect());
        host.WaitForClient("bell");
        host.WaitForLog("is not a client yet");
        Assert.Equal(0, SwitchesInAWindow(host, enough: 0));
    }

    [Fact]
    public void An_idle_polled_client_costs_at_most_70_wakeups_a_second()
    {
        using var host = new MmmHost();
        host.Raw("color ff0000");
        host.WaitForClient("raw");
        Assert.InRange(SwitchesInAWindow(host, enough: (long)(70 * Window.TotalSeconds)), 1, (long)(70 * Window.TotalSeconds));
    }

    // It is polled when its frame is due, not all the time between. Painting and the log may add some switches to a frame's.
    [Fact]
    public void A_polled_client_that_draws_ten_times_a_second_costs_no_more_than_an_idle_one()
    {
        using var host = new MmmHost();
        host.Raw("every ff0000 100");
        host.WaitForClient("raw", c => c.Frames > 10);
        Assert.InRange(SwitchesInAWindow(host, enough: (long)(70 * Window.TotalSeconds)), 1, (long)(70 * Window.TotalSeconds));
    }

    // Each of its rings comes too early, and the timer would wake once more for each frame.
    [Fact]
    public void An_app_that_draws_as_fast_as_it_may_wakes_the_host_about_once_a_frame()
    {
        const int frames = 120;
        using var host = new MmmHost();
        using var client = new HandMade(host, "busy");
        Assert.Equal("mmm 1 ok", client.Connect());
        Draw(10);
        var before = Sleeps(host.Process.Pid);
        Draw(frames);
        Assert.InRange(Sleeps(host.Process.Pid) - before, 0, frames * 3 / 2);

        void Draw(int count)
        {
            for (var i = 0; i < count; i++)
            {
                client.Present();
                client.Ring();
                Wait.Until(() => client.Peek(HandMade.Flip) == 1, "the host has taken the frame");
            }
        }

        static long Sleeps(int pid)
        {
            var loop = $"/proc/{pid}/task/{pid}";
            return Number(File.ReadLines(loop + "/status").Single(l => l.StartsWith("voluntary", StringComparison.Ordinal)));
        }
    }
}
