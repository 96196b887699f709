using FbHost.Clients;
using FbHost.Loop;
using FbHost.Screens;
using InputEvdev;
using Mmm.Protocol;
using Mmm;

namespace FbHost.Input;

/// <summary>
/// Delivers input to clients: keys and scans to the client with the focus, pointer and fingers to the uppermost client under them. A finger
/// or button that went down on a client belongs to it until it goes up, and a key's release goes to the client that got its press.
/// </summary>
internal sealed class InputRouter
{
    private const long CursorMs = 3000;
    private readonly ClientTable _clients;
    private readonly Cursor _arrow;
    private readonly PanelToScreen _panel;
    private readonly LoopTimer _cursorTimer;
    private readonly HeldKeys _keys;
    private readonly Finger[] _fingers = new Finger[10];
    private double _x; // position of the mouse or tablet, pixels
    private double _y;
    private bool _hovers; // a mouse or tablet has been used
    private (int X, int Y) _hovered = (-1, -1); // the last position with no button down
    private ClientSession? _over; // the client under it

    /// <summary>A finger or button that is down.</summary>
    private struct Finger
    {
        public bool Down;
        public bool Touch;
        public bool Numbered;
        public int Id; // the number that clients receive: that of the slot, or of the pointer's first button
        public int Device;
        public byte Number; // the device's number for the finger
        public byte Button;
        public PointerType Type;
        public ClientSession? Client; // null: delivered to no client
        public int X;
        public int Y;
    }

    /// <summary>Whether a cursor is shown for a mouse.</summary>
    public bool ShowsCursor { get; set; }

    /// <param name="loop">Hides the cursor after a time.</param>
    /// <param name="clients">Receive the events.</param>
    /// <param name="screen">Shows the cursor.</param>
    /// <param name="panel">Converts positions to the screen.</param>
    /// <param name="cursor">Whether a cursor is shown for a mouse.</param>
    public InputRouter(EventLoop loop, ClientTable clients, Screen screen, PanelToScreen panel, bool cursor)
    {
        (_clients, _arrow, _panel, ShowsCursor) = (clients, new Cursor(screen), panel, cursor);
        (_x, _y) = (panel.Size.Width / 2, panel.Size.Height / 2);
        _keys = new HeldKeys(clients);
        _cursorTimer = loop.CreateTimer(_arrow.Hide);
        clients.Gone += Forget;
        clients.Stack.Arranged += LookUnder;
        panel.Resized += Follow;
    }

    /// <summary>A key went down: it is delivered to the client that has the focus now, and so is its release.</summary>
    public void Press(in KeyEvent e) => _keys.Press(e);

    /// <summary>A key is still down.</summary>
    public void Repeat(in KeyEvent e) => _keys.Repeat(e);

    /// <summary>A key went up. Does nothing for a key whose press was not delivered here.</summary>
    public void Release(in KeyEvent e) => _keys.Release(e);

    /// <summary>Something was scanned: it is delivered to the client that has the focus, in parts if it is long.</summary>
    /// <returns>False if no client has the focus.</returns>
    public bool Scan(string code)
    {
        if (_clients.Stack.Focus is not { } focus || _clients.Events.To(focus) is not { } events)
            return false;
        foreach (var text in ScanText.Of(code))
            events.Offer(text);
        return true;
    }

    /// <summary>A finger or the pointer moved.</summary>
    public void Move(in InputEvent e)
    {
        var (x, y) = Place(e);
        if (ShowsCursor && e.IsRelative) // only a mouse has a cursor: its motion shows it, and a touch or a timeout hides it
        {
            _arrow.MoveTo(x, y);
            _cursorTimer.After(CursorMs);
        }
        var at = Find(e);
        if (at >= 0)
            Drag(at, x, y);
        else if (!e.IsTouch && (x, y) != _hovered)
            Hover(x, y, new PointerDetail(PointerButton.None, TypeOf(e)));
    }

    private static PointerType TypeOf(in InputEvent e) => e.IsTouch ? PointerType.Finger : e.IsPen ? PointerType.Pen : PointerType.Mouse;

    private void Hover(int x, int y, PointerDetail detail)
    {
        _hovered = (x, y);
        LookUnder();
        if (_over?.Picture is { } layer)
            _clients.Events.To(_over)?.Move(EventQueue.Hover, layer.Place.ToPicture(x, y), number: -1, For(_over, detail));
    }

    private static PointerDetail? For(ClientSession client, PointerDetail detail) => client.Wants(EventKinds.Buttons) ? detail : null;

    private void Drag(int at, int x, int y)
    {
        ref var finger = ref _fingers[at];
        if ((x, y) == (finger.X, finger.Y))
            return;
        (finger.X, finger.Y) = (x, y);
        if (finger.Client?.Picture is { } layer)
            _clients.Events.To(finger.Client)?.Move(
                finger.Id, layer.Place.ToPicture(x, y), finger.Numbered ? finger.Id : -1, DetailOf(finger));
    }

    private static PointerDetail? DetailOf(in Finger finger) =>
        For(finger.Client!, new PointerDetail((PointerButton)finger.Button, finger.Type));

