using FbHost.Loop;
using FbHost.Screens;
using GpioButtons;
using InputEvdev;

namespace FbHost.Input;

/// <summary>
/// Receives the events of all input devices as typed events, and passes them to the clients by the same rules. Events are dropped while
/// another terminal has the screen. The host's own keys are handled by the host. The touch or key that wakes a blanked screen is not
/// delivered to any app, from its press to its release. A press that is delivered plays the click. Releases are always passed on, because
/// each must follow its press.
/// </summary>
internal sealed class Seat : IDisposable
{
    private readonly record struct Contact(int Device, byte Finger, byte Button, bool IsTouch);

    private readonly HostLog _log;
    private readonly HostKeys _hostKeys;
    private readonly Blanker _blanker;
    private readonly Func<bool> _isShown;
    private readonly InputRouter _router;
    private readonly Action _click;
    private readonly SeatKeyboard _keyboard;
    private readonly Scanners _scanners;
    private readonly KeyWords _words = new();
    private readonly List<(Contact Contact, bool ForNobody)> _down = []; // fingers and buttons of pointers that are down
    private long _wokeNs = -1;
    private int _typed;

    /// <param name="loop">Runs the timer for key repeats.</param>
    /// <param name="log">Takes a line about each scan that is too long.</param>
    /// <param name="keyboards">The keyboard state. The seat owns it.</param>
    /// <param name="hostKeys">Handles the host's keys before all other keys.</param>
    /// <param name="blanker">Is notified of all input.</param>
    /// <param name="isShown">Returns false while another terminal has the screen.</param>
    /// <param name="router">Receives the events for the clients.</param>
    /// <param name="click">Called when a finger or key goes down for a client.</param>
    public Seat(EventLoop loop, HostLog log, Keyboards keyboards, HostKeys hostKeys,
        Blanker blanker, Func<bool> isShown, InputRouter router, Action click)
    {
        (_log, _hostKeys, _blanker, _isShown, _router, _click) = (log, hostKeys, blanker, isShown, router, click);
        (Raw, Typed) = (TakeRaw, TakeTyped);
        _keyboard = new SeatKeyboard(loop, keyboards, Typed);
        _scanners = new Scanners(loop, keyboards, TakeScan, text => log.Warn($"input: {text}"));
    }

    /// <summary>Handles raw events of devices.</summary>
    public InputHandler Raw { get; }

    /// <summary>Handles keys that are already typed, such as those of a terminal.</summary>
    public InputHandler Typed { get; }

    /// <summary>Adds a device.</summary>
    /// <returns>The handler of its events.</returns>
    public InputHandler Add(EvdevDevice device)
    {
        if (device.Role == DeviceRole.Scanner)
            return _scanners.Add(device);
        _keyboard.Add(device);
        return Raw;
    }

    /// <summary>Removes a device, whose held keys and fingers have already been released.</summary>
    public void Remove(EvdevDevice device)
    {
        _scanners.Remove(device);
        _keyboard.Remove(device);
    }

    /// <summary>The keyboard, whose keymap a window system sets.</summary>
    public SeatKeyboard Keyboard => _keyboard;

    /// <summary>Handles the keys that are configured buttons, before all others; null if there are none.</summary>
    public KeyFilter? Buttons { get; set; }

    /// <summary>Handles a GPIO button, as a key whose word is the button's event.</summary>
    public void Take(ButtonEvent e) => Take(new KeyEvent(
        e.Pressed ? InputKind.KeyPress : InputKind.KeyRelease, new KeyId(KeyId.GpioButtons, e.Index),
        e.Pressed ? KeyWord.Of(e.Event) : KeyWord.None));

    /// <summary>Presses a key and releases it.</summary>
    /// <param name="word">The event text of the key.</param>
    public void Type(string word)
    {
        var id = new KeyId(KeyId.Remote, ++_typed); // an action of a button that is this key may type, too
        Take(new KeyEvent(InputKind.KeyPress, id, KeyWord.Of(word)));
        Take(new KeyEvent(InputKind.KeyRelease, id, KeyWord.None));
    }

    private void TakeRaw(in InputEvent e)
    {
        if (e.Kind is InputKind.KeyPress or InputKind.KeyRepeat or InputKind.KeyRelease)
            _keyboard.Take(e);
        else
            TakePointer(e);
    }

    private void TakeTyped(in InputEvent e) =>
        Take(new KeyEvent(e.Kind, new KeyId(e.Device, (int)e.Key), e.Kind == InputKind.KeyRelease ? KeyWord.None : _words.Of(e))
        {
            TimeNs = e.TimeNs,
        });

    /// <summary>Handles a key.</summary>
    /// <param name="e">The key.</param>
    /// <param name="wakes">False to deliver it although the screen is off, and to leave the screen off.</param>
    public void Take(in KeyEvent e, bool wakes = true)
    {
        var isUp = e.Kind == InputKind.KeyRelease;
        if ((!isUp && !_isShown()) || Buttons?.Invoke(e) == true)
            return;
        if (_hostKeys.TryHandle(e)) // counts as input, but a key such as volume does not turn the screen on
        {
            _blanker.NoteInput();
        }
        else if (isUp) // a release does not wake the screen: its key may have turned it off
        {
            _router.Release(e);
        }
        else if (!wakes || !_blanker.TryWake())
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

    // A scan turns the screen on and is delivered nevertheless, since a user does not scan in order to wake the screen.
    private void TakeScan(string line)
    {
        if (!_isShown())
            return;
        _blanker.TryWake();
        if (!_router.Scan(line))
            _log.Info($"input: a code of {line.Length} characters was scanned, and no app has the focus; it is lost");
    }

    private void TakePointer(in InputEvent e)
    {
        var at = Find(e);
        if (e.Kind == InputKind.PointerUp)
            Lift(at, e);
        else if (_isShown())
            Point(e, wakes: at < 0 || !e.IsTouch); // a finger that is still down may have turned the screen off and move slightly
    }

    private void Point(in InputEvent e, bool wakes)
    {
        _blanker.NoteInput();
        var woke = wakes && _blanker.TryWake();
        if (e.Kind == InputKind.PointerDown)
            Down(e, woke || e.TimeNs == _wokeNs || AnyForNobody());
        else if (woke)
            _wokeNs = e.TimeNs; // a finger's first motion comes just before its press, with the same time
        else if (e.Kind == InputKind.PointerMove)
            _router.Move(e);
        else
            _router.Scroll(e);
    }

    private void Down(in InputEvent e, bool forNobody)
    {
        _down.Add((ContactOf(e), forNobody));
        if (e.Button == 0 && !forNobody)
            _click();
        if (_router.Down(e, forNobody) && e.Button != 0) // other buttons are only for clients that have requested them
            _click();
    }

    private void Lift(int at, in InputEvent e)
    {
        if (at < 0)
            return; // the press was meant for another terminal
        _blanker.NoteInput();
        if (_down[at].ForNobody)
            _wokeNs = -1;
        _down.RemoveAt(at);
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
