using AlsaSink;
using FbHost.Loop;
using FbHost.Options;

namespace FbHost.Audio;

/// <summary>
/// The host's sound output and its volume. The audio thread is started with the first source. Used only by the loop's thread.
/// </summary>
internal sealed class SoundOutput : IDisposable
{
    private readonly EventLoop _loop;
    private readonly HostLog _log;
    private readonly Volumes _volumes;
    private bool _limits;
    private readonly IPcmOutput? _output;
    private readonly FurtherOutput[] _also;
    private readonly AppOutputs _ofApps;
    private readonly CardControl? _card;
    private AudioSink? _sink;
    private MixedHandler? _listener;
    private bool _saidNoThread;

    /// <exception cref="AudioException">The named device or file cannot be used.</exception>
    public SoundOutput(EventLoop loop, Worker worker, ServeOptions options, Volumes volumes, HostLog log)
    {
        (_loop, _log, _volumes, _limits) = (loop, log, volumes, options.Sound.Limits);
        _output = options.Audio.Open(log.Warn, log.Info);
        _also = [.. options.Sound.Also.Select(further => new FurtherOutput(options.Audio.On(further), log))];
        _ofApps = new AppOutputs(options.Audio, _limits, options.Apps.Select(a => a.Audio).OfType<AudioOptions>(), log);
        if (options.Sound.CardControl is { } control)
            _card = new CardControl(loop, worker, Control(options, control), Apply);
        _card?.Set(Volume);
    }

    private CardVolume Control(ServeOptions options, string control) =>
        new(options.Audio, () => _output?.Status.Card ?? -1, control, _log.Warn) { Boosts = options.Sound.CardBoost };

    /// <summary>The output's description, for the ready line.</summary>
    public string Description => _output is null ? "none" : $"\"{_output.Status.Description}\"";

    /// <summary>The output's current status.</summary>
    public OutputStatus Status => _sink?.Status ?? _output?.Status
        ?? new("none", "", AudioSink.Rate, 2, AudioSink.MaxPeriodFrames, 0, 0, OutputState.Idle);

    /// <summary>The master volume, 0 to 100 %.</summary>
    public int Volume => _volumes.Master;

    public bool IsMuted => _volumes.IsMuted;

    /// <summary>Sets the master volume, 0 to 100 %.</summary>
    public void SetVolume(int percent)
    {
        _volumes.SetMaster(Math.Clamp(percent, 0, 100));
        _card?.Set(Volume);
        Apply();
    }

    /// <summary>Changes the master volume by that many percent.</summary>
    public void ChangeVolume(int by) => SetVolume(Volume + by);

    /// <summary>Sets whether sound beyond full scale is turned down; otherwise it is clipped.</summary>
    public void SetLimiter(bool limits)
    {
        _limits = limits;
        _ofApps.SetLimiter(limits);
        if (_sink is not null)
            _sink.Limits = limits;
    }

    public void SetMuted(bool muted)
    {
        _volumes.SetMuted(muted);
        Apply();
    }

    public void ToggleMute() => SetMuted(!IsMuted);

    /// <summary>Starts the audio thread unless it runs. Returns false if it cannot be started; that is logged once.</summary>
    public bool TryStart()
    {
        if (_sink is not null)
            return true;
        try
        {
            Action? turned = _card is null ? null : () => _loop.Post(FollowCard);
            foreach (var further in _also)
                further.Start();
            _sink = new AudioSink(_output, _log.Warn, turned: turned) { Limits = _limits, Listener = Listener() };
        }
        catch (AudioException e)
        {
            if (!_saidNoThread)
                _log.Warn($"{e.Message}; there is no sound until then");
            _saidNoThread = true;
            return false;
        }
        Apply();
        return true;
    }

    /// <summary>Sets who receives what is played, on the audio thread; null for nobody.</summary>
    public void Listen(MixedHandler? listener)
    {
        _listener = listener;
        if (_sink is not null)
            _sink.Listener = Listener();
    }

    // While nobody listens, this costs nothing.
    private MixedHandler? Listener()
    {
        if (_also.Length == 0)
            return _listener;
        var listener = _listener;
        return stereo =>
        {
            foreach (var further in _also)
                further.Put(stereo);
            listener?.Invoke(stereo);
        };
    }

    /// <summary>Plays a source from now on. The audio thread must be running.</summary>
    /// <param name="source">The source.</param>
    /// <param name="own">The output of the source's app; null for the first output.</param>
    public void Add(IPcmSource source, AudioOptions? own = null)
    {
        if (own is null || !_ofApps.TryAdd(source, own))
            _sink!.Add(source);
    }

    /// <summary>Stops playing a source.</summary>
    public void Remove(IPcmSource source)
    {
        if (!_ofApps.TryRemove(source))
            _sink?.Remove(source);
    }

    /// <summary>Wakes the audio threads: a source has frames.</summary>
    public void Wake()
    {
        _sink?.Wake();
        _ofApps.Wake();
    }

    // If the card has a volume control that works, the samples are only multiplied by what the control cannot do.
    private void Apply()
    {
        if (_sink is null)
            return;
        var isSilent = IsMuted || Volume == 0;
        _ofApps.SetVolume(isSilent ? 0 : Gain.OfPercent(Volume)); // the card's control is only that of the first output
        var samples = _card?.Rest ?? Gain.OfPercent(Volume);
        _sink.Volume.Target = isSilent ? 0 : samples;
        foreach (var further in _also)
            further.SetVolume(isSilent ? 0 : Gain.OfPercent(Volume) / samples);
    }

    // Each time the card is opened it may be another one, or the same one plugged in again, whose control has its initial value. So the
    // samples are multiplied until the control is set. The silence that is played first leaves time for that.
    private void FollowCard()
    {
        if (Status.State == OutputState.Discarding)
            _card!.Release();
        else
            _card!.SetAnew(Volume);
        Apply();
    }

    public void Dispose()
    {
        if (_sink is not null)
            _sink.Dispose();
        else
            _output?.Dispose();
        foreach (var further in _also)
            further.Dispose();
        _ofApps.Dispose();
        _card?.Dispose();
    }
}
