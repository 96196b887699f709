using AlsaSink;

namespace FbHost.Audio;

/// <summary>
/// The outputs of single apps, such as a headset's beside the panel's loudspeakers. Each has a thread of its own, from its first sound on.
/// Used only by the loop's thread.
/// </summary>
internal sealed class AppOutputs : IDisposable
{
    private readonly AudioOptions _options;
    private readonly HostLog _log;
    private readonly Dictionary<(AudioKind, string), IPcmOutput?> _outputs = []; // null: it cannot be used
    private readonly Dictionary<(AudioKind, string), AudioSink> _sinks = [];
    private readonly Dictionary<IPcmSource, AudioSink> _playing = [];
    private float _volume = 1;
    private bool _limits;

    /// <summary>Opens the outputs, as the first one is opened at the start: a device may take a while to answer.</summary>
    /// <param name="options">The settings of all outputs.</param>
    /// <param name="limits">Whether sound beyond full scale is turned down.</param>
    /// <param name="outputs">The outputs of the configured apps.</param>
    /// <param name="log">Takes a line for each output that cannot be used.</param>
    public AppOutputs(AudioOptions options, bool limits, IEnumerable<AudioOptions> outputs, HostLog log)
    {
        (_options, _limits, _log) = (options, limits, log);
        foreach (var output in outputs)
            Open(output);
    }

    private IPcmOutput? Open(AudioOptions output)
    {
        var key = (output.Kind, output.Name);
        if (_outputs.TryGetValue(key, out var opened))
            return opened;
        try
        {
            opened = _options.On(output).Open(_log.Warn, _log.Info);
        }
        catch (AudioException e)
        {
            _log.Warn($"{e.Message}; its apps play on the first output");
        }
        _outputs.Add(key, opened);
        return opened;
    }

    /// <summary>Plays a source on an app's output. Returns false if that output cannot be used, which is logged once.</summary>
    public bool TryAdd(IPcmSource source, AudioOptions output)
    {
        if ((_sinks.GetValueOrDefault((output.Kind, output.Name)) ?? TryStart(output)) is not { } sink)
            return false;
        _playing.Add(source, sink);
        sink.Add(source);
        return true;
    }

    private AudioSink? TryStart(AudioOptions output)
    {
        if (Open(output) is not { } opened)
            return null;
        try
        {
            var sink = new AudioSink(opened, _log.Warn) { Limits = _limits };
            sink.Volume.Target = _volume;
            _sinks.Add((output.Kind, output.Name), sink);
            return sink;
        }
        catch (AudioException)
        {
            return null; // no thread can be created, which the first output has logged
        }
    }

    /// <summary>Stops playing a source. Returns false if it plays on no app's output.</summary>
    public bool TryRemove(IPcmSource source)
    {
        if (!_playing.Remove(source, out var sink))
            return false;
        sink.Remove(source);
        return true;
    }

    /// <summary>Wakes the threads of the outputs that play.</summary>
    public void Wake()
    {
        foreach (var sink in _playing.Values)
            sink.Wake();
    }

    /// <summary>Sets the factor for all samples, 0 to 1.</summary>
    public void SetVolume(float factor)
    {
        _volume = factor;
        foreach (var sink in _sinks.Values)
            sink.Volume.Target = factor;
    }

    /// <summary>Sets whether sound beyond full scale is turned down; otherwise it is clipped.</summary>
    public void SetLimiter(bool limits)
    {
        _limits = limits;
        foreach (var sink in _sinks.Values)
            sink.Limits = limits;
    }

    public void Dispose()
    {
        foreach (var (key, output) in _outputs)
        {
            if (_sinks.TryGetValue(key, out var sink))
                sink.Dispose(); // and its output
            else
                output?.Dispose();
        }
    }
}