    /// <summary>A finger touched, or a button went down.</summary>
    /// <param name="e">The event with the position.</param>
    /// <param name="forNobody">True if neither this press nor what follows until the release is delivered to a client.</param>
    /// <returns>True if the press was delivered.</returns>
    public bool Down(in InputEvent e, bool forNobody)
    {
        var (x, y) = Place(e);
        if (!e.IsRelative && _cursorTimer.IsRunning)
        {
            _cursorTimer.Cancel();
            _arrow.Hide();
        }
        var at = FreeSlot();
        if (at < 0 || Find(e) >= 0) // an eleventh finger
            return false;
        if (!e.IsTouch)
            LookUnder();
        var client = forNobody ? null : (e.IsTouch ? null : Held()) ?? _clients.Stack.At(x, y);
        var numbered = false;
        if (client is not null && !IsForClient(client, e, out numbered))
            client = null;
        if (e.Button != 0 && client is null)
            return false; // for clients that know only one button, nothing has happened
        ref var finger = ref _fingers[at];
        finger = new Finger
        {
            Down = true, Touch = e.IsTouch, Id = IdFor(e, at), Device = e.Device, Number = e.Finger, Button = e.Button, Type = TypeOf(e),
            Numbered = numbered, Client = client, X = x, Y = y,
        };
        if (client is null)
            return false;
        TellEnter(client, x, y);
        _clients.Stack.Focused(client);
        if (Send(at, isPress: true))
            return true;
        finger.Client = null; // the client's ring is full and it does not read: this finger is not delivered
        TellEnter(client, x, y);
        return false;
    }

    // A slot whose number no finger has that is down.
    private int FreeSlot()
    {
        for (var i = 0; i < _fingers.Length; i++)
        {
            var isFree = !_fingers[i].Down;
            foreach (ref readonly var other in _fingers.AsSpan())
                isFree &= !other.Down || other.Id != i;
            if (isFree)
                return i;
        }
        return -1;
    }

    // All buttons of the pointer have the number of the one that went down first.
    private int IdFor(in InputEvent e, int slot)
    {
        foreach (ref readonly var other in _fingers.AsSpan())
        {
            if (other is { Down: true, Touch: false } && !e.IsTouch)
                return other.Id;
        }
        return slot;
    }

    /// <summary>A finger or a button went up.</summary>
    public void Up(in InputEvent e)
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
        var (x, y) = layer.Place.ToPicture(finger.X, finger.Y);
        text = text[..EventText.Pointer(text, word, x, y, finger.Numbered ? finger.Id : -1, DetailOf(finger))];
        if (isPress)
            return events.Press(text, finger.Id);
        events.Release(text, finger.Id);
        return true;
    }

    /// <summary>A wheel turned.</summary>
    public void Scroll(in InputEvent e)
    {
        var (x, y) = Pointer;
        if ((Held() ?? _clients.Stack.At(x, y)) is not { Picture: { } layer } client || !client.Wants(EventKinds.Scroll))
            return;
        (x, y) = layer.Place.ToPicture(x, y);
        _clients.Events.To(client)?.Scroll(x, y, e.ScrollX, e.ScrollY);
    }

    // A client that requested multitouch gets every finger, any other client only the first that is down on it. One that requested buttons
    // gets all buttons of the pointer.
    private bool IsForClient(ClientSession client, in InputEvent e, out bool numbered)
    {
        numbered = client.Wants(EventKinds.Multitouch);
        var allButtons = !e.IsTouch && client.Wants(EventKinds.Buttons);
        if (e.Button != 0 && !allButtons)
            return false;
        foreach (ref readonly var other in _fingers.AsSpan())
        {
            if (other.Down && other.Client == client && !(numbered && other.Numbered) && !(allButtons && !other.Touch))
                return false;
        }
        return true;
    }

    // Returns the position of a finger, or the pointer's new position. The positions of a touch panel follow the panel's orientation; the
    // motion of a mouse does not.
    private (int X, int Y) Place(in InputEvent e)
    {
        var (x, y) = e.IsRelative ? _panel.Clamp(_x + e.X, _y + e.Y) : _panel.ToPixels(e.X, e.Y);
        if (!e.IsTouch)
            (_x, _y, _hovers) = (x, y, true);
        return ((int)Math.Round(x), (int)Math.Round(y));
    }

    // The screen has another size: the pointer is moved to a position on it.
    private void Follow()
    {
        (_x, _y) = _hovers ? _panel.Clamp(_x, _y) : (_panel.Size.Width / 2, _panel.Size.Height / 2);
        _hovered = (-1, -1);
        LookUnder();
    }

    private (int X, int Y) Pointer => ((int)Math.Round(_x), (int)Math.Round(_y));

    // There is one pointer, whichever device moves it; fingers are distinguished by device.
    private int Find(in InputEvent e)
    {
        for (var i = 0; i < _fingers.Length; i++)
        {
            ref readonly var finger = ref _fingers[i];
            var isPointer = !e.IsTouch && e.Kind == InputKind.PointerMove;
            var isSame = finger.Device == e.Device && finger.Number == e.Finger && finger.Button == e.Button;
            if (finger.Down && finger.Touch == e.IsTouch && (isPointer || isSame))
                return i;
        }
        return -1;
    }

    // Returns the client on which the pointer's button went down.
    private ClientSession? Held()
    {
        foreach (ref readonly var finger in _fingers.AsSpan())
        {
            if (finger is { Down: true, Touch: false })
                return finger.Client;
        }
        return null;
    }

    // Finds the client under the pointer after the pointer or a picture has moved. While a button is down, the pointer belongs to the
    // client on which it went down.
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

    // Sends enter and leave events to a client that requested them. The client counts as entered while the pointer is over it or a finger
    // that went down on it is held.
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
        (x, y) = layer.Place.ToPicture(x, y);
        text = text[..EventText.Pointer(text, word, x, y, finger: -1)];
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
