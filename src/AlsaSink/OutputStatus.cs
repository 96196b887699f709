namespace AlsaSink;

/// <summary>What an <see cref="AudioSink"/> does with the frames it mixes.</summary>
public enum OutputState
{
    /// <summary>Nothing sounds: the output is stopped.</summary>
    Idle,

    /// <summary>Frames go to the output.</summary>
    Playing,

    /// <summary>There is no output, or it has failed: frames are discarded at the clock's pace. A failed one is tried again.</summary>
    Discarding,
}

/// <summary>An output as it is now, for people. Figures of a card are what it granted at the last start, 0 before the first.</summary>
/// <param name="Description">A card's name, a file's path, or <c>none</c>.</param>
/// <param name="Format">Its samples: <c>S16</c>, <c>S24_3</c>, <c>S24</c>, <c>S32</c> or <c>FLOAT</c>; empty if there is none.</param>
/// <param name="Rate">Frames a second, Hz.</param>
/// <param name="Channels">Samples a frame.</param>
/// <param name="PeriodFrames">Frames that it takes at a time.</param>
/// <param name="LatencyMs">From mixing to sound, ms.</param>
/// <param name="Xruns">How often it ran out of frames, since the host has started.</param>
/// <param name="State">What the sink does; an output by itself says <see cref="OutputState.Idle"/>.</param>
public readonly record struct OutputStatus(
    string Description, string Format, int Rate, int Channels, int PeriodFrames, double LatencyMs, int Xruns, OutputState State);
