using System.Runtime.InteropServices;

namespace AlsaSink;

/// <summary>Real-time scheduling of the thread that plays, once, and one line if it is not permitted.</summary>
/// <param name="priority">Of SCHED_FIFO, 1 to 99.</param>
/// <param name="info">Is given the line.</param>
internal sealed unsafe class RealTime(int priority, Action<string>? info)
{
    // include/uapi/linux/sched.h. Reset: what this thread might fork is an ordinary process.
    private const int SCHED_FIFO = 1;
    private const int SCHED_RESET_ON_FORK = 0x40000000;

    private bool _done;

    [DllImport("libc.so.6", SetLastError = true)]
    private static extern int sched_setscheduler(int pid, int policy, int* parameters);

    /// <summary>Raises the calling thread; nothing happens the second time.</summary>
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
