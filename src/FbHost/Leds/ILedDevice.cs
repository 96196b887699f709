using FbHost.Options;
using Mmm;

namespace FbHost.Leds;

/// <summary>
/// The device of an LED. It is opened when it is used, and again after a fault, so it may come later. Used by one thread at a time: a
/// device on a slow bus takes some milliseconds.
/// </summary>
internal interface ILedDevice : IDisposable
{
    /// <summary>Sets the level, and ends what <see cref="TryBlink"/> began.</summary>
    /// <param name="percent">0..100.</param>
    /// <exception cref="MmmException">The device cannot be used: one line for people.</exception>
    void Set(int percent);

    /// <summary>Makes the device blink by itself, once a second. Returns false if it cannot.</summary>
    /// <exception cref="MmmException">The device cannot be used: one line for people.</exception>
    bool TryBlink();

    /// <summary>Makes the device of a configured LED.</summary>
    /// <param name="config">The LED.</param>
    /// <param name="sys">The directory of the kernel's devices, /sys/class.</param>
    static ILedDevice Of(LedConfig config, string sys = "/sys/class") =>
        config.Line is { } line ? new LineLed(line)
        : config.Pwm is { } pwm ? new PwmLed(config, pwm, Path.Combine(sys, "pwm"))
        : new KernelLed(config, Path.Combine(sys, "leds"));
}
