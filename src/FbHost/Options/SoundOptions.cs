using AlsaSink;

namespace FbHost.Options;

/// <summary>How sound is processed and played; see docs/configuration.md.</summary>
internal sealed class SoundOptions
{
    /// <summary>The master volume in percent, if none is stored.</summary>
    public int Volume { get; set; } = 100;

    /// <summary>Further outputs that play the same; only their kinds and names apply.</summary>
    public IReadOnlyList<AudioOptions> Also { get; set; } = [];

    /// <summary>The control of the card's own mixer that the volume sets; null if samples are multiplied instead.</summary>
    public string? CardControl { get; set; }

    /// <summary>True if 100 % is the loudest value of the card's control; otherwise it is 0 dB where the control goes beyond.</summary>
    public bool CardBoost { get; set; }

    /// <summary>True if sound beyond full scale is turned down by a limiter; otherwise it is clipped.</summary>
    public bool Limits { get; set; } = true;

    public ResamplerQuality Quality { get; set; } = ResamplerQuality.Default;

    /// <summary>A WAV file that is played at each press of a finger, key or button; null for none.</summary>
    public string? Click { get; set; }

    /// <summary>The volume of the click in percent.</summary>
    public int ClickVolume { get; set; } = 100;

    /// <summary>The file in which the volumes are stored; null for volume.json in the state directory, if there is one.</summary>
    public string? State { get; set; }
}
