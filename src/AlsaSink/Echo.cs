namespace AlsaSink;

/// <summary>
/// Plays on one sink what another one has mixed. Each sink runs at its own card's pace. The frames wait in a ring: if it runs empty because
/// this card is faster, there is a gap of <see cref="DelayFrames"/>; if it has more than <see cref="MostFrames"/> because this card is
/// slower, the oldest frames are left out. Cards differ by some millionths, so this occurs every few minutes at most.
/// </summary>
public sealed class Echo : IPcmSource
{
    /// <summary>The frames of silence before the first frame, in which frames gather: 20 ms.</summary>
    public const int DelayFrames = AudioSink.Rate / 50;

    /// <summary>The most frames that wait: 80 ms.</summary>
    public const int MostFrames = 4 * DelayFrames;

    // Twice the most frames, and one more mixed period that is being written.
    private readonly float[] _ring = new float[2 * (2 * MostFrames + AudioSink.MaxPeriodFrames)];
    private long _written; // samples; only Put changes it
    private long _read; // samples; only Read changes it
    private int _delay; // frames of silence that are still due; belongs to Read
    private bool _isEmpty = true; // belongs to Read

    /// <inheritdoc/>
    public Gain? Gain => null;

    /// <summary>Takes what was mixed; called on the thread of the sink that has mixed it. What finds no room is left out.</summary>
    /// <param name="stereo">Interleaved frames, at most <see cref="AudioSink.MaxPeriodFrames"/>.</param>
    public void Put(ReadOnlySpan<float> stereo)
    {
        long written = _written;
        if (stereo.Length > _ring.Length - (written - Volatile.Read(ref _read)))
            return;
        int at = (int)(written % _ring.Length), first = Math.Min(stereo.Length, _ring.Length - at);
        stereo[..first].CopyTo(_ring.AsSpan(at));
        stereo[first..].CopyTo(_ring);
        Volatile.Write(ref _written, written + stereo.Length);
    }

    /// <inheritdoc/>
    public int Read(Span<float> stereo)
    {
        long read = _read;
        int queued = (int)(Volatile.Read(ref _written) - read);
        if (queued == 0)
            return 0;
        if (_isEmpty)
            (_isEmpty, _delay) = (false, DelayFrames);
        int silent = Math.Min(2 * _delay, stereo.Length);
        stereo[..silent].Clear();
        _delay -= silent / 2;
        if (queued > 2 * MostFrames)
        {
            read += queued - 2 * DelayFrames;
            queued = 2 * DelayFrames;
        }
        int now = Math.Min(queued, stereo.Length - silent), at = (int)(read % _ring.Length), first = Math.Min(now, _ring.Length - at);
        _ring.AsSpan(at, first).CopyTo(stereo[silent..]);
        _ring.AsSpan(0, now - first).CopyTo(stereo[(silent + first)..]);
        Volatile.Write(ref _read, read + now);
        _isEmpty = silent + now < stereo.Length;
        return (silent + now) / 2;
    }

    /// <inheritdoc/>
    public void Removed()
    {
    }
}
