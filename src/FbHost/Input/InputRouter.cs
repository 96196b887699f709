using Displays.Pixels;
using FbHost.Clients;
using FbHost.Loop;
using FbHost.Screens;
using InputEvdev;
using Mmm;

namespace FbHost.Input;

/// <summary>
/// Gives typed input events to clients: keys to the one with the focus, the pointer and fingers to the uppermost one under them. What went
/// down on a client stays with it until it is up; so does a key's release. Buttons but the left one have no words (protocol.md section 5).
/// </summary>
internal sealed class InputRouter
{
    private const long CursorMs = 3000;
    private readonly ClientTable _clients;
    private readonly int _width;
    private readonly int _height;
    private readonly Cursor _pointer;
    private readonly Blanker _blanker;
    private readonly Orientation _orientation;
    private readonly bool _cursor;
    private readonly LoopTimer _cursorTimer;
    private readonly HeldKeys _keys;
    private readonly Finger[] _fingers = new Finger[10]; // their places are the numbers that clients see
    private long _wokeNs = -1;
    private double _x; // of the mouse or tablet, pixels
    private double _y;
    private bool _hovers; // a mouse or tablet has been used
    private (int X, int Y) _hovered = (-1, -1); // where it last was with no button down
    private ClientSession? _over; // the client under it

    /// <summary>A finger or left button that is down.</summary>
    private struct Finger
    {
        public bool Down;
        public bool Touch;
        public bool Swallowed; // it woke the screen
        public bool Numbered;
        public int Device;
        public byte Number; // the device's
        public ClientSession? Client; // null: nobody's
        public int X;
        public int Y;
    }

    public InputRouter(EventLoop loop, ClientTable clients, Screen screen, Blanker blanker, Orientation orientation, bool cursor)
    {
        (_clients, _blanker, _orientation, _cursor) = (clients, blanker, orientation, cursor);
        _pointer = new Cursor(screen);
        (_width, _height) = (screen.Display.Width, screen.Display.Height);
        (_x, _y) = (_width / 2, _height / 2);
        _keys = new HeldKeys(clients);
        _cursorTimer = loop.CreateTimer(_pointer.Hide);
        clients.Gone += Forget;
        clients.Stack.Arranged += LookUnder;
        Handler = Route;
    }

    /// <summary>Takes events from devices; one delegate, made once.</summary>
    public InputHandler Handler { get; }

    /// <summary>A finger, mouse button or key went down and is not swallowed: where a click is heard.</summary>
    public Action? Pressed { get; set; }

    private void Route(in InputEvent e)
    {
        // What wakes the screen is not for an app: a key, a motion, or a finger from down to up. A key's release wakes nothing: it may be
        // that of the key which turned the screen off.
        var wakes = e.Kind != InputKind.KeyRelease && _blanker.NoteInput();
        if (_cursor && !wakes)
            MoveCursor(e);
        switch (e.Kind)
        {
            case InputKind.KeyPress:
                if (!wakes)
                    Pressed?.Invoke();
                _keys.Press(e, forNobody: wakes);
                break;
            case InputKind.KeyRepeat when !wakes:
                _keys.Repeat(e);
                break;
            case InputKind.KeyRelease:
                _keys.Release(e);
                break;
            case InputKind.PointerMove when wakes:
                _wokeNs = e.TimeNs; // a finger's first motion comes just before its down, at the same time
                break;
            case InputKind.PointerMove:
                Move(e);
                break;
            case InputKind.PointerDown when e.Button == 0:
                var swallowed = wakes || e.TimeNs == _wokeNs || AnySwallowed();
                if (!swallowed)
                    Pressed?.Invoke();
                Down(e, swallowed);
                break;
            case InputKind.PointerUp when e.Button == 0:
                Up(e);
                break;
            case InputKind.Scroll when !wakes:
                Scroll(e);
                break;
        }
    }

    // A cursor belongs to a mouse: it comes with its motion, and goes with a touch or after a time.
    private void MoveCursor(in InputEvent e)
    {
        if (e is { Kind: InputKind.PointerMove, IsRelative: true })
        {
            _pointer.MoveTo((int)Math.Round(Math.Clamp(_x + e.X, 0, _width - 1)), (int)Math.Round(Math.Clamp(_y + e.Y, 0, _height - 1)));
            _cursorTimer.After(CursorMs);
        }
        else if (e is { Kind: InputKind.PointerDown, IsRelative: false } && _cursorTimer.IsRunning)
        {
            _cursorTimer.Cancel();
            _pointer.Hide();
        }
    }

    private void Move(in InputEvent e)
    {
        var (x, y) = Place(e);
        var at = Find(e);
        if (at >= 0)
            Drag(at, x, y);
        else if (!e.IsTouch && (x, y) != _hovered)
            Hover(x, y);
    }

    private void Hover(int x, int y)
    {
        _hovered = (x, y);
        LookUnder();
        if (_over?.Picture is { } layer)
            _clients.Events.To(_over)?.Move(EventQueue.Hover, x - layer.Bounds.X, y - layer.Bounds.Y, numbered: false);
    }

    private void Drag(int at, int x, int y)
    {
        ref var finger = ref _fingers[at];
        if ((x, y) == (finger.X, finger.Y))
            return;
        (finger.X, finger.Y) = (x, y);
        if (finger.Client?.Picture is { } layer)
            _clients.Events.To(finger.Client)?.Move(at, x - layer.Bounds.X, y - layer.Bounds.Y, finger.Numbered);
    }

