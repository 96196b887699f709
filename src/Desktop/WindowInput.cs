using System.Diagnostics;
using InputEvdev;

namespace Desktop;

/// <summary>
/// Turns what a window system reports into raw input events, as a device sends them: each press is followed by one release, also if the
/// window loses the keyboard or the pointer meanwhile. It stays the same when a window is opened again.
/// </summary>
internal sealed class WindowInput
{
    private const int MostFingers = 10;
    private const int NoFinger = -1;
    private readonly int _device = EvdevDevice.NewNumber();
    private readonly List<KeyCode> _keys = [];
    private readonly List<byte> _buttons = [];
    private readonly long[] _fingers = new long[MostFingers]; // the window system's number of each finger that is down
    private readonly (double X, double Y)[] _places = new (double, double)[MostFingers];
    private (double X, double Y) _pointer = (0.5, 0.5);

    public WindowInput() => Array.Fill(_fingers, NoFinger);

    /// <summary>Receives the events. Events without a handler are dropped.</summary>
    public InputHandler? Handler { get; set; }

    /// <summary>
    /// Receives the keymap of the window system: a keymap's text in the XKB format, or the names of its layouts. Called anew when it
    /// changes.
    /// </summary>
    public Action<byte[]?, KeyboardOptions?>? KeymapChanged { get; set; }

    /// <summary>Receives the state of the modifiers: the depressed, latched and locked ones, and the layout's number.</summary>
    public Action<uint, uint, uint, uint>? StateChanged { get; set; }

    /// <summary>Called when the user closes the window.</summary>
    public Action? Closed { get; set; }

    private static long Now => Stopwatch.GetTimestamp(); // ns on Linux

    /// <summary>A key went down or up.</summary>
    /// <param name="code">The key's code as in evdev.</param>
    /// <param name="isDown">True if it went down.</param>
    public void Key(uint code, bool isDown)
    {
        const uint highest = 0x2FF; // KEY_MAX
        var key = (KeyCode)code;
        if (code is 0 or > highest || isDown == _keys.Contains(key))
            return;
        if (isDown)
            _keys.Add(key);
        else
            _keys.Remove(key);
        Handler?.Invoke(new InputEvent
        {
            Kind = isDown ? InputKind.KeyPress : InputKind.KeyRelease, Device = _device, Key = key, TimeNs = Now,
        });
    }

    /// <summary>The pointer moved.</summary>
    /// <param name="x">The pixel of the picture, from the left; may be outside of it.</param>
    /// <param name="y">The pixel from the top.</param>
    /// <param name="size">The picture's size.</param>
    public void Point(double x, double y, (int Width, int Height) size)
    {
        _pointer = Fractions(x, y, size);
        Send(InputKind.PointerMove, _pointer);
    }

    /// <summary>A button of the pointer went down or up.</summary>
    /// <param name="button">The button, numbered as <see cref="InputEvent.Button"/>; others are ignored.</param>
    /// <param name="isDown">True if it went down.</param>
    public void Button(int button, bool isDown)
    {
        if (button is < 0 or > 7 || isDown == _buttons.Contains((byte)button))
            return;
        if (isDown)
            _buttons.Add((byte)button);
        else
            _buttons.Remove((byte)button);
        Send(isDown ? InputKind.PointerDown : InputKind.PointerUp, _pointer, (byte)button);
    }

    /// <summary>A wheel turned.</summary>
    /// <param name="x">Clicks to the right.</param>
    /// <param name="y">Clicks down.</param>
    public void Scroll(double x, double y) => Handler?.Invoke(new InputEvent
    {
        Kind = InputKind.Scroll, Device = _device, X = _pointer.X, Y = _pointer.Y, ScrollX = x, ScrollY = y, TimeNs = Now,
    });

    /// <summary>A finger touched the window. The eleventh finger is ignored.</summary>
    /// <param name="finger">The window system's number of the finger, 0 or more.</param>
    /// <param name="x">The pixel of the picture, from the left.</param>
    /// <param name="y">The pixel from the top.</param>
    /// <param name="size">The picture's size.</param>
    public void Touch(long finger, double x, double y, (int Width, int Height) size)
    {
        var at = Array.IndexOf(_fingers, NoFinger);
        if (at < 0 || finger < 0 || Array.IndexOf(_fingers, finger) >= 0)
            return;
        (_fingers[at], _places[at]) = (finger, Fractions(x, y, size));
        Send(InputKind.PointerDown, _places[at], finger: at);
    }

    /// <summary>A finger moved.</summary>
    public void Drag(long finger, double x, double y, (int Width, int Height) size)
    {
        var at = Array.IndexOf(_fingers, finger);
        if (at < 0 || finger < 0)
            return;
        _places[at] = Fractions(x, y, size);
        Send(InputKind.PointerMove, _places[at], finger: at);
    }

    /// <summary>A finger left the window.</summary>
    public void Lift(long finger)
    {
        var at = Array.IndexOf(_fingers, finger);
        if (at < 0 || finger < 0)
            return;
        _fingers[at] = NoFinger;
        Send(InputKind.PointerUp, _places[at], finger: at);
    }

    /// <summary>Releases every key that is down, as when the window loses the keyboard.</summary>
    public void ReleaseKeys()
    {
        while (_keys.Count > 0)
            Key((uint)_keys[^1], isDown: false);
    }

    /// <summary>Releases every button that is down, as when the pointer leaves the window.</summary>
    public void ReleaseButtons()
    {
        while (_buttons.Count > 0)
            Button(_buttons[^1], isDown: false);
    }

    /// <summary>Lifts every finger.</summary>
    public void ReleaseFingers()
    {
        foreach (var finger in _fingers)
            Lift(finger);
    }

    /// <summary>Releases everything.</summary>
    public void ReleaseAll()
    {
        ReleaseKeys();
        ReleaseButtons();
        ReleaseFingers();
    }

    private void Send(InputKind kind, (double X, double Y) place, byte button = 0, int finger = NoFinger) => Handler?.Invoke(new InputEvent
    {
        Kind = kind, Device = _device, X = place.X, Y = place.Y, Button = button, TimeNs = Now,
        IsTouch = finger >= 0, Finger = (byte)Math.Max(0, finger),
    });

    private static (double X, double Y) Fractions(double x, double y, (int Width, int Height) size) =>
        (Fraction(x, size.Width), Fraction(y, size.Height));

    private static double Fraction(double pixel, int pixels) => Math.Clamp(Math.Floor(pixel), 0, pixels - 1) / Math.Max(1, pixels - 1);
}
