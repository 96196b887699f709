using System.Runtime.InteropServices;

namespace AlsaSink.Tests;

public class RealTimeTests
{
    private const int SCHED_FIFO = 1;
    private const int SCHED_RESET_ON_FORK = 0x40000000;

    [DllImport("libc")]
    private static extern int sched_getscheduler(int pid);

    // The one or the other, as this machine permits it.
    [Fact]
    public void The_thread_is_raised_or_it_is_said_once_that_it_may_not_be()
    {
        List<string> info = [];
        int policy = -1;
        Thread thread = new(() =>
        {
            RealTime priority = new(1, info.Add);
            priority.Raise();
            priority.Raise();
            policy = sched_getscheduler(0);
        });
        thread.Start();
        thread.Join();
        if (policy == (SCHED_FIFO | SCHED_RESET_ON_FORK))
            Assert.Empty(info);
        else
            Assert.Matches("^audio: no real-time priority \\([a-z ]+\\); raise the limit RLIMIT_RTPRIO to 1 ", Assert.Single(info));
    }

    [Fact]
    public void A_priority_that_does_not_exist_is_said_too()
    {
        List<string> info = [];
        Thread thread = new(() => new RealTime(100, info.Add).Raise());
        thread.Start();
        thread.Join();
        Assert.StartsWith("audio: no real-time priority (", Assert.Single(info));
    }
}
