using Desktop.Wayland.Wire;
using InputEvdev;
using Mmm.Linux;

namespace Desktop.Wayland;

/// <summary>
/// The keyboard, pointer and touch screen of one wl_seat. Each is bound once while the seat has it, and everything that is down is
/// released when it goes away or leaves the window.
/// </summary>
/// <param name="client">The connection.</param>
/// <param name="input">Receives the input.</param>
/// <param name="cursor">The pointer's picture.</param>
/// <param name="place">Converts a position on the surface to pixels of the panel, and gives the panel's size.</param>
internal sealed class WaylandSeat(
    WaylandClient client, WindowInput input, WaylandCursor cursor, Func<double, double, (double X, double Y, (int, int) Size)> place)
{
    /// <summary>The highest version of wl_seat that is used.</summary>
    public const uint Version = 8;

    private const int MostKeymapBytes = 16 << 20;
    private const double PixelsPerClick = 10; // of a wheel, for compositors and touchpads that report only a distance
    private const uint Vertical = 0;
    private uint _seat;
    private uint _version;
    private uint _pointer;
    private uint _keyboard;
    private uint _touch;
    private readonly double[] _distance = new double[2]; // of the pointer's frame: vertical, horizontal
    private readonly double[] _clicks = new double[2];

    /// <summary>Binds the seat.</summary>
    public void Bind(WaylandGlobal global)
    {
        _version = Math.Min(Version, global.Version);
        _seat = client.Bind(global, Version, (int opcode, ref WireReader reader) =>
        {
            if (opcode == 0)
                Follow(reader.UInt());
        });
    }

    /// <summary>The seat is gone.</summary>
    public void Unbind()
    {
        const uint releasable = 5;
        Follow(0);
        if (_version >= releasable)
            client.Request(_seat, 3).End();
    }

    private void Follow(uint capabilities)
    {
        const int getPointer = 0, getKeyboard = 1, getTouch = 2, releasePointer = 1, releaseOther = 0;
        if (Change(ref _pointer, (capabilities & 1) != 0, getPointer, releasePointer, OnPointer))
            input.ReleaseButtons();
        if (Change(ref _keyboard, (capabilities & 2) != 0, getKeyboard, releaseOther, OnKeyboard))
            input.ReleaseKeys();
        if (Change(ref _touch, (capabilities & 4) != 0, getTouch, releaseOther, OnTouch))
            input.ReleaseFingers();
    }

    // Returns true if the device has gone.
    private bool Change(ref uint device, bool wanted, int get, int release, WireHandler handler)
    {
        if (wanted == (device != 0))
            return false;
        if (wanted)
        {
            device = client.New(handler);
            client.Request(_seat, get).UInt(device).End();
            return false;
        }
        if (_version >= 3)
            client.Request(device, release).End();
        device = 0;
        return true;
    }

    private void OnPointer(int opcode, ref WireReader r)
    {
        const int enter = 0, leave = 1, motion = 2, button = 3, axis = 4, frame = 5, discrete = 8, value120 = 9;
        const uint firstButton = 0x110; // BTN_LEFT
        switch (opcode)
        {
            case enter:
                var serial = r.UInt();
                r.UInt();
                cursor.Set(_pointer, serial);
                Point(r.Fixed(), r.Fixed());
                break;
            case leave:
                input.ReleaseButtons();
                break;
            case motion:
                r.UInt();
                Point(r.Fixed(), r.Fixed());
                break;
            case button:
                r.UInt();
                r.UInt();
                var code = r.UInt();
                if (code >= firstButton)
                    input.Button((int)Math.Min(code - firstButton, 8), r.UInt() != 0);
                break;
            case axis:
                r.UInt();
                Add(_distance, r.UInt(), r.Fixed() / PixelsPerClick);
                if (_version < 5)
                    Scroll(); // no frames
                break;
            case discrete:
                Add(_clicks, r.UInt(), r.Int());
                break;
            case value120:
                Add(_clicks, r.UInt(), r.Int() / 120.0);
                break;
            case frame:
                Scroll();
                break;
        }
    }

    private void Point(double x, double y)
    {
        var (panelX, panelY, size) = place(x, y);
        input.Point(panelX, panelY, size);
    }

    private static void Add(double[] to, uint axis, double value)
    {
        if (axis < to.Length)
            to[axis] += value;
    }

    private void Scroll()
    {
        var from = _clicks.AsSpan().ContainsAnyExcept(0) ? _clicks : _distance;
        if (from[0] != 0 || from[1] != 0)
            input.Scroll(from[1 - Vertical], from[Vertical]);
        Array.Clear(_clicks);
        Array.Clear(_distance);
    }

    private void OnKeyboard(int opcode, ref WireReader r)
    {
        const int keymap = 0, enter = 1, leave = 2, key = 3, modifiers = 4;
        switch (opcode)
        {
            case keymap:
                var format = r.UInt();
                ReadKeymap(format, r.Descriptor(), r.UInt());
                break;
            case enter: // keys that are already down belong to whatever had the keyboard before
            case leave:
                input.ReleaseKeys();
                break;
            case key:
                r.UInt();
                r.UInt();
                var code = r.UInt();
                input.Key(code, r.UInt() != 0);
                break;
            case modifiers:
                r.UInt();
                input.StateChanged?.Invoke(r.UInt(), r.UInt(), r.UInt(), r.UInt());
                break;
        }
    }

    // The keymap is read and not mapped, so that a file that becomes shorter meanwhile is no fault.
    private void ReadKeymap(uint format, int file, uint length)
    {
        const uint xkbV1 = 1;
        if (format == xkbV1 && length is > 1 and <= MostKeymapBytes)
        {
            var text = new byte[length];
            if (Sys.PRead(file, text, 0) is > 1 and var n)
                input.KeymapChanged?.Invoke(text[..(int)n].AsSpan().TrimEnd((byte)0).ToArray(), null);
        }
        Sys.Close(file);
    }

    private void OnTouch(int opcode, ref WireReader r)
    {
        const int down = 0, up = 1, motion = 2, cancel = 4;
        switch (opcode)
        {
            case down:
                r.UInt();
                r.UInt();
                r.UInt();
                var finger = r.Int();
                var (x, y, size) = place(r.Fixed(), r.Fixed());
                input.Touch(finger, x, y, size);
                break;
            case up:
                r.UInt();
                r.UInt();
                input.Lift(r.Int());
                break;
            case motion:
                r.UInt();
                finger = r.Int();
                (x, y, size) = place(r.Fixed(), r.Fixed());
                input.Drag(finger, x, y, size);
                break;
            case cancel:
                input.ReleaseFingers();
                break;
        }
    }
}
