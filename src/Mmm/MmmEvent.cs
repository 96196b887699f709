namespace Mmm;

/// <summary>
/// Something that happened. Most events come from the host as texts (docs/protocol.md section 5); <see cref="ClientResized"/>,
/// <see cref="HostDisconnected"/>, <see cref="HostConnected"/>, <see cref="TimerElapsed"/> and <see cref="QuitRequested"/> are made by
/// the client.
/// </summary>
public abstract record MmmEvent
{
    private protected MmmEvent() { }
}

/// <summary>A pointer or finger. Coordinates are pixels from the client's top left.</summary>
/// <param name="X">Pixels to the right.</param>
/// <param name="Y">Pixels down.</param>
/// <param name="Finger">0..9; always 0 unless the client asked for multitouch.</param>
public abstract record PointerEvent(int X, int Y, int Finger) : MmmEvent;

/// <summary>The pointer moved with no button and no finger down.</summary>
/// <inheritdoc cref="PointerEvent"/>
public sealed record PointerMoved(int X, int Y, int Finger = 0) : PointerEvent(X, Y, Finger);

/// <summary>A button or finger went down.</summary>
/// <inheritdoc cref="PointerEvent"/>
public sealed record PointerPressed(int X, int Y, int Finger = 0) : PointerEvent(X, Y, Finger);

/// <summary>The pointer moved with a button or finger down.</summary>
/// <inheritdoc cref="PointerEvent"/>
public sealed record PointerDragged(int X, int Y, int Finger = 0) : PointerEvent(X, Y, Finger);

/// <summary>A button or finger went up.</summary>
/// <inheritdoc cref="PointerEvent"/>
public sealed record PointerReleased(int X, int Y, int Finger = 0) : PointerEvent(X, Y, Finger);

/// <summary>The pointer came over the client; only for clients that asked for enter-leave.</summary>
/// <inheritdoc cref="PointerEvent"/>
public sealed record PointerEntered(int X, int Y) : PointerEvent(X, Y, 0);

/// <summary>The pointer left the client; only for clients that asked for enter-leave.</summary>
/// <inheritdoc cref="PointerEvent"/>
public sealed record PointerLeft(int X, int Y) : PointerEvent(X, Y, 0);

/// <summary>A wheel turned; only for clients that asked for scroll.</summary>
/// <param name="X">Pixels to the right.</param>
/// <param name="Y">Pixels down.</param>
/// <param name="DeltaX">Steps to the right.</param>
/// <param name="DeltaY">Steps down.</param>
public sealed record PointerScrolled(int X, int Y, int DeltaX, int DeltaY) : PointerEvent(X, Y, 0);

/// <summary>A key was pressed or repeated.</summary>
/// <param name="Name">See <see cref="KeyNames"/>, or the text the key types, as in a, A, å.</param>
public sealed record KeyPressed(string Name) : MmmEvent;

/// <summary>A key was released; only for clients that asked for key-release.</summary>
/// <param name="Name">As in <see cref="KeyPressed"/>.</param>
public sealed record KeyReleased(string Name) : MmmEvent;

/// <summary>A message from the host, or from another program through the host.</summary>
/// <param name="Text">At most 119 bytes of UTF-8.</param>
public sealed record MessageReceived(string Text) : MmmEvent;

/// <summary>Keys go to this client now; only for clients that asked for focus.</summary>
public sealed record FocusGained : MmmEvent;

/// <summary>Keys no longer go to this client; only for clients that asked for focus.</summary>
public sealed record FocusLost : MmmEvent;

/// <summary>The client can be seen again; only for clients that asked for visibility.</summary>
public sealed record ClientShown : MmmEvent;

/// <summary>The client cannot be seen; only for clients that asked for visibility.</summary>
public sealed record ClientHidden : MmmEvent;

/// <summary>The picture has a new size and must be drawn again.</summary>
/// <param name="Width">Pixels across.</param>
/// <param name="Height">Pixels down.</param>
public sealed record ClientResized(int Width, int Height) : MmmEvent;

/// <summary>The host ended. The client keeps its picture and may go on; it is picked up when a host comes back.</summary>
public sealed record HostDisconnected : MmmEvent;

/// <summary>A host is there again.</summary>
public sealed record HostConnected : MmmEvent;

/// <summary>The app was told to end: by SIGTERM, SIGINT or <see cref="MmmClient.Close"/>.</summary>
public sealed record QuitRequested : MmmEvent;

/// <summary>A timer that <see cref="MmmClient.Every"/> made without a callback has elapsed.</summary>
/// <param name="Timer">Which one.</param>
/// <param name="Count">1, or more if the app was late: ticks that were missed are merged.</param>
public sealed record TimerElapsed(MmmTimer Timer, long Count) : MmmEvent;
