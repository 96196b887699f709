using FbHost.Options;
using Mmm;

namespace FbHost.Leds;

/// <summary>An LED of the kernel in /sys/class/leds (Documentation/ABI/testing/sysfs-class-led).</summary>
/// <param name="config">The LED.</param>
/// <param name="directory">The directory of all LEDs.</param>
internal sealed class KernelLed(LedConfig config, string directory) : ILedDevice
{
    private const string HalfPeriodMs = "500";
    private readonly SysFolder _folder = new(Path.Combine(directory, config.Led!));

    public void Set(int percent) => Try(() =>
    {
        EndTrigger();
        var most = _folder.Number("max_brightness");
        _folder.Write("brightness", percent == 0 ? 0 : Math.Max(1, (int)Math.Round(most * percent / 100.0)));
        return true;
    });

    // The trigger "timer" blinks once a second unless told otherwise. Its attributes exist while it is set, and belong to root at first.
    public bool TryBlink() => Try(() =>
    {
        if (!_folder.Has("trigger") || !_folder.Text("trigger").Split(' ').Any(word => word.Trim('[', ']') == "timer"))
            return false;
        try
        {
            _folder.Write("trigger", "timer");
            foreach (var half in (ReadOnlySpan<string>)["delay_on", "delay_off"])
            {
                if (_folder.Text(half) != HalfPeriodMs)
                    _folder.Write(half, HalfPeriodMs);
            }
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    });

    private void EndTrigger()
    {
        if (_folder.Has("trigger") && !_folder.Text("trigger").Contains("[none]", StringComparison.Ordinal))
            _folder.Write("trigger", "none");
    }

    private T Try<T>(Func<T> act) => Directory.Exists(_folder.Path) ? _folder.Try(config.Name, act)
        : throw new MmmException($"led \"{config.Name}\": there is no LED \"{config.Led}\"; {directory} has {Places.Names(directory)}");

    public void Dispose()
    {
    }
}
