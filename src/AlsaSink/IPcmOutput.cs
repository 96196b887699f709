namespace AlsaSink;

/// <summary>
/// Where mixed frames go: a card or a file. All frames are stereo, float, full scale -1..1, <see cref="AudioSink.Rate"/> Hz; an output
/// converts them to its own format. Start, Write, Stop and Drain are called on the audio thread only; each of them throws
/// <see cref="AudioException"/> when the output cannot go on, and can be started again after that.
/// </summary>
public interface IPcmOutput : IDisposable
{
    /// <summary>What it is, for people, and what it was granted. Read on any thread; whole, and without a lock.</summary>
    OutputStatus Status { get; }

    /// <summary>
    /// Frames that Write is best given, 1 to <see cref="AudioSink.MaxPeriodFrames"/>; Start may change it. Read on the audio thread.
    /// </summary>
    int PeriodFrames { get; }

    /// <summary>Takes hold of the device: the first sound comes now.</summary>
    void Start();

    /// <summary>
    /// Queues one period and returns when the next one is due: this is the pace at which sources are pulled.
    /// </summary>
    /// <param name="stereo">Interleaved samples in -1..1, 1 to <see cref="AudioSink.MaxPeriodFrames"/> frames.</param>
    void Write(ReadOnlySpan<float> stereo);

    /// <summary>
    /// Lets go of the device at once; what is queued (silence by then) is dropped. Costs nothing until Start. After a failure too.
    /// </summary>
    void Stop();

    /// <summary>As Stop, but plays what is queued first; takes as long as that sounds.</summary>
    void Drain();
}
