using AlsaSink;
using FbHost.Clients;
using FbHost.Loop;
using FbHost.Options;
using Mmm;
using Mmm.Host;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Audio;

/// <summary>
/// Joins clients that sound with the audio thread, which is started with the first of them: hands over what their streams need, sets their
/// volumes, and lets those that are gone fade.
/// </summary>
internal sealed class SoundMixer : IDisposable
{
    private const long HandOverNs = 250_000_000; // from one resampler to the next: a client that changes its rate all the time is silent
    private const int MostFilters = 32;
    private readonly EventLoop _loop;
    private readonly ClientTable _clients;
    private readonly SoundOptions _options;
    private readonly HostLog _log;
    private readonly IPcmOutput? _output;
    private readonly Volumes _volumes;
    private readonly CardVolume? _card;
    private readonly ClickSound? _click;
    private readonly Dictionary<ClientSession, ClientPcm> _silent = []; // not heard of yet
    private readonly List<ClientSound> _ending = [];
    private readonly Dictionary<int, ResamplerFilter> _filters = []; // by rate
    private readonly MonotonicClock _clock = new();
    private readonly int _notice;
    private readonly Watch _watch;
    private readonly LoopTimer _later;
    private AudioSink? _sink;

    /// <exception cref="AudioException">The device or file that was named cannot be had.</exception>
    public SoundMixer(EventLoop loop, ClientTable clients, ServeOptions options, HostLog log)
    {
        (_loop, _clients, _options, _log) = (loop, clients, options.Sound, log);
        _click = _options.Click is { } file ? OpenClick(file, _options.ClickVolume) : null;
        _output = options.Audio.Open(log.Warn, log.Info);
        _card = _options.CardControl is { } control ? new CardVolume(options.Audio, control, log.Warn) : null;
        _volumes = new Volumes(loop, log, _options.State, _options.Volume);
        _notice = Sys.Check(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
        _watch = loop.Add(_notice, _ => TakeNotice());
        _later = loop.CreateTimer(TakeNotice);
        _card?.Set(_volumes.Master);
        clients.Looked += Look;
        clients.Gone += Remove;
        clients.VolumeAsked += SetVolume;
    }

    /// <summary>What plays, for the ready line.</summary>
    public string Description => _output is null ? "none" : $"\"{_output.Status.Description}\"";

    /// <summary>What plays now and how.</summary>
    public OutputStatus Status => _sink?.Status ?? _output?.Status
        ?? new("none", "", AudioSink.Rate, 2, AudioSink.MaxPeriodFrames, 0, 0, OutputState.Idle);

    /// <summary>The volume of everything, 0 to 100 %.</summary>
    public int Volume => _volumes.Master;

    public bool IsMuted => _volumes.IsMuted;

    /// <summary>A client's own volume, 0 to 100 %.</summary>
    public int VolumeOf(ClientSession client) => _volumes.Of(client.DisplayName);

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

    /// <summary>Sets a client's own volume, 0 to 100 %; it has it again when it comes back by that name.</summary>
    public void SetVolume(ClientSession client, int percent)
    {
        _volumes.Set(client.DisplayName, percent);
        foreach (var other in _clients.Serving)
        {
            if (other.Sound is { } sound)
                sound.Gain.Target = Gain.OfPercent(VolumeOf(other));
        }
    }

    private static ClickSound OpenClick(string file, int volume)
    {
        try
        {
            ClickSound click = new(WavReader.Read(file));
            click.Gain.Target = Gain.OfPercent(volume);
            return click;
        }
        catch (AudioException e)
        {
            throw new MmmException($"audio.click: {e.Message}");
        }
    }

    /// <summary>A finger, key or button went down, and was meant for an app.</summary>
    public void Click()
    {
        if (_click is null || IsMuted)
            return;
        if (!_click.IsAdded)
        {
            Sink().Add(_click);
            _click.IsAdded = true;
        }
        _click.Play();
        _sink!.Wake();
    }

    // The card's own control, where there is one, does what would else be done by multiplying.
    private void Apply()
    {
        if (_sink is not null)
            _sink.Volume.Target = IsMuted || Volume == 0 ? 0 : _card is { Works: true } ? 1 : Gain.OfPercent(Volume);
    }

    // Each time the card is opened it may be another one, or the same one plugged in again, whose control stands as it was made; the silence that goes
    // first leaves time to set it. One that was lost while it played is not louder even if that takes longer: samples are multiplied until then.
    private void FollowCard()
    {
        if (Status.State == OutputState.Discarding)
            _card!.Release();
        else
            _card!.Set(Volume);
        Apply();
    }

    private AudioSink Sink()
    {
        if (_sink is not null)
            return _sink;
        Action? turned = _card is null ? null : () => _loop.Post(FollowCard);
        _sink = new AudioSink(_output, _log.Warn, turned: turned) { Limits = _options.Limits };
        Apply();
        return _sink;
    }

    private void Look(ClientSession client)
    {
        if (client.Sound is { } sound)
        {
            sound.Connect(client.Bell);
            Attend(client, sound);
            _sink!.Wake();
            return;
        }
        if (!_silent.TryGetValue(client, out var pcm))
        {
            pcm = client.File!.OpenPcm();
            if (pcm is null)
                return;
            _silent.Add(client, pcm);
        }
        if (ClientSound.HasFrames(pcm, out var state, out var broken))
        {
            _silent.Remove(client);
            client.Sound = new ClientSound(pcm, client.Bell, MakeResampler(state.SampleRate), Notify, _clock);
            client.SoundName = client.File!.Title;
            client.Sound.Gain.Target = Gain.OfPercent(VolumeOf(client));
            Sink().Add(client.Sound);
        }
        else if (broken is not null)
        {
            Say(client, $"is silent: {broken}");
        }
    }

    // Called on the audio thread.
    private void Notify() => Sys.Write(_notice, [1, 0, 0, 0, 0, 0, 0, 0]);

    private void TakeNotice()
    {
        Span<byte> count = stackalloc byte[8];
        Sys.Read(_notice, count);
        foreach (var client in _clients.Serving)
        {
            if (client.Sound is { } sound)
                Attend(client, sound);
        }
        for (var i = _ending.Count - 1; i >= 0; i--)
        {
            if (!_ending[i].HasEnded)
                continue;
            _sink!.Remove(_ending[i]);
            _ending.RemoveAt(i);
        }
    }

    private void Attend(ClientSession client, ClientSound sound)
    {
        if (sound.TakeFault() is { } fault)
            Say(client, fault);
        if (!ReferenceEquals(client.SoundName, client.File!.Title)) // a client that says its name later than its first sound
        {
            client.SoundName = client.File.Title;
            sound.Gain.Target = Gain.OfPercent(VolumeOf(client));
        }
        if (sound.WantedRate is not (> 0 and var rate))
            return;
        if (EventLoop.Now - client.ResamplerNs < HandOverNs)
        {
            _later.NoLaterThan(client.ResamplerNs + HandOverNs);
            return;
        }
        client.ResamplerNs = EventLoop.Now;
        sound.HandOver(MakeResampler(rate)!);
        _sink!.Wake();
    }

    private Resampler? MakeResampler(int rate)
    {
        if (rate == AudioSink.Rate)
            return null;
        if (!_filters.TryGetValue(rate, out var filter))
        {
            if (_filters.Count == MostFilters)
                _filters.Clear();
            _filters.Add(rate, filter = new ResamplerFilter(rate, _options.Quality));
        }
        return new Resampler(filter);
    }

    // Each kind of trouble, which is what stands before the colon, once a client.
    private void Say(ClientSession client, string fault)
    {
        if (client.Said.Add(fault.Split(':')[0]))
            _log.AboutClient($"{client.DisplayName} (pid {client.Pid}) {fault}");
    }

    private void Remove(ClientSession client)
    {
        if (_silent.Remove(client, out var pcm))
            pcm.Dispose();
        if (client.Sound is not { } sound)
            return;
        client.Sound = null;
        sound.End();
        _ending.Add(sound);
        _sink!.Wake();
    }

    public void Dispose()
    {
        _volumes.Dispose();
        if (_sink is not null)
            _sink.Dispose();
        else
            _output?.Dispose();
        _card?.Dispose();
        _watch.Dispose();
        Sys.Close(_notice);
        _loop.Remove(_later);
    }
}
