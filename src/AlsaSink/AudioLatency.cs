namespace AlsaSink;

/// <summary>
/// The requested latency, divided into periods. There are four of them, because two periods underran 11 to 59 times a second on emulated
/// boards and four never did. There are fewer if they would be shorter than 64 frames, and more if they would be longer than
/// <see cref="AudioSink.MaxPeriodFrames"/>.
/// </summary>
internal readonly record struct AudioLatency
{
    private const int ShortestPeriod = 64;

    /// <param name="ms">
    /// The time from mixing to sound, <see cref="AudioOptions.MinLatencyMs"/> to <see cref="AudioOptions.MaxLatencyMs"/>.
    /// </param>
    public AudioLatency(double ms)
    {
        int frames = Math.Max(2 * ShortestPeriod, (int)Math.Round(ms * AudioSink.Rate / 1000));
        int periods = Math.Max(Math.Clamp(frames / ShortestPeriod, 2, 4),
            (frames + AudioSink.MaxPeriodFrames - 1) / AudioSink.MaxPeriodFrames);
        PeriodFrames = frames / periods;
        QueueFrames = PeriodFrames * periods;
        MostFrames = Math.Max(QueueFrames, Math.Min(8 * QueueFrames, (int)(AudioOptions.MaxLatencyMs * AudioSink.Rate / 1000)));
    }

    /// <summary>The frames of one period, 64 to <see cref="AudioSink.MaxPeriodFrames"/>.</summary>
    public int PeriodFrames { get; }

    /// <summary>The frames that are queued.</summary>
    public int QueueFrames { get; }

    /// <summary>
    /// The length to which repeated xruns may extend the queue: eight times <see cref="QueueFrames"/>, at most half a second.
    /// </summary>
    public int MostFrames { get; }
}
