using System.Device.Gpio;

namespace GpioButtons;

/// <summary>A GPIO line that is switched on and off. It may be used on any thread, by one at a time.</summary>
public sealed class GpioOutput : IDisposable
{
    private readonly OutputConfig _config;
    private readonly GpioController _controller;

    private GpioOutput(OutputConfig config, GpioDriver driver) => (_config, _controller) = (config, new GpioController(driver));

    /// <summary>Opens the line as an output. The line gets its direction and its level at the same time, so it does not flicker.</summary>
    /// <param name="config">The line.</param>
    /// <param name="on">Whether it is on.</param>
    /// <exception cref="GpioLineException">
    /// There is no such chip or line, it is in use, or it cannot be an output: one line for people. Nothing stays open.
    /// </exception>
    public static GpioOutput Open(OutputConfig config, bool on) =>
        Open(config, on, c => new GpioCharDevDriver(c.Chip) { Consumer = $"mmm:{c.Name}" });

    internal static GpioOutput Open(OutputConfig config, bool on, Func<OutputConfig, GpioDriver> newDriver)
    {
        var whose = $"led \"{config.Name}\"";
        (int chip, int line) = GpioChips.Find(whose, config.Chip, config.ChipLabel, config.Line, config.LineName);
        config = config with { Chip = chip, Line = line };
        GpioOutput? output = null;
        try
        {
            output = new GpioOutput(config, newDriver(config));
            output._controller.OpenPin(line, PinMode.Output, output.Level(on));
            return output;
        }
        catch (Exception e)
        {
            output?.Dispose();
            // System.Device.Gpio throws exceptions of many types, also with messages of several lines.
            throw new GpioLineException(e is GpioLineException ? $"{whose}: {e.Message}"
                : $"{whose} on chip {chip} line {line}: {e.Message.ReplaceLineEndings(" ")}; check the line's number");
        }
    }

    /// <summary>Switches the output on or off.</summary>
    /// <exception cref="GpioLineException">The chip is gone, or its driver reports an error: one line for people.</exception>
    public void Set(bool on)
    {
        try
        {
            _controller.Write(_config.Line, Level(on));
        }
        catch (GpioLineException e)
        {
            throw new GpioLineException($"led \"{_config.Name}\": {e.Message}");
        }
    }

    /// <summary>Closes the line. Most chips keep its level until another program opens it.</summary>
    public void Dispose() => _controller.Dispose();

    private PinValue Level(bool on) => on != _config.ActiveLow ? PinValue.High : PinValue.Low;
}
