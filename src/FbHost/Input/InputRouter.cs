using FbHost.Clients;
using FbHost.Displays.Pixels;
using FbHost.Loop;
using FbHost.Screens;
using InputEvdev;
using Mmm;

namespace FbHost.Input;

/// <summary>
/// Gives typed input events to clients: keys to the one with the focus, the pointer to the uppermost one under it; a finger or button stays
/// with the client it went down on.
/// </summary>
internal sealed class InputRouter
{
    private const long CursorMs = 3000;
    private readonly ClientTable _clients;
    private readonly int _width;
    private readonly int _height;
    private readonly KeyWords _words = new();
    private readonly Screen _screen;
    private readonly Blanker _blanker;
    private readonly Orientation _orientation;
    private readonly bool _cursor;
    private readonly LoopTimer _cursorTimer;
    private long _wokeNs = -1;
    private bool _swallow; // until the finger that woke the screen is up
    private ClientSession? _held; // the client that the finger went down on
    private double _x;
    private double _y;

    public InputRouter(EventLoop loop, ClientTable clients, Screen screen, Blanker blanker, Orientation orientation, bool cursor)
    {
        (_clients, _screen, _blanker, _orientation, _cursor) = (clients, screen, blanker, orientation, cursor);
        (_width, _height) = (screen.Display.Width, screen.Display.Height);
        (_x, _y) = (_width / 2, _height / 2);
        _cursorTimer = loop.CreateTimer(screen.HideCursor);
        clients.Gone += client => _held = _held == client ? null : _held;
        Handler = Route;
    }

    /// <summary>Takes events from devices; one delegate, made once.</summary>
    public InputHandler Handler { get; }

    private void Route(in InputEvent e)
    {
        if (Swallows(e))
            return;
        if (_cursor)
            MoveCursor(e);
        switch (e.Kind)
        {
            case InputKind.KeyPress or InputKind.KeyRepeat:
                if (_clients.Focus is { } focus && _words.Of(e) is { IsEmpty: false } word)
                    _clients.Push(focus, word);
                break;
            case InputKind.PointerMove when e.Finger == 0:
                MoveTo(e);
                Send(_held ?? Under(), _held is null ? EventText.Motion : EventText.Drag);
                break;
            case InputKind.PointerDown when e is { Finger: 0, Button: 0 }:
                MoveTo(e);
                _held = Under();
                Send(_held, EventText.Press);
                break;
            case InputKind.PointerUp when e is { Finger: 0, Button: 0 }:
                MoveTo(e);
                Send(_held, EventText.Release);
                _held = null;
                break;
        }
    }

    // What wakes the screen is not for an app: a key, a motion, or a finger from down to up. A finger's first motion comes just before its
    // down, at the same time. A key's release wakes nothing: it may be that of the key which turned the screen off.
    private bool Swallows(in InputEvent e)
    {
        var wakes = e.Kind != InputKind.KeyRelease && _blanker.Wakes();
        if (wakes)
            _wokeNs = e.TimeNs;
        if (e.Kind == InputKind.PointerDown && e.TimeNs == _wokeNs)
            _swallow = true;
        if (!_swallow)
            return wakes;
        if (e.Kind == InputKind.PointerUp)
            (_swallow, _wokeNs) = (false, -1);
        return e.Kind is InputKind.PointerMove or InputKind.PointerDown or InputKind.PointerUp;
    }

    // A cursor belongs to a mouse: it comes with its motion, and goes with a touch or after a time.
    private void MoveCursor(in InputEvent e)
    {
        if (e is { Kind: InputKind.PointerMove, IsRelative: true })
        {
            _screen.MoveCursor((int)Math.Round(Math.Clamp(_x + e.X, 0, _width - 1)), (int)Math.Round(Math.Clamp(_y + e.Y, 0, _height - 1)));
            _cursorTimer.After(CursorMs);
        }
        else if (e is { Kind: InputKind.PointerDown, IsRelative: false } && _cursorTimer.IsRunning)
        {
            _cursorTimer.Cancel();
            _screen.HideCursor();
        }
    }

    private void MoveTo(in InputEvent e)
    {
        // A touch panel hangs as its picture does; a mouse lies on the table.
        var (x, y) = e.IsRelative ? (0, 0) : _orientation.ToClient(e.X, e.Y);
        (_x, _y) = e.IsRelative ? (_x + e.X, _y + e.Y) : (x * (_width - 1), y * (_height - 1));
        (_x, _y) = (Math.Clamp(_x, 0, _width - 1), Math.Clamp(_y, 0, _height - 1));
    }

    private (int X, int Y) Pixel => ((int)Math.Round(_x), (int)Math.Round(_y));

    private ClientSession? Under() => _clients.At(Pixel.X, Pixel.Y);

    private void Send(ClientSession? client, ReadOnlySpan<byte> word)
    {
        if (client?.Layer is not { } layer)
            return;
        var (x, y) = Pixel;
        Span<byte> text = stackalloc byte[64];
        _clients.Push(client, text[..EventText.Pointer(text, word, x - layer.Bounds.X, y - layer.Bounds.Y, finger: -1)]);
    }
}
