using FbHost.Options;

namespace FbHost.Leds;

/// <summary>One configured LED.</summary>
/// <param name="config">Its configuration.</param>
/// <param name="device">Its device, which only the worker uses.</param>
internal sealed class Led(LedConfig config, ILedDevice device)
{
    public LedConfig Config => config;

    public ILedDevice Device => device;

    /// <summary>What it shows, or will show when its device is ready.</summary>
    public LedState State { get; set; } = new(config.Initial);

    /// <summary>Why it does not show it; null if it does. One line for people.</summary>
    public string? Fault { get; set; }

    /// <summary>True while the worker uses its device.</summary>
    public bool IsBusy { get; set; }

    /// <summary>True if its device has not been given the state yet.</summary>
    public bool IsWanted { get; set; }

    /// <summary>True if the host switches it on and off.</summary>
    public bool BlinksByTimer { get; set; }

    /// <summary>Called when its device has been given the state.</summary>
    public List<Action<string?>> Waiting { get; } = [];
}
