namespace Mmm;

/// <summary>
/// Events that the host sends only to clients that request them, with <see cref="MmmClientOptions.Events"/> or
/// <see cref="MmmClient.Ask"/>. Each kind is one word in the client's value <c>events</c>. Source: protocol.md section 5.
/// </summary>
[Flags]
public enum EventKinds
{
    /// <summary>Only the events that every client receives: the mouse, the first finger as a mouse, key presses, and messages.</summary>
    None = 0,
    /// <summary><c>multitouch</c>: all fingers, each with its number (0 to 9), instead of the first finger only.</summary>
    Multitouch = 1,
    /// <summary><c>key-release</c>: <see cref="KeyReleased"/>, when a key is released.</summary>
    KeyRelease = 2,
    /// <summary><c>scroll</c>: <see cref="PointerScrolled"/>, when a mouse wheel turns.</summary>
    Scroll = 4,
    /// <summary>
    /// <c>enter-leave</c>: <see cref="PointerEntered"/> and <see cref="PointerLeft"/>, for the mouse pointer and for fingers.
    /// </summary>
    EnterLeave = 8,
    /// <summary><c>focus</c>: <see cref="FocusGained"/> and <see cref="FocusLost"/>, when keys start or stop going to the client.</summary>
    Focus = 16,
    /// <summary><c>visibility</c>: <see cref="ClientHidden"/> and <see cref="ClientShown"/>, when the screen is turned off or on.</summary>
    Visibility = 32,
    /// <summary>
    /// <c>buttons</c>: the events of all buttons of a mouse or pen, not only of the left one. All pointer events then have
    /// <see cref="PointerEvent.Button"/> and <see cref="PointerEvent.Type"/>.
    /// </summary>
    Buttons = 64,
    /// <summary>All kinds.</summary>
    All = 127,
}
