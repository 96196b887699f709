using System.Diagnostics;
using AlsaSink;
using FbHost.Loop;

namespace FbHost.Audio;

/// <summary>
/// One stream's share of the filters. It lasts from <see cref="ResamplerFilters.TryTake"/> to <see cref="ResamplerFilters.Return"/>.
/// </summary>
internal sealed class FilterLease(Holder holder, ResamplerFilterSize size, int turn)
{
    public Holder Holder => holder;

    public ResamplerFilterSize Size => size;

    /// <summary>The number of filters that the stream had before: streams with few are served first.</summary>
    public int Turn => turn;

    /// <summary>The filter; null until it is made.</summary>
    public ResamplerFilter? Filter { get; set; }
}

/// <summary>
/// The filters of all clients' resamplers, one for each rate. Three things are limited: their memory, the multiplications while they play,
/// and the time to make them, since making one takes milliseconds to a second. The worker makes them, one at a time with pauses. Used only
/// by the loop's thread.
/// </summary>
internal sealed class ResamplerFilters
{
    private const long MostBytes = 16 << 20, MostUserBytes = 8 << 20, MostAppBytes = 4 << 20;
    private const long MostSpareBytes = 2 << 20; // kept in filters that no stream uses now
    private const int MostTaps = 16384, MostUserTaps = 8192, MostAppTaps = 4096; // per frame: 50 streams of 44.1 kHz have 4000
    private const int PauseFactor = 3; // the pause after making a filter is 3 times as long: at most a quarter of one processor is used
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
    private long _uncollected; // used only on the worker: bytes of filters made since the last collection

    /// <param name="loop">Runs the pauses and <paramref name="made"/>.</param>
    /// <param name="worker">Makes filters.</param>
    /// <param name="quality">The quality of all filters.</param>
    /// <param name="made">Called when leases have received their filter.</param>
    public ResamplerFilters(EventLoop loop, Worker worker, ResamplerQuality quality, Action made)
    {
        (_worker, _quality, _made) = (worker, quality, made);
        _next = loop.CreateTimer(MakeNext);
    }

    /// <summary>Takes a share for a stream. Its filter is available at once or some time later.</summary>
    /// <param name="holder">The holder of the stream.</param>
    /// <param name="rate">The stream's rate, 8000 to 192000 Hz.</param>
    /// <param name="turn">The number of filters that the stream had before.</param>
    /// <param name="limit">Names whose limit would be exceeded, for log lines; null if none.</param>
    /// <returns>The share; null if a limit would be exceeded.</returns>
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

    /// <summary>Returns a share. The audio thread may still read the filter until it has dropped it.</summary>
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

    // The filter is kept for a stream that returns to its rate. The oldest one is dropped first.
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
            _next.After(RetryMs); // the worker's queue is full
    }

    private (ResamplerFilter Filter, TimeSpan Took) Make(ResamplerFilterSize size)
    {
        var start = Stopwatch.GetTimestamp();
        _uncollected += size.Bytes;
        if (_uncollected > CollectBytes) // not reached by ordinary clients; otherwise tens of MB would gather before the collector runs
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
