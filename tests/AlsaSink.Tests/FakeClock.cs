namespace AlsaSink.Tests;

/// <summary>Time that passes only by sleeping.</summary>
internal sealed class FakeClock : IAudioClock
{
    private long _nowNs = 1_000_000_000;

    public long NowNs => Volatile.Read(ref _nowNs);

    public long SleptNs => NowNs - 1_000_000_000;

    public void SleepUntil(long dueNs) => Volatile.Write(ref _nowNs, Math.Max(NowNs, dueNs));
}
