namespace AlsaSink;

/// <summary>What an <see cref="AudioSink"/> does with the frames it mixes.</summary>
public enum OutputState
{
    /// <summary>There is no sound to play, and the output is stopped.</summary>
    Idle,

    /// <summary>Frames are written to the output.</summary>
    Playing,

    /// <summary>There is no output, or it has failed: frames are discarded at the clock's pace. A failed output is tried again.</summary>
    Discarding,
}

/// <summary>
/// The current state of an output, for people. The values of a card are those that it granted at its last start. Before the first start
/// Channels and LatencyMs are 0.
/// </summary>
/// <param name="Description">A card's name, a file's path, or <c>none</c>.</param>
/// <param name="Format">
/// The format of its samples: <c>S16</c>, <c>S24_3</c>, <c>S24</c>, <c>S32</c> or <c>FLOAT</c>; empty if there is none.
/// </param>
/// <param name="Rate">The rate in frames per second, Hz.</param>
/// <param name="Channels">The number of samples in a frame.</param>
/// <param name="PeriodFrames">The number of frames that the output takes at a time.</param>
/// <param name="LatencyMs">The time from mixing to sound, ms.</param>
/// <param name="Xruns">How often the output has run out of frames since the host started.</param>
/// <param name="State">What the sink does with its frames. An output's own status always has <see cref="OutputState.Idle"/> here.</param>
public readonly record struct OutputStatus(
    string Description, string Format, int Rate, int Channels, int PeriodFrames, double LatencyMs, int Xruns, OutputState State)
{
    /// <summary>The kernel's number of the card that played last; -1 if none has, or the output has no card.</summary>
    public int Card { get; init; } = -1;
}
