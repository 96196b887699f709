using System.Runtime.InteropServices;

namespace AlsaSink;

/// <summary>Sets real-time scheduling for the thread that plays, once. If that is not permitted, one line is logged.</summary>
/// <param name="priority">The SCHED_FIFO priority, 1 to 99.</param>
/// <param name="info">Receives that line.</param>
internal sealed unsafe class RealTime(int priority, Action<string>? info)
{
    // From include/uapi/linux/sched.h. SCHED_RESET_ON_FORK: a process that this thread forks gets ordinary scheduling.
    private const int SCHED_FIFO = 1;
    private const int SCHED_RESET_ON_FORK = 0x40000000;

    private bool _done;

    [DllImport("libc.so.6", SetLastError = true)]
    private static extern int sched_setscheduler(int pid, int policy, int* parameters);

    /// <summary>Raises the priority of the calling thread. Only the first call has an effect.</summary>
    public void Raise()
    {
        if (_done)
            return;
        _done = true;
        int value = priority; // struct sched_param has no other member
        if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &value) < 0)
        {
            info?.Invoke("audio: no real-time priority "
                + $"({Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()).ToLowerInvariant()}); "
                + $"raise the limit RLIMIT_RTPRIO to {priority} (systemd: LimitRTPRIO={priority}), or set audio.priority to 0");
        }
    }
}
