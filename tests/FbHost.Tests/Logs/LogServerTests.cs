using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using FbHost.Logs;
using FbHost.Loop;

namespace FbHost.Tests.Logs;

/// <summary>The log server with a FIFO and a socket of its own, and a file in place of the kernel's log.</summary>
public sealed class LogServerTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly LogPlaces _places;
    private readonly DeviceLog _log;
    private EventLoop? _loop;
    private Thread? _thread;

    public LogServerTests()
    {
        Directory.CreateDirectory(_directory["memory"]);
        Process.Start("mkfifo", [_directory["output"]]).WaitForExit();
        _places = new LogPlaces(_directory["memory"], _directory["kept"], _directory["socket"], _directory["output"], _directory["none"],
            _directory["level"], _directory.Write("release", "BOARD=virt\nVERSION=1.2.3\n"));
        _log = new DeviceLog(_places.Memory, _places.Kept);
    }

    public void Dispose()
    {
        Stop();
        _directory.Dispose();
    }

    private void Start()
    {
        var isReady = new ManualResetEventSlim();
        _thread = new Thread(() =>
        {
            using var loop = _loop = new EventLoop();
            using var server = new LogServer(loop, _places);
            isReady.Set();
            loop.Run();
        });
        _thread.Start();
        Assert.True(isReady.Wait(Wait.Patience));
    }

    private void Stop()
    {
        if (_thread is null)
            return;
        _loop!.Post(_loop.Stop);
        _thread.Join();
        _thread = null;
    }

    private string Kept => File.Exists(_directory["kept/messages"]) ? File.ReadAllText(_directory["kept/messages"]) : "";

    // Ten lines at a time, as the pipe takes them.
    private void Say(params string[] lines)
    {
        foreach (var some in lines.Chunk(10))
            File.AppendAllText(_directory["output"], string.Concat(some.Select(l => $"{l}\n")));
    }

    private void Log(string datagram)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(_directory["socket"]));
        socket.Send(Encoding.UTF8.GetBytes(datagram));
    }

    private void WaitFor(string text) => Wait.Until(() => _log.InMemory.Contains(text), text, () => _log.InMemory);

    [Fact]
    public void All_sources_are_in_one_log_which_is_kept_at_the_end()
    {
        Start();
        Say("<6>mmm: ready", "Clock: hello");
        Log("<30>Mar  1 14:07:05 dropbear[7]: Pubkey auth succeeded");
        Array.ForEach([" info mmm: ready\n", " info Clock: hello\n", " info dropbear: Pubkey auth succeeded\n"], WaitFor);
        Assert.Contains(" info log: the device was started, version 1.2.3, Linux ", _log.InMemory);
        Assert.Equal("", Kept); // a minute has not passed
        Stop();
        Assert.Equal(_log.InMemory, Kept);
        Assert.EndsWith(" info log: the log ends in order\n", Kept);
        Assert.False(File.Exists(_directory["socket"]));
    }

    [Fact]
    public void A_fault_is_kept_at_once_but_not_a_second_one_within_a_minute()
    {
        Start();
        Say("mmm: before", "<4>mmm: app Clock ended by signal 11; restarting");
        Wait.Until(() => Kept.Contains("signal 11"), "the fault is on the disk", () => Kept);
        Assert.Contains("mmm: before", Kept);
        var kept = Kept;
        Say("<4>mmm: app Clock ended by signal 6; restarting");
        WaitFor("signal 6");
        Thread.Sleep(TimeSpan.FromSeconds(2)); // a fault that is kept at once is kept after a second
        Assert.Equal(kept, Kept);
    }

    [Fact]
    public void The_next_start_says_whether_the_last_one_was_ended_in_order()
    {
        Start();
        Say("<4>mmm: a fault");
        Wait.Until(() => Kept.Contains("a fault"), "the fault is on the disk", () => Kept);
        Directory.Move(_directory["kept"], _directory["as after a power cut"]);
        Stop();
        Directory.Delete(_directory["kept"], recursive: true);
        Directory.Move(_directory["as after a power cut"], _directory["kept"]);
        Directory.Delete(_directory["memory"], recursive: true);
        Start();
        WaitFor("; before, it ended without being shut down, as by a power cut\n");
        Assert.Contains("mmm: a fault", _log.All);
        Stop();
        Directory.Delete(_directory["memory"], recursive: true);
        Start();
        WaitFor("the device was started");
        Assert.DoesNotContain("power cut", _log.InMemory);
    }

    [Fact]
    public void A_server_that_is_started_anew_goes_on_with_the_log()
    {
        Start();
        Say("mmm: first");
        WaitFor("mmm: first");
        Stop();
        Start();
        Say("mmm: second");
        WaitFor("mmm: second");
        Assert.Contains("warning log: the log server was started anew", _log.InMemory);
        Stop();
        Assert.Single(Kept.Split('\n'), l => l.EndsWith("mmm: first", StringComparison.Ordinal));
        Assert.Equal(_log.InMemory, Kept);
    }

    [Fact]
    public void An_app_that_writes_without_end_leaves_room_for_others()
    {
        Start();
        Say([.. Enumerable.Range(0, 5000).Select(i => $"Loud: line {i} {new string('x', 100)}")]);
        Say("<4>mmm: a fault");
        WaitFor("mmm: a fault");
        Assert.InRange(_log.InMemory.Length, LogBudget.MostAtOnce / 2, LogBudget.MostAtOnce + 10_000);
        Wait.Until(() => Kept.Contains(" lines of Loud were left out"), "the number of lines", () => Kept[^Math.Min(Kept.Length, 500)..]);
        Assert.Contains("mmm: a fault", Kept);
    }

    [Fact]
    public void The_level_decides_what_is_in_the_log()
    {
        _directory.Write("level", "warning\n");
        Start();
        Say("<6>mmm: said", "<4>mmm: a fault");
        WaitFor("a fault");
        Assert.DoesNotContain("said", _log.InMemory);
        Stop();
        _directory.Write("level", "debug");
        Start();
        Log("<31>udhcpc: details");
        WaitFor(" debug udhcpc: details");
    }

    [Fact]
    public void A_disk_that_cannot_be_written_is_said_once_and_the_log_in_memory_goes_on()
    {
        _directory.Write("kept", "a file in the directory's place");
        Start();
        Say("<4>mmm: a fault");
        WaitFor($"{_directory["kept/messages"]}: ");
        Assert.Contains("the log is only in memory until that works", _log.InMemory);
        Say("mmm: more");
        WaitFor("mmm: more");
    }
}
