using System.Device.Gpio;

namespace GpioButtons;

/// <summary>An edge as the kernel saw it; what <see cref="GpioCharDevDriver"/> gives its callbacks.</summary>
/// <param name="edge">Rising or falling, of the electrical level.</param>
/// <param name="line">The line's number on its chip.</param>
/// <param name="timestampNs">CLOCK_MONOTONIC at the interrupt, nanoseconds.</param>
public sealed class LineEventArgs(PinEventTypes edge, int line, long timestampNs) : PinValueChangedEventArgs(edge, line)
{
    /// <summary>CLOCK_MONOTONIC at the interrupt, nanoseconds.</summary>
    public long TimestampNs => timestampNs;
}
