using System.Text;
using FbHost.Loop;
using FbHost.Screens;
using GpioButtons;
using InputEvdev;

namespace FbHost.Input;

/// <summary>
/// Everything that a person presses comes here as a typed event, whatever it was pressed on, and goes on to the window side by the same
/// rules: what happens while another terminal has the screen is meant for that one; keys of the host's are the host's; what turns the
/// screen on reaches no app, from down to up; what does reach one clicks. Releases pass: a finger or key is lifted all the same.
/// </summary>
internal sealed class Seat : IDisposable
{
    private readonly record struct Contact(int Device, byte Finger, byte Button, bool IsTouch);

    private readonly HostKeys _hostKeys;
    private readonly Blanker _blanker;
    private readonly Func<bool> _isShown;
    private readonly InputRouter _router;
    private readonly Action _click;
    private readonly SeatKeyboard _keyboard;
    private readonly Scanners _scanners;
    private readonly KeyWords _words = new();
    private readonly List<(Contact Contact, bool ForNobody)> _down = []; // fingers, and buttons of pointers
    private long _wokeNs = -1;

    /// <param name="loop">Repeats keys.</param>
    /// <param name="log">Is told of scans that are too long.</param>
    /// <param name="keyboards">Becomes the seat's own.</param>
    /// <param name="hostKeys">Come before all others.</param>
    /// <param name="blanker">Is told that somebody is there.</param>
    /// <param name="isShown">False while another terminal has the screen.</param>
    /// <param name="router">Gets what is for the clients.</param>
    /// <param name="click">Is called when a finger or key goes down for a client.</param>
    public Seat(EventLoop loop, HostLog log, Keyboards keyboards, HostKeys hostKeys,
        Blanker blanker, Func<bool> isShown, InputRouter router, Action click)
    {
        (_hostKeys, _blanker, _isShown, _router, _click) = (hostKeys, blanker, isShown, router, click);
        (Raw, Typed) = (TakeRaw, TakeTyped);
        _keyboard = new SeatKeyboard(loop, keyboards, Typed);
        _scanners = new Scanners(keyboards, TakeScan, text => log.Warn($"input: {text}"));
    }

    /// <summary>Takes events as devices give them.</summary>
    public InputHandler Raw { get; }

    /// <summary>Takes keys that are typed already, as a terminal's are.</summary>
    public InputHandler Typed { get; }

    /// <summary>A device appeared.</summary>
    /// <returns>What takes its events.</returns>
    public InputHandler Add(EvdevDevice device)
    {
        if (device.Role == DeviceRole.Scanner)
        {
            var line = _scanners.Add(device);
            return (in InputEvent e) => line.Take(e, EventLoop.Now);
        }
        _keyboard.Add(device);
        return Raw;
    }

    /// <summary>A device is gone; what it held has been released.</summary>
    public void Remove(EvdevDevice device)
    {
        _scanners.Remove(device);
        _keyboard.Remove(device);
    }

    /// <summary>Takes what happened to a GPIO button: a key whose word is the button's event.</summary>
    public void Take(ButtonEvent e) => Take(new KeyEvent(
        e.Pressed ? InputKind.KeyPress : InputKind.KeyRelease, new KeyId(KeyId.GpioButtons, e.Index),
        e.Pressed ? Encoding.UTF8.GetBytes(e.Event) : []));

    private void TakeRaw(in InputEvent e)
    {
        if (e.Kind is InputKind.KeyPress or InputKind.KeyRepeat or InputKind.KeyRelease)
            _keyboard.Take(e);
        else
            TakePointer(e);
    }

    private void TakeTyped(in InputEvent e) =>
        Take(new KeyEvent(e.Kind, new KeyId(e.Device, (int)e.Key), e.Kind == InputKind.KeyRelease ? [] : _words.Of(e)));

    private void Take(in KeyEvent e)
    {
        var isUp = e.Kind == InputKind.KeyRelease;
        if (!isUp && !_isShown())
            return;
        if (_hostKeys.TryHandle(e)) // somebody is there, but the volume is no reason to turn the screen on
        {
            _blanker.NoteInput();
        }
        else if (isUp) // may be that of the key which turned the screen off: wakes nothing
        {
            _router.Release(e);
        }
        else if (!_blanker.TryWake())
        {
            if (e.Kind == InputKind.KeyPress)
                Press(e);
            else
                _router.Repeat(e);
        }
    }

    private void Press(in KeyEvent e)
    {
        _click();
        _router.Press(e);
    }

    // Nobody scans to wake a screen: a scan turns it on and is delivered all the same.
    private void TakeScan(string line)
    {
        if (!_isShown())
            return;
        _blanker.TryWake();
        _router.Scan(line);
    }

    private void TakePointer(in InputEvent e)
    {
        var at = Find(e);
        if (e.Kind == InputKind.PointerUp)
            Lift(at, e);
        else if (_isShown())
            Point(e, wakes: at < 0 || !e.IsTouch); // the finger that pressed what turned the screen off may tremble
    }

    private void Point(in InputEvent e, bool wakes)
    {
        _blanker.NoteInput();
        var woke = wakes && _blanker.TryWake();
        if (e.Kind == InputKind.PointerDown)
            Down(e, woke || e.TimeNs == _wokeNs || AnyForNobody());
        else if (woke)
            _wokeNs = e.TimeNs; // a finger's first motion comes just before its down, at the same time
        else if (e.Kind == InputKind.PointerMove)
            _router.Move(e);
        else
            _router.Scroll(e);
    }

    private void Down(in InputEvent e, bool forNobody)
    {
        _down.Add((ContactOf(e), forNobody));
        if (e.Button != 0)
            return; // has no word (protocol.md section 5)
        if (!forNobody)
            _click();
        _router.Down(e, forNobody);
    }

    private void Lift(int at, in InputEvent e)
    {
        if (at < 0)
            return; // went down for another terminal
        _blanker.NoteInput();
        if (_down[at].ForNobody)
            _wokeNs = -1;
        _down.RemoveAt(at);
        if (e.Button == 0)
            _router.Up(e);
    }

    private static Contact ContactOf(in InputEvent e) => new(e.Device, e.Finger, e.Button, e.IsTouch);

    private int Find(in InputEvent e)
    {
        var contact = ContactOf(e);
        for (var i = 0; i < _down.Count; i++)
        {
            if (_down[i].Contact == contact)
                return i;
        }
        return -1;
    }

    private bool AnyForNobody()
    {
        foreach (var (_, forNobody) in _down)
        {
            if (forNobody)
                return true;
        }
        return false;
    }

    public void Dispose()
    {
        _scanners.Dispose();
        _keyboard.Dispose();
    }
}
