using AlsaSink;
using FbHost.Loop;
using FbHost.Options;

namespace FbHost.Audio;

/// <summary>
/// Where the host's sound goes, and how loud. The audio thread is started with the first source. Belongs to the loop's thread.
/// </summary>
internal sealed class SoundOutput : IDisposable
{
    private readonly EventLoop _loop;
    private readonly HostLog _log;
    private readonly Volumes _volumes;
    private readonly bool _limits;
    private readonly IPcmOutput? _output;
    private readonly CardControl? _card;
    private AudioSink? _sink;
    private bool _saidNoThread;

    /// <exception cref="AudioException">The device or file that was named cannot be had.</exception>
    public SoundOutput(EventLoop loop, Worker worker, ServeOptions options, Volumes volumes, HostLog log)
    {
        (_loop, _log, _volumes, _limits) = (loop, log, volumes, options.Sound.Limits);
        _output = options.Audio.Open(log.Warn, log.Info);
        if (options.Sound.CardControl is { } control)
            _card = new CardControl(loop, worker, new CardVolume(options.Audio, control, log.Warn), Apply);
        _card?.Set(Volume);
    }

    /// <summary>What plays, for the ready line.</summary>
    public string Description => _output is null ? "none" : $"\"{_output.Status.Description}\"";

    /// <summary>What plays now and how.</summary>
    public OutputStatus Status => _sink?.Status ?? _output?.Status
        ?? new("none", "", AudioSink.Rate, 2, AudioSink.MaxPeriodFrames, 0, 0, OutputState.Idle);

    /// <summary>The volume of everything, 0 to 100 %.</summary>
    public int Volume => _volumes.Master;

    public bool IsMuted => _volumes.IsMuted;

    /// <summary>Sets the volume of everything, 0 to 100 %.</summary>
    public void SetVolume(int percent)
    {
        _volumes.SetMaster(Math.Clamp(percent, 0, 100));
        _card?.Set(Volume);
        Apply();
    }

    /// <summary>Makes everything louder or softer by that many percent.</summary>
    public void ChangeVolume(int by) => SetVolume(Volume + by);

    public void SetMuted(bool muted)
    {
        _volumes.SetMuted(muted);
        Apply();
    }

    public void ToggleMute() => SetMuted(!IsMuted);

    /// <summary>Starts the audio thread unless it runs. False: there is none now, which was told once.</summary>
    public bool TryStart()
    {
        if (_sink is not null)
            return true;
        try
        {
            Action? turned = _card is null ? null : () => _loop.Post(FollowCard);
            _sink = new AudioSink(_output, _log.Warn, turned: turned) { Limits = _limits };
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

    /// <summary>Plays a source from now on; the audio thread runs.</summary>
    public void Add(IPcmSource source) => _sink!.Add(source);

    /// <summary>Plays a source no more.</summary>
    public void Remove(IPcmSource source) => _sink?.Remove(source);

    /// <summary>Some source has frames.</summary>
    public void Wake() => _sink?.Wake();

    // The card's own control, where there is one, does what would else be done by multiplying.
    private void Apply()
    {
        if (_sink is not null)
            _sink.Volume.Target = IsMuted || Volume == 0 ? 0 : _card is { Works: true } ? 1 : Gain.OfPercent(Volume);
    }

    // Each time the card is opened it may be another one, or the same one plugged in again, whose control stands as it was made: samples
    // are multiplied until it is set, for which the silence that goes first leaves time.
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
        _card?.Dispose();
    }
}
