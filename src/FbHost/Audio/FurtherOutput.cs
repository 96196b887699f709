using AlsaSink;
using FbHost.Options;

namespace FbHost.Audio;

/// <summary>
/// An output that plays the same as the first one, such as a display's loudspeakers beside a card. Clients run at the first one's pace.
/// </summary>
internal sealed class FurtherOutput : IDisposable
{
    private readonly HostLog _log;
    private readonly IPcmOutput? _output;
    private readonly Echo _echo = new();
    private AudioSink? _sink;

    /// <exception cref="AudioException">The named device or file cannot be used.</exception>
    public FurtherOutput(AudioOptions options, HostLog log) => (_log, _output) = (log, options.Open(log.Warn, log.Info));

    /// <summary>Starts this output's thread.</summary>
    /// <exception cref="AudioException">No thread can be created.</exception>
    public void Start()
    {
        if (_sink is not null)
            return;
        _sink = new AudioSink(_output, _log.Warn);
        _sink.Add(_echo);
    }

    /// <summary>Plays what the first output plays; called on its thread.</summary>
    public void Put(ReadOnlySpan<float> stereo)
    {
        _echo.Put(stereo);
        _sink?.Wake();
    }

    /// <summary>Sets the factor for what the first output plays, 0 to 1.</summary>
    public void SetVolume(float factor)
    {
        if (_sink is not null)
            _sink.Volume.Target = factor;
    }

    public void Dispose()
    {
        if (_sink is not null)
            _sink.Dispose();
        else
            _output?.Dispose();
    }
}
