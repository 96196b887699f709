using System.Device.Gpio;

namespace GpioButtons;

/// <summary>An edge as reported by the kernel. <see cref="GpioCharDevDriver"/> passes it to its callbacks.</summary>
/// <param name="edge">The edge of the electrical level: rising or falling.</param>
/// <param name="line">The line's number on its chip.</param>
/// <param name="timestampNs">The time of the interrupt, CLOCK_MONOTONIC in nanoseconds.</param>
public sealed class LineEventArgs(PinEventTypes edge, int line, long timestampNs) : PinValueChangedEventArgs(edge, line)
{
    /// <summary>The time of the interrupt, CLOCK_MONOTONIC in nanoseconds.</summary>
    public long TimestampNs => timestampNs;
}
