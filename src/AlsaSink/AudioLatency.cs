namespace AlsaSink;

/// <summary>
/// The latency that is asked for, divided into periods. Four of them, because two underrun 11 to 59 times a second on emulated boards and
/// four never did; fewer when they would be shorter than 64 frames, more when longer than <see cref="AudioSink.MaxPeriodFrames"/>.
/// </summary>
internal readonly record struct AudioLatency
{
    private const int ShortestPeriod = 64;

    /// <param name="ms">From mixing to sound, <see cref="AudioOptions.MinLatencyMs"/> to <see cref="AudioOptions.MaxLatencyMs"/>.</param>
    public AudioLatency(double ms)
    {
        int frames = Math.Max(2 * ShortestPeriod, (int)Math.Round(ms * AudioSink.Rate / 1000));
        int periods = Math.Max(Math.Clamp(frames / ShortestPeriod, 2, 4),
            (frames + AudioSink.MaxPeriodFrames - 1) / AudioSink.MaxPeriodFrames);
        PeriodFrames = frames / periods;
        QueueFrames = PeriodFrames * periods;
        MostFrames = Math.Max(QueueFrames, Math.Min(8 * QueueFrames, (int)(AudioOptions.MaxLatencyMs * AudioSink.Rate / 1000)));
    }

    /// <summary>Frames a period, 64 to <see cref="AudioSink.MaxPeriodFrames"/>.</summary>
    public int PeriodFrames { get; }

    /// <summary>Frames queued.</summary>
    public int QueueFrames { get; }

    /// <summary>Frames that the queue may grow to when it runs dry again and again: eight times as many, half a second at most.</summary>
    public int MostFrames { get; }
}
