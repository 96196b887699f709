namespace AlsaSink;

/// <summary>
/// An output for mixed frames: a card or a file. All frames are stereo, float, full scale -1..1, <see cref="AudioSink.Rate"/> Hz; an output
/// converts them to its own format. Start, Write, Stop and Drain are called on the audio thread only. Each of them throws
/// <see cref="AudioException"/> if the output cannot continue; the output can be started again after that.
/// </summary>
public interface IPcmOutput : IDisposable
{
    /// <summary>A description for people, and the granted setup. May be read on any thread; reading is atomic and takes no lock.</summary>
    OutputStatus Status { get; }

    /// <summary>
    /// The number of frames that is best for Write, 1 to <see cref="AudioSink.MaxPeriodFrames"/>. Start may change it.
    /// Read on the audio thread.
    /// </summary>
    int PeriodFrames { get; }

    /// <summary>Opens the device. Called before the first sound.</summary>
    void Start();

    /// <summary>
    /// Queues one period and returns when the next period is due. This sets the pace at which frames are pulled from the sources.
    /// </summary>
    /// <param name="stereo">Interleaved samples in -1..1, 1 to <see cref="AudioSink.MaxPeriodFrames"/> frames.</param>
    void Write(ReadOnlySpan<float> stereo);

    /// <summary>
    /// Closes the device at once and drops the queued frames, which are silence by then. Also called after a failure. Until the next Start
    /// the output uses no resources.
    /// </summary>
    void Stop();

    /// <summary>Like Stop, but plays the queued frames first and blocks until they have been played.</summary>
    void Drain();
}