    private void Down(in InputEvent e, bool swallow)
    {
        var (x, y) = Place(e);
        var at = Array.FindIndex(_fingers, static f => !f.Down);
        if (at < 0 || Find(e) >= 0) // an eleventh finger
            return;
        if (!e.IsTouch)
            LookUnder();
        ref var finger = ref _fingers[at];
        finger = new Finger { Down = true, Touch = e.IsTouch, Swallowed = swallow, Device = e.Device, Number = e.Finger, X = x, Y = y };
        if (swallow || _clients.Stack.At(x, y) is not { } client || !Takes(client, out finger.Numbered))
            return;
        finger.Client = client;
        TellEnter(client, x, y);
        if (Send(at, isPress: true))
            return;
        finger.Client = null; // its ring is full, and it reads nothing: this finger is nobody's
        TellEnter(client, x, y);
    }

    private void Up(in InputEvent e)
    {
        var at = Find(e);
        if (at < 0)
            return;
        var (x, y) = Place(e);
        ref var finger = ref _fingers[at];
        (finger.X, finger.Y) = (x, y);
        var client = finger.Client;
        if (client is not null)
            Send(at, isPress: false);
        if (finger.Swallowed)
            _wokeNs = -1;
        finger = default;
        if (client is not null)
            TellEnter(client, x, y);
        LookUnder();
    }

    private bool Send(int at, bool isPress)
    {
        ref readonly var finger = ref _fingers[at];
        if (_clients.Events.To(finger.Client!) is not { } events || finger.Client!.Picture is not { } layer)
            return false;
        Span<byte> text = stackalloc byte[64];
        var word = isPress ? EventText.Press : EventText.Release;
        text = text[..EventText.Pointer(text, word, finger.X - layer.Bounds.X, finger.Y - layer.Bounds.Y, finger.Numbered ? at : -1)];
        if (isPress)
            return events.Press(text, at);
        events.Release(text, at);
        return true;
    }

    private void Scroll(in InputEvent e)
    {
        var (x, y) = Pointer;
        if ((Held() ?? _clients.Stack.At(x, y)) is not { Picture: { } layer } client || !client.Wants(EventKinds.Scroll))
            return;
        _clients.Events.To(client)?.Scroll(x - layer.Bounds.X, y - layer.Bounds.Y, e.ScrollX, e.ScrollY);
    }

    // Every finger goes to a client that asks for all; else only the first that is down on it.
    private bool Takes(ClientSession client, out bool numbered)
    {
        numbered = client.Wants(EventKinds.Multitouch);
        foreach (ref readonly var other in _fingers.AsSpan())
        {
            if (other.Down && other.Client == client && !(numbered && other.Numbered))
                return false;
        }
        return true;
    }

    // Where a finger is, or the pointer is now. A touch panel hangs as its picture does; a mouse lies on the table.
    private (int X, int Y) Place(in InputEvent e)
    {
        var (x, y) = e.IsRelative ? (_x + e.X, _y + e.Y) : _orientation.ToClient(e.X, e.Y);
        if (!e.IsRelative)
            (x, y) = (x * (_width - 1), y * (_height - 1));
        (x, y) = (Math.Clamp(x, 0, _width - 1), Math.Clamp(y, 0, _height - 1));
        if (!e.IsTouch)
            (_x, _y, _hovers) = (x, y, true);
        return ((int)Math.Round(x), (int)Math.Round(y));
    }

    private (int X, int Y) Pointer => ((int)Math.Round(_x), (int)Math.Round(_y));

    // There is one pointer, whichever device moves it; fingers are told apart by device.
    private int Find(in InputEvent e)
    {
        for (var i = 0; i < _fingers.Length; i++)
        {
            ref readonly var finger = ref _fingers[i];
            var isPointer = !e.IsTouch && e.Kind == InputKind.PointerMove;
            if (finger.Down && finger.Touch == e.IsTouch && (isPointer || (finger.Device == e.Device && finger.Number == e.Finger)))
                return i;
        }
        return -1;
    }

    private bool AnySwallowed() => Array.Exists(_fingers, static f => f.Swallowed);

    // The client that the pointer's button went down on.
    private ClientSession? Held()
    {
        foreach (ref readonly var finger in _fingers.AsSpan())
        {
            if (finger is { Down: true, Touch: false })
                return finger.Client;
        }
        return null;
    }

    // The pointer is over another client when it or a picture moved, but with a button down it stays with the one it went down on.
    private void LookUnder()
    {
        if (!_hovers || Array.Exists(_fingers, static f => f is { Down: true, Touch: false }))
            return;
        var (x, y) = Pointer;
        var before = _over;
        _over = _clients.Stack.At(x, y);
        if (before is not null && before != _over)
            TellEnter(before, x, y);
        if (_over is not null)
            TellEnter(_over, x, y);
    }

    // A client that asks for it knows whether the pointer or a finger of its own is over it.
    private void TellEnter(ClientSession client, int x, int y)
    {
        var inside = client == _over && client.Wants(EventKinds.EnterLeave);
        if (client.Wants(EventKinds.EnterLeave))
        {
            foreach (ref readonly var finger in _fingers.AsSpan())
                inside |= finger.Client == client;
        }
        if (inside == client.ToldEnter || client.Picture is not { } layer)
            return;
        Span<byte> text = stackalloc byte[64];
        var word = inside ? EventText.Enter : EventText.Leave;
        text = text[..EventText.Pointer(text, word, x - layer.Bounds.X, y - layer.Bounds.Y, finger: -1)];
        if (!client.Wants(EventKinds.EnterLeave) || _clients.Events.To(client)?.Offer(text, EventQueue.Hover) == true)
            client.ToldEnter = inside;
    }

    private void Forget(ClientSession client)
    {
        foreach (ref var finger in _fingers.AsSpan())
        {
            if (finger.Client == client)
                finger.Client = null;
        }
        _keys.Forget(client);
        _over = _over == client ? null : _over;
    }
}
