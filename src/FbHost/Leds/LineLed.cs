using FbHost.Options;
using GpioButtons;
using Mmm;

namespace FbHost.Leds;

/// <summary>An LED on a GPIO line, which is off at 0 and on above.</summary>
internal sealed class LineLed(OutputConfig config) : ILedDevice
{
    private GpioOutput? _output;

    public void Set(int percent)
    {
        try
        {
            if (_output is null)
                _output = GpioOutput.Open(config, percent > 0);
            else
                _output.Set(percent > 0);
        }
        catch (GpioLineException e)
        {
            Dispose();
            throw new MmmException(e.Message, innerException: e);
        }
    }

    public bool TryBlink() => false;

    public void Dispose()
    {
        _output?.Dispose();
        _output = null;
    }
}
