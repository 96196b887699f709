using Desktop;
using Desktop.Wayland;
using Desktop.X11;
using Displays;
using FbHost.Input;
using FbHost.Options;
using InputEvdev;

namespace FbHost;

/// <summary>
/// The host's window on the desktop: opens it, also again after the window system has ended, and connects its input with the seat. The
/// window shows the picture as a person sees it who stands before the panel, so a rotation of the panel exchanges width and height.
/// </summary>
/// <param name="options">The host's options, whose display is a window.</param>
/// <param name="log">The host's log.</param>
internal sealed class DesktopWindow(ServeOptions options, HostLog log)
{
    private const int FirstPatienceMs = 5000, LaterPatienceMs = 200; // later, the loop waits meanwhile
    private const int Width = 800, Height = 480; // unless the option has another size
    private readonly WindowInput _input = new();
    private WindowDisplay? _display;
    private string _title = "mmm";
    private (byte[]? Text, KeyboardOptions? Names)? _keymap; // of the window system, before there is a seat
    private (uint Depressed, uint Latched, uint Locked, uint Layout) _state; // of its modifiers, before there is a seat

    /// <summary>The keys that the host handles itself while it is a window.</summary>
    public static IReadOnlyList<(byte[] Word, HostAction Action)> Keys { get; } =
    [
        ("F11"u8.ToArray(), HostAction.FullScreen),
        ("control-shift-r"u8.ToArray(), HostAction.Rotate),
        ("control-shift-s"u8.ToArray(), HostAction.Screenshot),
    ];

    /// <summary>Opens the window.</summary>
    /// <param name="before">The size of a former window; null the first time.</param>
    /// <exception cref="Mmm.MmmException">The window cannot be opened. The message is one line.</exception>
    public IDisplay Open((int Width, int Height)? before)
    {
        var choice = options.Display;
        var isFixed = choice.Width > 0;
        var (width, height) = isFixed ? (choice.Width, choice.Height) : (Width, Height);
        if (options.Rotate is 90 or 270)
            (width, height) = (height, width);
        (width, height) = before ?? (width, height);
        var asked = new WindowOptions(width, height, isFixed, options.Cursor, _title, before is null ? FirstPatienceMs : LaterPatienceMs);
        _input.KeymapChanged ??= (text, names) => _keymap = (text, names);
        _input.StateChanged ??= (depressed, latched, locked, layout) => _state = (depressed, latched, locked, layout);
        IWindow window = choice.Kind == DisplayKind.Wayland ? new WaylandWindow(asked, _input) : new X11Window(asked, _input);
        return _display = new WindowDisplay(window, log.Info);
    }

    /// <summary>Connects the window's input.</summary>
    /// <param name="seat">Receives the keys, the pointer and the fingers.</param>
    /// <param name="closed">Called when the user closes the window.</param>
    public void Connect(Seat seat, Action closed)
    {
        _input.KeymapChanged = seat.Keyboard.UseKeymap;
        _input.StateChanged = seat.Keyboard.SetState;
        _input.Handler = seat.Raw;
        _input.Closed = closed;
        if (_keymap is { } keymap)
            seat.Keyboard.UseKeymap(keymap.Text, keymap.Names);
        seat.Keyboard.SetState(_state.Depressed, _state.Latched, _state.Locked, _state.Layout);
        _keymap = null;
    }

    /// <summary>Shows in the title which app is in front.</summary>
    /// <param name="app">The app's name; null if there is none.</param>
    public void Name(string? app)
    {
        var title = app ?? "mmm";
        if (title == _title)
            return;
        _title = title;
        _display?.SetTitle(title);
    }

    /// <summary>Makes the window cover the screen, or gives it its former size.</summary>
    public void ToggleFullScreen() => _display?.ToggleFullScreen();

    /// <summary>Turns the panel by 90 degrees.</summary>
    public void Turn() => _display?.Turn();
}
