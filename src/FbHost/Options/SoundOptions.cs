using AlsaSink;

namespace FbHost.Options;

/// <summary>What is done with sound before it goes out; see docs/configuration.md.</summary>
internal sealed class SoundOptions
{
    /// <summary>Percent, where nothing else was kept.</summary>
    public int Volume { get; set; } = 100;

    /// <summary>A control of the card's own mixer that the volume drives; null: samples are multiplied.</summary>
    public string? CardControl { get; set; }

    /// <summary>Whether what does not fit full scale is turned down; else it saturates.</summary>
    public bool Limits { get; set; } = true;

    public ResamplerQuality Quality { get; set; } = ResamplerQuality.Default;

    /// <summary>A WAV file that is played at each press of a finger, key or button; null: none.</summary>
    public string? Click { get; set; }

    /// <summary>Percent.</summary>
    public int ClickVolume { get; set; } = 100;

    /// <summary>Where the volume is kept; null: a file of the service's state directory, if it has one.</summary>
    public string? State { get; set; }
}
