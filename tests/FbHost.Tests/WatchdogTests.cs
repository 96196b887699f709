using System.Net.Sockets;
using System.Text;
using FbHost.Apps;
using FbHost.Loop;
using FbHost.Options;

namespace FbHost.Tests;

/// <summary>When the watchdogs of the machine and of the service manager are fed.</summary>
public sealed class WatchdogTests : IDisposable
{
    // The watchdog waits 5 or 10 s before something counts as stuck.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);
    private readonly TempDirectory _temp = new();
    private readonly EventLoop _loop = new();
    private readonly CountingDisplay _display = new(8, 8);
    private readonly App _app = new(new AppOptions("demo", ["demo"]), 0);

    public void Dispose()
    {
        _loop.Dispose();
        _temp.Dispose();
    }

    // A file stands for the device: each byte is a feeding.
    private Watchdog Make() => new(_loop, new SystemdNotifier(), _temp.Write("device", ""), 1, _display, () => _app, new HostLog(null));

    private int Fed => (int)new FileInfo(_temp["device"]).Length;

    // Runs the loop, and looks at the condition ten times a second.
    private void RunUntil(Func<bool> condition, string what)
    {
        var (end, isMet) = (EventLoop.Now + Patience.Ticks * 100, false);
        LoopTimer timer = null!;
        timer = _loop.CreateTimer(Look);
        timer.After(0);
        _loop.Run();
        _loop.Remove(timer);
        Assert.True(isMet, $"{what}; it was fed {Fed} times");

        void Look()
        {
            isMet = condition();
            if (isMet || EventLoop.Now > end)
                _loop.Stop();
            else
                timer.After(100);
        }
    }

    // For three times as long as a feeding takes.
    private bool IsFedSoon()
    {
        var (before, end) = (Fed, EventLoop.Now + 1_500_000_000);
        RunUntil(() => Fed > before || EventLoop.Now > end, "the time");
        return Fed > before;
    }

    private void RunUntilFedNoMore()
    {
        var end = EventLoop.Now + Patience.Ticks * 100;
        while (IsFedSoon())
            Assert.True(EventLoop.Now < end, "it is fed");
    }

    [Fact]
    public void It_is_fed_while_all_is_well_and_switched_off_at_the_end()
    {
        var watchdog = Make();
        RunUntil(() => Fed >= 4, "four feedings");
        watchdog.Dispose();
        Assert.Matches("^a+V$", File.ReadAllText(_temp["device"]));
    }

    [Fact]
    public void It_is_not_fed_while_the_display_does_not_finish_a_frame()
    {
        using var watchdog = Make();
        _display.IsBusy = true;
        RunUntilFedNoMore();
        _display.IsBusy = false;
        Assert.True(IsFedSoon());
    }

    [Fact]
    public void It_is_fed_while_a_lost_display_is_awaited()
    {
        using var watchdog = Make();
        (_display.IsBusy, _display.IsLost) = (true, true);
        var end = EventLoop.Now + 7_000_000_000;
        RunUntil(() => EventLoop.Now > end, "longer than a frame may take");
        Assert.True(IsFedSoon());
    }

    [Fact]
    public void It_is_not_fed_while_the_app_in_front_is_frozen_and_cannot_be_ended()
    {
        using var watchdog = Make();
        _app.Frozen = "it has left 3 events unread for 10 s";
        RunUntilFedNoMore();
        _app.Frozen = null;
        Assert.True(IsFedSoon());
    }

    [Fact]
    public void The_service_manager_is_told_also_while_the_screen_is_off_and_not_by_a_host_that_stands_still()
    {
        using var host = new MmmHost(start: false);
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 30_000 };
        manager.Bind(new UnixDomainSocketEndPoint(host.Temp["notify"]));
        host.Environment = [("NOTIFY_SOCKET", host.Temp["notify"]), ("WATCHDOG_USEC", "1000000")];
        host.Start();
        WaitAlive();
        host.Ask("blank");
        WaitAlive();
        WaitAlive();
        host.Process.Signal(19); // SIGSTOP
        manager.ReceiveTimeout = 2000; // four times its rhythm
        Assert.Throws<SocketException>(ReceiveAll);
        host.Process.Signal(18); // SIGCONT
        manager.ReceiveTimeout = 30_000;
        WaitAlive();

        void ReceiveAll()
        {
            while (true) // what it has sent before
                Receive();
        }

        void WaitAlive()
        {
            while (Receive() != "WATCHDOG=1")
                ;
        }

        string Receive()
        {
            var bytes = new byte[200];
            return Encoding.UTF8.GetString(bytes, 0, manager.Receive(bytes));
        }
    }
}
