namespace Mmm;

/// <summary>
/// An event, as <see cref="MmmClient.Events"/> and the other waiting methods return it. The host sends most events as texts
/// (docs/protocol.md section 5). The library itself creates <see cref="ClientResized"/>, <see cref="HostDisconnected"/>,
/// <see cref="HostConnected"/>, <see cref="TimerElapsed"/> and <see cref="QuitRequested"/>.
/// </summary>
public abstract record MmmEvent
{
    private protected MmmEvent() { }
}

/// <summary>An event of the mouse pointer or of a finger. Coordinates are pixels from the client's top left corner.</summary>
/// <param name="X">Pixels from the left edge. While a button or finger stays down, it can be negative or beyond the right edge.</param>
/// <param name="Y">Pixels from the top edge. While a button or finger stays down, it can be negative or beyond the bottom edge.</param>
/// <param name="Finger">Number of the finger, 0 to 9. Always 0 unless the client has requested multitouch.</param>
public abstract record PointerEvent(int X, int Y, int Finger) : MmmEvent
{
    /// <summary>
    /// The button that went down or up, or that is held. Always <see cref="PointerButton.Left"/> unless the client has requested
    /// <see cref="EventKinds.Buttons"/>.
    /// </summary>
    public PointerButton Button { get; init; }

    /// <summary>What the event comes from, if the client has requested <see cref="EventKinds.Buttons"/>.</summary>
    public PointerType Type { get; init; }
}

/// <summary>The pointer moved while no button and no finger was down.</summary>
/// <inheritdoc cref="PointerEvent"/>
public sealed record PointerMoved(int X, int Y, int Finger = 0) : PointerEvent(X, Y, Finger);

/// <summary>The left mouse button or a finger went down; or any button, see <see cref="EventKinds.Buttons"/>.</summary>
/// <inheritdoc cref="PointerEvent"/>
public sealed record PointerPressed(int X, int Y, int Finger = 0) : PointerEvent(X, Y, Finger);

/// <summary>The pointer or a finger moved while the left mouse button or the finger was down.</summary>
/// <inheritdoc cref="PointerEvent"/>
public sealed record PointerDragged(int X, int Y, int Finger = 0) : PointerEvent(X, Y, Finger);

/// <summary>The left mouse button or a finger went up; or any button, see <see cref="EventKinds.Buttons"/>.</summary>
/// <inheritdoc cref="PointerEvent"/>
public sealed record PointerReleased(int X, int Y, int Finger = 0) : PointerEvent(X, Y, Finger);

/// <summary>The pointer or a finger moved onto the client. Sent only to clients that request <see cref="EventKinds.EnterLeave"/>.</summary>
/// <inheritdoc cref="PointerEvent"/>
public sealed record PointerEntered(int X, int Y) : PointerEvent(X, Y, 0);

/// <summary>The pointer or a finger left the client. Sent only to clients that request <see cref="EventKinds.EnterLeave"/>.</summary>
/// <inheritdoc cref="PointerEvent"/>
public sealed record PointerLeft(int X, int Y) : PointerEvent(X, Y, 0);

/// <summary>A mouse wheel turned. Sent only to clients that request <see cref="EventKinds.Scroll"/>.</summary>
/// <param name="X">Pixels from the client's left edge.</param>
/// <param name="Y">Pixels from the client's top edge.</param>
/// <param name="DeltaX">Clicks of the wheel to the right; negative to the left.</param>
/// <param name="DeltaY">Clicks of the wheel downwards; negative upwards.</param>
public sealed record PointerScrolled(int X, int Y, int DeltaX, int DeltaY) : PointerEvent(X, Y, 0);

/// <summary>A key was pressed, or repeats because it is held down.</summary>
/// <param name="Name">The text that the key types, such as a, A or å; or a name of <see cref="KeyNames"/>, possibly with prefixes.</param>
public sealed record KeyPressed(string Name) : MmmEvent;

/// <summary>A key was released. Sent only to clients that request <see cref="EventKinds.KeyRelease"/>.</summary>
/// <param name="Name">The name that the press of this key had: see <see cref="KeyPressed"/>.</param>
public sealed record KeyReleased(string Name) : MmmEvent;

/// <summary>A message from the host, or from another program through the host.</summary>
/// <param name="Text">At most 119 bytes of UTF-8. A scanned code may contain control characters, such as U+001D.</param>
public sealed record MessageReceived(string Text) : MmmEvent;

/// <summary>Keys now go to this client. Sent only to clients that request <see cref="EventKinds.Focus"/>.</summary>
public sealed record FocusGained : MmmEvent;

/// <summary>Keys no longer go to this client. Sent only to clients that request <see cref="EventKinds.Focus"/>.</summary>
public sealed record FocusLost : MmmEvent;

/// <summary>The screen was turned on. Sent only to clients that request <see cref="EventKinds.Visibility"/>.</summary>
public sealed record ClientShown : MmmEvent;

/// <summary>The screen was turned off. Sent only to clients that request <see cref="EventKinds.Visibility"/>.</summary>
public sealed record ClientHidden : MmmEvent;

/// <summary>The client has a new size, and the app must draw its whole picture again.</summary>
/// <param name="Width">New width in pixels.</param>
/// <param name="Height">New height in pixels.</param>
public sealed record ClientResized(int Width, int Height) : MmmEvent;

/// <summary>
/// The connection to the host was closed, usually because the host ended. The client keeps its picture and its values, and the app can
/// continue to draw. The client connects again by itself when a host starts in the same directory. If this process has started the host,
/// the event is <see cref="QuitRequested"/> instead, since the user has closed the app's window or ended its host.
/// </summary>
public sealed record HostDisconnected : MmmEvent;

/// <summary>
/// A host has accepted the client: either after <see cref="HostDisconnected"/>, or because the answer came after
/// <see cref="MmmClient.Open(MmmClientOptions)"/> had stopped waiting for it.
/// </summary>
public sealed record HostConnected : MmmEvent;

/// <summary>
/// The app is requested to end, by a signal of <see cref="MmmClientOptions.Signals"/> or by <see cref="MmmClient.Close"/>.
/// </summary>
public sealed record QuitRequested : MmmEvent;

/// <summary>A timer that <see cref="MmmClient.Every"/> created without a callback has elapsed.</summary>
/// <param name="Timer">The timer.</param>
/// <param name="Count">Number of ticks since the last event of this timer: 1, or more if the app was late and missed ticks.</param>
public sealed record TimerElapsed(MmmTimer Timer, long Count) : MmmEvent;
