namespace Mmm.Protocol;

/// <summary>Whether the client or the host may use the pixels. Source: protocol.md section 3.</summary>
internal enum FlipState
{
    /// <summary>The client is writing its size; nothing in the file is valid.</summary>
    Initializing = 0,
    /// <summary>Neither side uses the pixels; either may begin.</summary>
    Neutral = 1,
    /// <summary>The client is drawing.</summary>
    Drawing = 2,
    /// <summary>The client has drawn and waits for the host.</summary>
    WaitFlip = 3,
    /// <summary>The host is copying.</summary>
    Flipping = 4,
}
