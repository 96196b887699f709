using AlsaSink;
using FbHost.Clients;
using FbHost.Loop;
using FbHost.Options;
using Mmm.Host;

namespace FbHost.Audio;

/// <summary>
/// The clients' sound: finds those that have queued frames, plays them at their own volumes, hands over what their streams need, and lets
/// those that are gone fade. Belongs to the loop's thread.
/// </summary>
internal sealed class ClientStreams : IDisposable
{
    private const int MostStreams = 64, MostUserStreams = 32, MostAppStreams = 8; // that sound
    private const long RestNs = 2_000_000_000; // a sound that was silent for so long gives its place to one that waits
    private const long RetryNs = 1_000_000_000;
    private readonly EventLoop _loop;
    private readonly SoundOutput _output;
    private readonly Volumes _volumes;
    private readonly HostLog _log;
    private readonly ResamplerFilters _filters;
    private readonly Quota _places = new(MostStreams, MostUserStreams, MostAppStreams);
    private readonly Dictionary<ClientSession, ClientStream> _streams = [];
    private readonly List<(ClientSound Sound, Holder Holder)> _ending = [];
    private readonly MonotonicClock _clock = new();
    private readonly LoopTimer _later;
    private readonly Action _takeNotice;
    private int _isNoticed; // 1: the loop is told already

    public ClientStreams(
        EventLoop loop, Worker worker, ClientTable clients, SoundOutput output, Volumes volumes, SoundOptions options, HostLog log)
    {
        (_loop, _output, _volumes, _log) = (loop, output, volumes, log);
        _filters = new ResamplerFilters(loop, worker, options.Quality, AttendAll);
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
            _streams.Add(client, stream = new ClientStream(Holder.Of(client)));
        if (stream.Sound is { } sound)
        {
            sound.Connect(client.Bell?.Fd ?? -1);
            Attend(client, stream, sound);
            _output.Wake();
        }
        else
        {
            Listen(client, stream);
        }
    }

    private void Listen(ClientSession client, ClientStream stream)
    {
        stream.IsRefused = false;
        stream.Pcm ??= client.File!.OpenPcm();
        if (stream.Pcm is not { } pcm)
            return;
        if (ClientSound.HasFrames(pcm, out var state, out var broken))
            Begin(client, stream, state.SampleRate);
        else if (broken is not null)
            Say(client, $"is silent: {broken}");
    }

    private void Begin(ClientSession client, ClientStream stream, int rate)
    {
        if (!_output.TryStart())
        {
            Defer(stream);
            return;
        }
        if (TakeFor(stream, () => _places.Take(stream.Holder, 1)) is { } limit)
        {
            Refuse(client, stream, $"{limit} has as many clients that sound as may at a time ({MostAppStreams} of an app, "
                + $"{MostUserStreams} of a user, {MostStreams} in all); end some, or mix in the app");
            return;
        }
        var sound = new ClientSound(stream.Pcm!, client.Bell?.Fd ?? -1, MakeResampler(client, stream, rate), Notify, _clock);
        (stream.Sound, stream.Pcm) = (sound, null);
        FollowTitle(client, stream, sound);
        _output.Add(sound);
    }

    // What those that have been silent for a while hold is taken only when it is needed.
    private string? TakeFor(ClientStream taker, Func<string?> take)
    {
        if (take() is null)
            return null;
        foreach (var stream in _streams.Values)
        {
            if (stream != taker && stream.Sound is { } sound && sound.SilentSinceNs < _clock.NowNs - RestNs)
                Rest(stream, sound);
        }
        return take();
    }

    private void Refuse(ClientSession client, ClientStream stream, string why)
    {
        Defer(stream);
        Say(client, $"waits for its sound: {why}");
    }

    private void Defer(ClientStream stream)
    {
        stream.IsRefused = true;
        _later.NoLaterThan(EventLoop.Now + RetryNs);
    }

    private void Rest(ClientStream stream, ClientSound sound)
    {
        (stream.Sound, stream.Title) = (null, null);
        ReturnLease(stream);
        _places.Return(stream.Holder, 1);
        _output.Remove(sound);
        Defer(stream); // it may be waiting itself
    }

    private void ReturnLease(ClientStream stream)
    {
        if (stream.Lease is { } lease)
            _filters.Return(lease);
        (stream.Lease, stream.IsHandedOver) = (null, false);
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
        for (var i = _ending.Count - 1; i >= 0; i--)
        {
            var (sound, holder) = _ending[i];
            if (!sound.HasEnded)
                continue;
            _output.Remove(sound);
            _places.Return(holder, 1);
            _ending.RemoveAt(i);
        }
        AttendAll();
    }

    private void AttendAll()
    {
        foreach (var (client, stream) in _streams)
        {
            if (stream.Sound is { } sound)
                Attend(client, stream, sound);
            else if (stream.IsRefused)
                Listen(client, stream);
        }
    }

    private void Attend(ClientSession client, ClientStream stream, ClientSound sound)
    {
        if (sound.TakeFault() is { } fault)
            Say(client, fault);
        FollowTitle(client, stream, sound);
        if (sound.WantedRate is not (> 0 and var rate) || MakeResampler(client, stream, rate) is not { } resampler)
            return;
        sound.HandOver(resampler);
        _output.Wake();
    }

    // Null at the sink's own rate, and as long as the filter is not made or there is no room for it.
    private Resampler? MakeResampler(ClientSession client, ClientStream stream, int rate)
    {
        if (rate == AudioSink.Rate)
            return null;
        // A sound that wants what it was given has had another rate in between.
        if ((stream.Lease?.Size.Rate != rate || stream.IsHandedOver) && !ChangeRate(client, stream, rate))
            return null;
        if (stream.Lease!.Filter is not { } filter)
            return null;
        stream.IsHandedOver = true;
        return new Resampler(filter);
    }

    private bool ChangeRate(ClientSession client, ClientStream stream, int rate)
    {
        if (EventLoop.Now < stream.NextChangeNs)
        {
            _later.NoLaterThan(stream.NextChangeNs);
            return false;
        }
        stream.IsHandedOver = false;
        if (stream.Lease?.Size.Rate != rate)
        {
            ReturnLease(stream);
            var limits = TakeFor(stream,
                () => (stream.Lease = _filters.TryTake(stream.Holder, rate, stream.Leases, out var limit)) is null ? limit : null);
            if (limits is { } whose)
            {
                Refuse(client, stream,
                    $"{whose} has no share left of what resampling may take, for {rate} Hz; play at {AudioSink.Rate} Hz");
                return false;
            }
            stream.Leases++;
        }
        stream.IsRefused = false;
        stream.CountChange();
        return true;
    }

    // A client may say its name later than its first sound.
    private void FollowTitle(ClientSession client, ClientStream stream, ClientSound sound)
    {
        if (ReferenceEquals(stream.Title, client.File!.Title))
            return;
        stream.Title = client.File.Title;
        sound.Gain.Target = Gain.OfPercent(VolumeOf(client));
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
        stream.Pcm?.Dispose();
        if (stream.Sound is not { } sound)
            return;
        ReturnLease(stream);
        sound.End();
        _ending.Add((sound, stream.Holder));
        _output.Wake();
    }

    public void Dispose()
    {
        foreach (var stream in _streams.Values)
            stream.Pcm?.Dispose(); // those that sound are freed by the audio thread
        _loop.Remove(_later);
    }
}
