using AlsaSink;
using FbHost.Clients;
using FbHost.Loop;
using FbHost.Options;
using Mmm.Hosting;
using Mmm.Protocol;

namespace FbHost.Audio;

/// <summary>
/// The clients' sound: finds clients that have queued frames, plays them at their own volumes, gives their streams the resamplers that they
/// need, and fades out clients that have ended. Used only by the loop's thread.
/// </summary>
internal sealed class ClientStreams : IDisposable
{
    private const int MostStreams = 64, MostUserStreams = 32, MostAppStreams = 8; // at one time
    private const long RestNs = 2_000_000_000; // a stream that was silent for this long yields its place to one that waits
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
    private long _formerUnderruns; // of sounds that have ended
    private int _isNoticed; // 1: a call on the loop is already posted

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

    /// <summary>Returns a client's sound; null if the client has no place among the streams that play.</summary>
    public ClientSound? Of(ClientSession client) => _streams.GetValueOrDefault(client)?.Sound;

    /// <summary>How often frames came late in the middle of a sound, of all clients since the host started.</summary>
    public long Underruns => _formerUnderruns + _streams.Values.Sum(s => (long)(s.Sound?.Underruns ?? 0));

    /// <summary>Returns a client's own volume, 0 to 100 %.</summary>
    public int VolumeOf(ClientSession client) => _volumes.Of(client.DisplayName);

    /// <summary>Sets a client's own volume, 0 to 100 %. It applies again to a later client of the same name.</summary>
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
            Refuse(client, stream, $"{limit} already has the most clients that may sound at a time ({MostAppStreams} per app, "
                + $"{MostUserStreams} per user, {MostStreams} in all); end some, or mix in the app");
            return;
        }
        var sound = new ClientSound(stream.Pcm!, client.Bell?.Fd ?? -1, MakeResampler(client, stream, rate), Notify, _clock);
        (stream.Sound, stream.Pcm) = (sound, null);
        FollowTitle(client, stream, sound);
        _output.Add(sound, client.App?.Output);
    }

    // Takes a share. If a limit is reached, the shares of streams that have been silent for a while are returned first.
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
        _formerUnderruns += sound.Underruns;
        ReturnLease(stream);
        _places.Return(stream.Holder, 1);
        _output.Remove(sound);
        Defer(stream); // this stream may be waiting for a place itself
    }

    private void ReturnLease(ClientStream stream)
    {
        if (stream.Lease is { } lease)
            _filters.Return(lease);
        (stream.Lease, stream.IsHandedOver) = (null, false);
    }

    // Called by the audio thread.
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

    // Returns null at the sink's own rate, and while the filter is not made yet or a limit is reached.
    private Resampler? MakeResampler(ClientSession client, ClientStream stream, int rate)
    {
        if (rate == AudioSink.Rate)
            return null;
        // A sound that needs the rate for which it already received a resampler has had another rate in between.
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
                    $"{whose} has reached the limit of resampling, so {rate} Hz cannot be played; play at {AudioSink.Rate} Hz");
                return false;
            }
            stream.Leases++;
        }
        stream.IsRefused = false;
        stream.CountChange();
        return true;
    }

    // A client may set its title after its first sound.
    private void FollowTitle(ClientSession client, ClientStream stream, ClientSound sound)
    {
        if (ReferenceEquals(stream.Title, client.File!.Title))
            return;
        stream.Title = client.File.Title;
        sound.Gain.Target = Gain.OfPercent(VolumeOf(client));
    }

    // Logs a fault. Each kind of fault, which is the text before the colon, is logged once per client.
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
        _formerUnderruns += sound.Underruns;
        ReturnLease(stream);
        sound.End();
        _ending.Add((sound, stream.Holder));
        _output.Wake();
    }

    public void Dispose()
    {
        foreach (var stream in _streams.Values)
            stream.Pcm?.Dispose(); // the rings of streams that play are freed by the audio thread
        _loop.Remove(_later);
    }
}
