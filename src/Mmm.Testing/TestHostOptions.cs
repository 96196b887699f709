namespace Mmm.Testing;

/// <summary>Options of a <see cref="TestHost"/>. With the defaults, it behaves like a host that is not busy.</summary>
public sealed record TestHostOptions
{
    /// <summary>Width of the screen in pixels, 1 to 16384. The default is 800.</summary>
    public int Width { get; init; } = 800;

    /// <summary>Height of the screen in pixels, 1 to 16384. The default is 480.</summary>
    public int Height { get; init; } = 480;

    /// <summary>
    /// The delay before the host answers a client. The default is 0. A real host that is busy can need seconds.
    /// <see cref="MmmClient.Open(string)"/> waits one second for the answer. If it comes later, the client receives
    /// <see cref="HostConnected"/>.
    /// </summary>
    public TimeSpan AnswerDelay { get; init; }

    /// <summary>Set it to false for a host that accepts connections but never answers, like a host that hangs.</summary>
    public bool Answers { get; init; } = true;

    /// <summary>If it is not null, the host refuses every client with this text as the reason.</summary>
    public string? Refusal { get; init; }

    /// <summary>
    /// The shortest time between two frames that the host takes from a client. The default is 0. A display of 60 Hz takes a frame every
    /// 16.7 ms.
    /// </summary>
    public TimeSpan FrameTime { get; init; }

    /// <summary>
    /// Set it to false for a host that takes no frames, like one whose display is busy. <see cref="TestClient.TakesFrames"/> changes this
    /// later for one client.
    /// </summary>
    public bool TakesFrames { get; init; } = true;

    /// <summary>How long the waiting methods wait before they throw <see cref="TimeoutException"/>. 10 s by default.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);
}
