using AlsaSink;
using FbHost.Clients;
using FbHost.Loop;
using FbHost.Options;
using Mmm.Host;

namespace FbHost.Audio;

/// <summary>
/// The clients' sound: finds those that have queued frames, plays them at their own volumes, hands over what their streams need, and lets those
/// that are gone fade. Belongs to the loop's thread.
/// </summary>
internal sealed class ClientStreams : IDisposable
{
    private const long HandOverNs = 250_000_000; // from one resampler to the next: a client that changes its rate all the time is silent
    private const int MostFilters = 32;

    // What is known of one client's sound.
    private sealed class Stream(ClientPcm pcm)
    {
        public ClientPcm Pcm => pcm;

        public ClientSound? Sound { get; set; } // null until it was heard; the ring is its own from then on

        public string? Title { get; set; } // by which its volume was looked up

        public long ResamplerNs { get; set; } = long.MinValue / 2; // when it got one last
    }

    private readonly EventLoop _loop;
    private readonly ClientTable _clients;
    private readonly SoundOutput _output;
    private readonly Volumes _volumes;
    private readonly ResamplerQuality _quality;
    private readonly HostLog _log;
    private readonly Dictionary<ClientSession, Stream> _streams = [];
    private readonly List<ClientSound> _ending = [];
    private readonly Dictionary<int, ResamplerFilter> _filters = []; // by rate
    private readonly MonotonicClock _clock = new();
    private readonly LoopTimer _later;
    private readonly Action _takeNotice;
    private int _isNoticed; // 1: the loop is told already

    public ClientStreams(EventLoop loop, ClientTable clients, SoundOutput output, Volumes volumes, SoundOptions options, HostLog log)
    {
        (_loop, _clients, _output, _volumes, _quality, _log) = (loop, clients, output, volumes, options.Quality, log);
        _later = loop.CreateTimer(AttendAll);
        _takeNotice = TakeNotice;
        clients.Looked += Look;
        clients.Gone += Remove;
    }

    /// <summary>A client's sound; null unless it has sounded.</summary>
    public ClientSound? Of(ClientSession client) => _streams.GetValueOrDefault(client)?.Sound;

    /// <summary>A client's own volume, 0 to 100 %.</summary>
    public int VolumeOf(ClientSession client) => _volumes.Of(client.DisplayName);

    /// <summary>Sets a client's own volume, 0 to 100 %; it has it again when it comes back by that name.</summary>
    public void SetVolume(ClientSession client, int percent)
    {
        _volumes.Set(client.DisplayName, percent);
        foreach (var (other, stream) in _streams)
        {
            if (stream.Sound is { } sound)
                sound.Gain.Target = Gain.OfPercent(VolumeOf(other));
        }
    }

    private void Look(ClientSession client)
    {
        if (!_streams.TryGetValue(client, out var stream))
        {
            if (client.File!.OpenPcm() is not { } pcm)
                return;
            _streams.Add(client, stream = new Stream(pcm));
        }
        if (stream.Sound is { } sound)
        {
            sound.Connect(client.Bell);
            Attend(client, stream, sound);
            _output.Wake();
        }
        else if (ClientSound.HasFrames(stream.Pcm, out var state, out var broken))
        {
            Begin(client, stream, state.SampleRate);
        }
        else if (broken is not null)
        {
            Say(client, $"is silent: {broken}");
        }
    }

    private void Begin(ClientSession client, Stream stream, int rate)
    {
        var sound = new ClientSound(stream.Pcm, client.Bell, MakeResampler(rate), Notify, _clock);
        stream.Sound = sound;
        FollowTitle(client, stream, sound);
        _output.Add(sound);
    }

    // Called on the audio thread.
    private void Notify()
    {
        if (Interlocked.Exchange(ref _isNoticed, 1) == 0)
            _loop.Post(_takeNotice);
    }

    private void TakeNotice()
    {
        Interlocked.Exchange(ref _isNoticed, 0);
        AttendAll();
        for (var i = _ending.Count - 1; i >= 0; i--)
        {
            if (!_ending[i].HasEnded)
                continue;
            _output.Remove(_ending[i]);
            _ending.RemoveAt(i);
        }
    }

    private void AttendAll()
    {
        foreach (var (client, stream) in _streams)
        {
            if (stream.Sound is { } sound)
                Attend(client, stream, sound);
        }
    }

    private void Attend(ClientSession client, Stream stream, ClientSound sound)
    {
        if (sound.TakeFault() is { } fault)
            Say(client, fault);
        FollowTitle(client, stream, sound);
        if (sound.WantedRate is not (> 0 and var rate))
            return;
        if (EventLoop.Now - stream.ResamplerNs < HandOverNs)
        {
            _later.NoLaterThan(stream.ResamplerNs + HandOverNs);
            return;
        }
        stream.ResamplerNs = EventLoop.Now;
        sound.HandOver(MakeResampler(rate)!);
        _output.Wake();
    }

    // A client may say its name later than its first sound.
    private void FollowTitle(ClientSession client, Stream stream, ClientSound sound)
    {
        if (ReferenceEquals(stream.Title, client.File!.Title))
            return;
        stream.Title = client.File.Title;
        sound.Gain.Target = Gain.OfPercent(VolumeOf(client));
    }

    private Resampler? MakeResampler(int rate)
    {
        if (rate == AudioSink.Rate)
            return null;
        if (!_filters.TryGetValue(rate, out var filter))
        {
            if (_filters.Count == MostFilters)
                _filters.Clear();
            _filters.Add(rate, filter = new ResamplerFilter(rate, _quality));
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
        if (!_streams.Remove(client, out var stream))
            return;
        if (stream.Sound is not { } sound)
        {
            stream.Pcm.Dispose();
            return;
        }
        sound.End();
        _ending.Add(sound);
        _output.Wake();
    }

    public void Dispose()
    {
        foreach (var stream in _streams.Values.Where(s => s.Sound is null))
            stream.Pcm.Dispose(); // the others are freed by the audio thread
        _loop.Remove(_later);
    }
}
