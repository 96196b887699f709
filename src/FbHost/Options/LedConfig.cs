using GpioButtons;

namespace FbHost.Options;

/// <summary>A channel of a PWM chip.</summary>
/// <param name="Chip">The N of /sys/class/pwm/pwmchipN.</param>
/// <param name="Channel">The number of the channel.</param>
/// <param name="PeriodUs">The period in microseconds.</param>
internal sealed record PwmChannel(int Chip, int Channel, int PeriodUs)
{
    /// <summary>The default of the period: 1 kHz.</summary>
    public const int DefaultPeriodUs = 1000;
}

/// <summary>An LED or another output: one of <see cref="Line"/>, <see cref="Led"/> and <see cref="Pwm"/> is set.</summary>
internal sealed record LedConfig
{
    /// <summary>The name by which mmmctl and apps set it.</summary>
    public string Name { get; init; } = "";

    /// <summary>A GPIO line, which has this LED's name; null for none.</summary>
    public OutputConfig? Line { get; init; }

    /// <summary>The name of an LED in /sys/class/leds; null for none.</summary>
    public string? Led { get; init; }

    /// <summary>A PWM channel; null for none.</summary>
    public PwmChannel? Pwm { get; init; }

    /// <summary>Whether a PWM channel is low while the LED is on.</summary>
    public bool ActiveLow { get; init; }

    /// <summary>The level at the start and at the end of the host, 0..100.</summary>
    public int Initial { get; init; }

    /// <summary>The output for people.</summary>
    public string Place => Line?.Place ?? (Pwm is { } pwm ? $"channel {pwm.Channel} of pwmchip{pwm.Chip}" : $"LED {Led}");
}
