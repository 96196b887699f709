namespace AlsaSink;

/// <summary>How a card is, or is to be, set up.</summary>
/// <param name="Format">Its samples.</param>
/// <param name="Channels">Samples a frame.</param>
/// <param name="PeriodFrames">Frames between two of its interrupts.</param>
/// <param name="BufferFrames">Frames that it can have queued.</param>
internal readonly record struct CardSetup(SampleFormat Format, int Channels, int PeriodFrames, int BufferFrames);

/// <summary>
/// One playback device of ALSA at <see cref="AudioSink.Rate"/>. All results are ALSA's: 0 or more, or a negative errno. Except for Open,
/// the device must be open.
/// </summary>
internal interface IAlsaCard
{
    /// <summary>Opens a device without waiting for it to become free.</summary>
    /// <exception cref="AudioException">There is no libasound.</exception>
    int Open(string name);

    /// <summary>Chooses the best format, and the channels, period and buffer next to those wanted.</summary>
    int SetUp(int periodFrames, int bufferFrames, out CardSetup granted);

    /// <summary>Says how many queued frames start the card, and how many of free room end a <see cref="Wait"/>.</summary>
    int SetThresholds(int startFrames, int roomFrames);

    /// <summary>The kernel's number of the card, or -1 if there is none behind the device.</summary>
    int Number { get; }

    /// <summary>Frames that there is room for.</summary>
    nint Room();

    /// <summary>Waits for room; 0 means none came in time.</summary>
    int Wait(int timeoutMs);

    /// <summary>Queues frames; returns how many.</summary>
    nint Write(ReadOnlySpan<byte> data, int frames);

    /// <summary>Makes the device ready to be started anew, with an empty queue.</summary>
    int Prepare();

    /// <summary>Wakes a suspended device; -EAGAIN while that takes.</summary>
    int Resume();

    /// <summary>Stops at once.</summary>
    int Drop();

    /// <summary>Plays what is queued, then stops.</summary>
    int Drain();

    /// <summary>Lets go of the device; nothing happens if it is not open.</summary>
    void Close();

    /// <summary>ALSA's text for a negative errno, as it ends a line of ours.</summary>
    string ErrorText(int error);
}
