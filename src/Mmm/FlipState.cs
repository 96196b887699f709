namespace Mmm;

/// <summary>Who may touch the pixels. Source: protocol.md section 3.</summary>
public enum FlipState
{
    /// <summary>The client writes its size; nothing in the file is valid.</summary>
    Initializing = 0,
    /// <summary>Nobody does anything; either side may begin.</summary>
    Neutral = 1,
    /// <summary>The client draws.</summary>
    Drawing = 2,
    /// <summary>The client has drawn and waits for the host.</summary>
    WaitFlip = 3,
    /// <summary>The host copies.</summary>
    Flipping = 4,
}
