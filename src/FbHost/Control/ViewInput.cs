using System.Globalization;
using FbHost.Input;
using FbHost.Loop;
using InputEvdev;

namespace FbHost.Control;

/// <summary>
/// The keyboard and the pointer of one viewer. They follow the same rules as devices, such as the one that wakes a blanked screen. What is
/// held is released when the viewer leaves.
/// </summary>
internal sealed class ViewInput(Seat seat, PanelToScreen panel)
{
    private const int KeyCount = 0x300, ButtonCount = 8, MostClicks = 100;
    private readonly int _device = EvdevDevice.NewNumber();
    private readonly HashSet<KeyCode> _keys = [];
    private int _buttons; // one bit for each that is down
    private (int X, int Y) _at = (-1, -1);

    /// <summary>Handles a line of the viewer. Returns false if it is not about input, or not valid.</summary>
    public bool Handle(string[] words)
    {
        switch (words)
        {
            case ["down", var code] when Number(code, 1, KeyCount - 1) is { } key:
                Press((KeyCode)key);
                return true;
            case ["up", var code] when Number(code, 1, KeyCount - 1) is { } key:
                Release((KeyCode)key);
                return true;
            case ["point", var x, var y, var buttons]
                when Number(x, 0, ushort.MaxValue) is { } atX && Number(y, 0, ushort.MaxValue) is { } atY
                    && Number(buttons, 0, (1 << ButtonCount) - 1) is { } down:
                Point(atX, atY, down);
                return true;
            case ["wheel", var x, var y]
                when Number(x, -MostClicks, MostClicks) is { } right && Number(y, -MostClicks, MostClicks) is { } down:
                Scroll(right, down);
                return true;
            default:
                return false;
        }
    }

    private static int? Number(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) && n >= least && n <= most ? n : null;

    private void Scroll(int right, int down) => seat.Raw(
        new InputEvent { Kind = InputKind.Scroll, Device = _device, ScrollX = right, ScrollY = down, TimeNs = EventLoop.Now });

    // A viewer cannot switch the machine off by its power key.
    private void Press(KeyCode key)
    {
        if (key != KeyCode.KEY_POWER && _keys.Add(key))
            SendKey(InputKind.KeyPress, key);
    }

    private void Release(KeyCode key)
    {
        if (_keys.Remove(key))
            SendKey(InputKind.KeyRelease, key);
    }

    private void SendKey(InputKind kind, KeyCode key) =>
        seat.Raw(new InputEvent { Kind = kind, Device = _device, Key = key, TimeNs = EventLoop.Now });

    private void Point(int x, int y, int buttons)
    {
        var now = EventLoop.Now; // one time for the motion and the press: both together wake a blanked screen
        var (width, height) = panel.Size;
        (x, y) = (Math.Min(x, width - 1), Math.Min(y, height - 1));
        if (_at != (x, y))
        {
            _at = (x, y);
            SendPointer(InputKind.PointerMove, 0, now);
        }
        var changed = buttons ^ _buttons;
        _buttons = buttons;
        for (byte button = 0; button < ButtonCount; button++)
        {
            if ((changed >> button & 1) != 0)
                SendPointer((buttons >> button & 1) != 0 ? InputKind.PointerDown : InputKind.PointerUp, button, now);
        }
    }

    private void SendPointer(InputKind kind, byte button, long now)
    {
        var (x, y) = panel.ToPanel(_at.X, _at.Y);
        seat.Raw(new InputEvent { Kind = kind, Device = _device, Button = button, X = x, Y = y, TimeNs = now });
    }

    /// <summary>Releases the keys and buttons that are held.</summary>
    public void ReleaseAll()
    {
        foreach (var key in _keys.ToList())
            Release(key);
        if (_buttons != 0)
            Point(_at.X, _at.Y, 0);
    }
}
