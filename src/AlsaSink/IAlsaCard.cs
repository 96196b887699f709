namespace AlsaSink;

/// <summary>The setup of a card.</summary>
/// <param name="Format">The format of its samples.</param>
/// <param name="Channels">The number of samples in a frame.</param>
/// <param name="PeriodFrames">The number of frames between two interrupts.</param>
/// <param name="BufferFrames">The number of frames that its buffer holds.</param>
internal readonly record struct CardSetup(SampleFormat Format, int Channels, int PeriodFrames, int BufferFrames);

/// <summary>
/// One ALSA playback device at <see cref="AudioSink.Rate"/>. All results are ALSA's: 0 or more, or a negative errno. The device must be
/// open for every method except Open.
/// </summary>
internal interface IAlsaCard
{
    /// <summary>Opens a device without waiting for it to become free.</summary>
    /// <exception cref="AudioException">libasound cannot be loaded.</exception>
    int Open(string name);

    /// <summary>
    /// Chooses the best format, and the channels, period and buffer nearest to the requested ones. If the card allows so few periods that
    /// its buffer would not hold the queue, the periods are made longer, up to half of the queue.
    /// </summary>
    /// <param name="periodFrames">The wanted frames of a period.</param>
    /// <param name="queueFrames">The frames that the buffer should hold at least.</param>
    /// <param name="bufferFrames">The wanted frames of the buffer.</param>
    /// <param name="granted">What the card does.</param>
    int SetUp(int periodFrames, int queueFrames, int bufferFrames, out CardSetup granted);

    /// <summary>Sets how many queued frames start the card, and how many frames of free room end a <see cref="Wait"/>.</summary>
    int SetThresholds(int startFrames, int roomFrames);

    /// <summary>The kernel's number of the card; -1 if the device has no card.</summary>
    int Number { get; }

    /// <summary>Returns the number of frames for which the queue has room.</summary>
    nint Room();

    /// <summary>Waits for room. Returns 0 if the timeout has passed without room.</summary>
    int Wait(int timeoutMs);

    /// <summary>Queues frames and returns their number.</summary>
    nint Write(ReadOnlySpan<byte> data, int frames);

    /// <summary>Makes the device ready to start again with an empty queue.</summary>
    int Prepare();

    /// <summary>Resumes a suspended device. Returns -EAGAIN while the device is still suspended.</summary>
    int Resume();

    /// <summary>Stops the device at once and drops the queued frames.</summary>
    int Drop();

    /// <summary>Plays the queued frames, then stops the device.</summary>
    int Drain();

    /// <summary>Closes the device. Nothing happens if it is not open.</summary>
    void Close();

    /// <summary>Returns ALSA's text for a negative errno, in the form used in log lines.</summary>
    string ErrorText(int error);

    /// <summary>The first message of libasound since <see cref="Open"/> was called; null if there was none.</summary>
    string? Message { get; }
}
