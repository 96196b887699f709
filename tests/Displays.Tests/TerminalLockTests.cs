using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace Displays.Tests;

/// <summary>Hosts beside hosts on one terminal, for which a file stands in here: the kernel's locks are those of any file.</summary>
public sealed class TerminalLockTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    private sealed class Host : IDisposable
    {
        private int _fd;

        public Host(string path)
        {
            _fd = Sys.Open(path, O_RDWR | O_CREAT, 0x180);
            Assert.True(_fd >= 0);
            Lock = new TerminalLock(_fd);
        }

        public TerminalLock Lock { get; }

        /// <summary>As a host that is killed: the kernel closes its descriptors.</summary>
        public void Dispose() => Sys.Close(Interlocked.Exchange(ref _fd, -1));
    }

    private Host Start() => new(_temp["tty1"]);

    [Fact]
    public void The_first_host_has_the_terminal_and_gives_it_back()
    {
        using var only = Start();
        Assert.True(only.Lock.Join());
        Assert.True(only.Lock.Leave());
    }

    [Fact]
    public void A_second_host_has_it_not_and_gives_nothing_back_when_it_ends_first()
    {
        using Host first = Start(), second = Start();
        Assert.True(first.Lock.Join());
        Assert.False(second.Lock.Join());
        Assert.False(second.Lock.Leave());
        Assert.True(first.Lock.Leave());
    }

    [Fact]
    public void The_first_host_leaves_it_to_the_second_which_gives_it_back()
    {
        using Host first = Start(), second = Start();
        first.Lock.Join();
        second.Lock.Join();
        var waiting = Task.Run(second.Lock.WaitForOwner);
        Assert.False(first.Lock.Leave());
        Assert.True(waiting.Wait(TimeSpan.FromSeconds(30)) && waiting.Result);
        Assert.True(second.Lock.Leave());
    }

    [Fact]
    public void The_second_host_has_it_when_the_first_is_killed()
    {
        using Host first = Start(), second = Start(), guard = Start();
        first.Lock.Join();
        second.Lock.Join();
        first.Dispose();
        Assert.False(guard.Lock.Leave());
        Assert.True(second.Lock.WaitForOwner());
    }

    [Fact]
    public void The_guard_of_the_only_host_gives_it_back_when_that_is_killed()
    {
        using Host only = Start(), guard = Start();
        only.Lock.Join();
        only.Dispose();
        Assert.True(guard.Lock.Leave());
    }

    [Fact]
    public void A_host_that_starts_while_a_guard_gives_it_back_has_it_afterwards()
    {
        using Host killed = Start(), guard = Start(), next = Start();
        killed.Lock.Join();
        killed.Dispose();
        Assert.True(guard.Lock.Leave());
        Assert.False(next.Lock.Join());
        guard.Dispose();
        Assert.True(next.Lock.WaitForOwner());
    }

    [Fact]
    public void Of_hosts_that_end_at_the_same_time_exactly_one_gives_it_back()
    {
        for (var round = 0; round < 200; round++)
        {
            Host[] hosts = [Start(), Start(), Start()];
            foreach (var host in hosts)
                host.Lock.Join();
            using var barrier = new Barrier(hosts.Length);
            var given = 0;
            var threads = Array.ConvertAll(hosts, host => new Thread(() =>
            {
                barrier.SignalAndWait();
                if (host.Lock.Leave())
                    Interlocked.Increment(ref given);
            }));
            Array.ForEach(threads, t => t.Start());
            Array.ForEach(threads, t => t.Join());
            Array.ForEach(hosts, h => h.Dispose());
            Assert.Equal(1, given);
        }
    }

    public void Dispose() => _temp.Dispose();
}
