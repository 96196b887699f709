namespace Mmm.Testing;

/// <summary>How a <see cref="TestHost"/> behaves. The defaults are those of a host that is not busy.</summary>
public sealed record TestHostOptions
{
    /// <summary>Width of the screen, pixels, 1 to 16384.</summary>
    public int Width { get; init; } = 800;

    /// <summary>Height of the screen, pixels, 1 to 16384.</summary>
    public int Height { get; init; } = 480;

    /// <summary>
    /// How long the host waits before it answers a client. A real host that is busy takes up to seconds;
    /// <see cref="MmmClient.Open(string)"/>
    /// waits one second and then goes on without an answer, which comes as <see cref="HostConnected"/>.
    /// </summary>
    public TimeSpan AnswerDelay { get; init; }

    /// <summary>False: the host accepts connections and never answers, as one that hangs.</summary>
    public bool Answers { get; init; } = true;

    /// <summary>Not null: the host refuses every client for this reason.</summary>
    public string? Refusal { get; init; }

    /// <summary>The least time between two frames that the host takes from a client. A display of 60 Hz takes one in 16.7 ms.</summary>
    public TimeSpan FrameTime { get; init; }

    /// <summary>
    /// False: the host takes no frames, as one whose display is busy. <see cref="TestClient.TakesFrames"/> changes it later.
    /// </summary>
    public bool TakesFrames { get; init; } = true;

    /// <summary>How long the waiting methods wait before they throw <see cref="TimeoutException"/>. 10 s by default.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);
}
