using System.Globalization;
using FbHost.Options;
using Mmm;

namespace FbHost.Leds;

/// <summary>An LED on a PWM channel in /sys/class/pwm (Documentation/ABI/testing/sysfs-class-pwm).</summary>
/// <param name="config">The LED.</param>
/// <param name="pwm">Its channel.</param>
/// <param name="directory">The directory of all chips.</param>
internal sealed class PwmLed(LedConfig config, PwmChannel pwm, string directory) : ILedDevice
{
    private const int WritableMs = 1000, LookMs = 20; // udev sets the permissions of a channel after it was exported
    private const long NsPerUs = 1000;
    private readonly SysFolder _chip = new(Path.Combine(directory, $"pwmchip{pwm.Chip}"));
    private readonly SysFolder _channel = new(Path.Combine(directory, $"pwmchip{pwm.Chip}", $"pwm{pwm.Channel}"));

    public void Set(int percent)
    {
        if (!Directory.Exists(_chip.Path))
            throw new MmmException(
                $"led \"{config.Name}\": there is no PWM chip pwmchip{pwm.Chip}; {directory} has {Places.Names(directory)}");
        if (!Directory.Exists(_channel.Path))
            Export();
        _channel.Try(config.Name, () =>
        {
            var period = pwm.PeriodUs * NsPerUs;
            if (_channel.Text("period") != period.ToString(CultureInfo.InvariantCulture))
            {
                _channel.Write("duty_cycle", 0); // it must never be longer than the period
                _channel.Write("period", period);
            }
            _channel.Write("duty_cycle", period * (config.ActiveLow ? 100 - percent : percent) / 100);
            if (_channel.Text("enable") != "1")
                _channel.Write("enable", 1);
            return true;
        });
    }

    private void Export()
    {
        var channels = _chip.Try(config.Name, () => _chip.Number("npwm"));
        if (pwm.Channel >= channels)
            throw new MmmException($"led \"{config.Name}\": pwmchip{pwm.Chip} has no channel {pwm.Channel}; "
                + $"it has the channels 0 to {channels - 1}");
        try
        {
            _chip.Try(config.Name, () =>
            {
                _chip.Write("export", pwm.Channel);
                return true;
            });
        }
        catch (MmmException e) when (e.InnerException is IOException io && io.HResult == Tmds.Linux.LibC.EBUSY)
        {
            throw new MmmException($"led \"{config.Name}\": channel {pwm.Channel} of pwmchip{pwm.Chip} is in use by a driver of the kernel"
                + "; end that use, or choose another channel");
        }
        for (var ms = 0; ms < WritableMs && !IsWritable(); ms += LookMs)
            Thread.Sleep(LookMs);
    }

    private bool IsWritable()
    {
        try
        {
            _channel.Write("duty_cycle", 0);
            return true;
        }
        catch (IOException e)
        {
            return e is not (DirectoryNotFoundException or FileNotFoundException); // any other error is reported by the next write
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    public bool TryBlink() => false;

    // The channel stays as it is: a channel that is given back may change its level.
    public void Dispose()
    {
    }
}
