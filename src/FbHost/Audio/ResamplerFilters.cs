using System.Diagnostics;
using AlsaSink;
using FbHost.Loop;

namespace FbHost.Audio;

/// <summary>
/// One stream's share of the filters, from <see cref="ResamplerFilters.TryTake"/> to <see cref="ResamplerFilters.Return"/>.
/// </summary>
internal sealed class FilterLease(Holder holder, ResamplerFilterSize size, int turn)
{
    public Holder Holder => holder;

    public ResamplerFilterSize Size => size;

    /// <summary>How many filters its stream had before: those that had few are served first.</summary>
    public int Turn => turn;

    /// <summary>Null until it is made.</summary>
    public ResamplerFilter? Filter { get; set; }
}

/// <summary>
/// The filters of all clients' resamplers, one for each rate. They have one budget: of memory, of multiplications while they play, and of
/// time, as making one takes milliseconds to a second. The worker makes them, one at a time with pauses. Belongs to the loop's thread.
/// </summary>
internal sealed class ResamplerFilters
{
    private const long MostBytes = 16 << 20, MostUserBytes = 8 << 20, MostAppBytes = 4 << 20;
    private const long MostSpareBytes = 2 << 20; // of filters that no stream uses now
    private const int MostTaps = 16384, MostUserTaps = 8192, MostAppTaps = 4096; // a frame: 50 streams of 44.1 kHz are 4000
    private const int PauseFactor = 3; // a pause is so many times as long as the making took: a quarter of one processor at most
    private const long RetryMs = 100;
    private const int CollectBytes = 8 << 20;
    private readonly Worker _worker;
    private readonly ResamplerQuality _quality;
    private readonly Action _made;
    private readonly Quota _bytes = new(MostBytes, MostUserBytes, MostAppBytes);
    private readonly Quota _taps = new(MostTaps, MostUserTaps, MostAppTaps);
    private readonly List<FilterLease> _leases = []; // oldest first
    private readonly Queue<ResamplerFilter> _spare = []; // oldest first
    private readonly LoopTimer _next;
    private bool _isMaking;
    private long _uncollected; // the worker's: bytes made since filters without a user were freed

    /// <param name="loop">Runs the pauses and <paramref name="made"/>.</param>
    /// <param name="worker">Makes filters.</param>
    /// <param name="quality">Of all of them.</param>
    /// <param name="made">Called when leases have got their filter.</param>
    public ResamplerFilters(EventLoop loop, Worker worker, ResamplerQuality quality, Action made)
    {
        (_worker, _quality, _made) = (worker, quality, made);
        _next = loop.CreateTimer(MakeNext);
    }

    /// <summary>Takes a share for a stream, whose filter is there at once or some time later.</summary>
    /// <param name="holder">Whose stream it is.</param>
    /// <param name="rate">The stream's, 8000 to 192000 Hz.</param>
    /// <param name="turn">How many filters it had before.</param>
    /// <param name="limit">Whose limit it would exceed, for people; null when it does not.</param>
    /// <returns>Null: there is no room.</returns>
    public FilterLease? TryTake(Holder holder, int rate, int turn, out string? limit)
    {
        var size = new ResamplerFilterSize(rate, _quality);
        limit = _bytes.Take(holder, size.Bytes);
        if (limit is not null)
            return null;
        limit = _taps.Take(holder, size.TapsAFrame);
        if (limit is not null)
        {
            _bytes.Return(holder, size.Bytes);
            return null;
        }
        var lease = new FilterLease(holder, size, turn) { Filter = Find(rate) };
        _leases.Add(lease);
        if (lease.Filter is null && !_isMaking && !_next.IsRunning)
            MakeNext();
        return lease;
    }

    /// <summary>Gives a share back; its filter may still be read until the audio thread has dropped it.</summary>
    public void Return(FilterLease lease)
    {
        _leases.Remove(lease);
        _bytes.Return(lease.Holder, lease.Size.Bytes);
        _taps.Return(lease.Holder, lease.Size.TapsAFrame);
        if (lease.Filter is { } filter && !_leases.Exists(l => l.Filter == filter))
            Spare(filter);
    }

    private ResamplerFilter? Find(int rate) =>
        _leases.Find(l => l.Size.Rate == rate && l.Filter is not null)?.Filter ?? _spare.FirstOrDefault(f => f.Size.Rate == rate);

    // Kept for a stream that comes back to its rate; the oldest goes first.
    private void Spare(ResamplerFilter filter)
    {
        if (!_spare.Contains(filter))
            _spare.Enqueue(filter);
        while (_spare.Sum(f => f.Size.Bytes) > MostSpareBytes)
            _spare.Dequeue();
    }

    private void MakeNext()
    {
        if (_leases.Where(l => l.Filter is null).MinBy(l => l.Turn) is not { } lease)
            return;
        var size = lease.Size;
        _isMaking = _worker.Run(() => Make(size), Take);
        if (!_isMaking)
            _next.After(RetryMs); // the worker has too much to do
    }

    private (ResamplerFilter Filter, TimeSpan Took) Make(ResamplerFilterSize size)
    {
        var start = Stopwatch.GetTimestamp();
        _uncollected += size.Bytes;
        if (_uncollected > CollectBytes) // never by decent clients; left alone, the collector lets tens of MB gather
        {
            GC.Collect();
            _uncollected = 0;
        }
        return (new ResamplerFilter(size), Stopwatch.GetElapsedTime(start));
    }

    private void Take((ResamplerFilter Filter, TimeSpan Took) made)
    {
        _isMaking = false;
        var isUsed = false;
        foreach (var lease in _leases)
        {
            if (lease.Size.Rate != made.Filter.Size.Rate || lease.Filter is not null)
                continue;
            lease.Filter = made.Filter;
            isUsed = true;
        }
        if (!isUsed)
            Spare(made.Filter);
        _next.At(EventLoop.Now + PauseFactor * made.Took.Ticks * 100);
        _made();
    }
}
