namespace Mmm;

/// <summary>
/// Events that only clients get that ask for them, by the value <c>events</c>: a list of words. Source: protocol.md section 5.
/// </summary>
[Flags]
public enum EventKinds
{
    /// <summary>What every client gets: the first finger as a mouse, keys as they are pressed, messages.</summary>
    None = 0,
    /// <summary><c>multitouch</c>: every finger, each with its number.</summary>
    Multitouch = 1,
    /// <summary><c>key-release</c>: a key that went up.</summary>
    KeyRelease = 2,
    /// <summary><c>scroll</c>: wheels.</summary>
    Scroll = 4,
    /// <summary><c>enter-leave</c>: the pointer, or a finger, comes over the client and leaves it.</summary>
    EnterLeave = 8,
    /// <summary><c>focus</c>: keys go to the client, and no longer do.</summary>
    Focus = 16,
    /// <summary><c>visibility</c>: the screen is turned off and on.</summary>
    Visibility = 32,
    /// <summary>All of them.</summary>
    All = 63,
}
