using System.Buffers.Binary;
using System.Text;
using InputEvdev;
using Mmm;

namespace Desktop.X11;

/// <summary>
/// A window of an X server: pictures by MIT-SHM, keys, buttons and fingers by XInput 2. The codes of keys are those of evdev plus 8, as of
/// every X server on Linux.
/// </summary>
internal sealed class X11Window : IWindow
{
    private const int EvdevOffset = 8;
    private const uint Cardinal = 6, AtomType = 4, StringType = 31, SizeHints = 41; // atoms that every server has
    private const uint WmName = 39, WmClass = 67, WmNormalHints = 40;
    private readonly X11Connection _x;
    private readonly WindowInput _input;
    private readonly X11Extension _shm;
    private readonly X11Extension _xinput;
    private readonly uint _window;
    private readonly uint _graphics;
    private readonly uint _utf8, _netWmName, _protocols, _deleteWindow, _ping, _state, _fullScreen, _rules;
    private (int Width, int Height) _windowSize;
    private X11Image? _image;
    private readonly bool _isFixed;
    private bool _isExposed;
    private string _title = "";

    /// <summary>Opens a window.</summary>
    /// <param name="options">How the window is created.</param>
    /// <param name="input">Receives the input.</param>
    /// <exception cref="MmmException">The window cannot be created. The message is one line.</exception>
    public X11Window(WindowOptions options, WindowInput input)
    {
        (_input, _isFixed) = (input, options.IsFixed);
        Size = _windowSize = (options.Width, options.Height);
        _x = new X11Connection();
        try
        {
            _shm = _x.Extension("MIT-SHM");
            _xinput = _x.Extension("XInputExtension");
            const byte xiQueryVersion = 47;
            _x.Begin(_xinput, xiQueryVersion).U16(2).U16(2).Ask();
            _utf8 = _x.Atom("UTF8_STRING");
            _netWmName = _x.Atom("_NET_WM_NAME");
            _protocols = _x.Atom("WM_PROTOCOLS");
            _deleteWindow = _x.Atom("WM_DELETE_WINDOW");
            _ping = _x.Atom("_NET_WM_PING");
            _state = _x.Atom("_NET_WM_STATE");
            _fullScreen = _x.Atom("_NET_WM_STATE_FULLSCREEN");
            _rules = _x.Atom("_XKB_RULES_NAMES");
            _window = MakeWindow(options.Cursor);
            _graphics = _x.NewId();
            const byte createGraphics = 55, mapWindow = 8;
            _x.Begin(createGraphics).U32(_graphics).U32(_window).U32(0).Send();
            SelectInput();
            SetTitle(options.Title);
            SetProperty(WmClass, StringType, 8, "mmm\0mmm\0"u8);
            SetProperty(_protocols, AtomType, 32, Words(_deleteWindow, _ping));
            SetProperty(_x.Atom("_NET_WM_PID"), Cardinal, 32, Words((uint)Environment.ProcessId));
            SetProperty(_x.Atom("WM_CLIENT_MACHINE"), StringType, 8, Encoding.ASCII.GetBytes(Environment.MachineName));
            LimitSize();
            _x.Begin(mapWindow).U32(_window).Send();
            ReadKeymap();
            Dispatch(); // events that arrived with the replies do not make the descriptor readable
        }
        catch
        {
            _x.Dispose();
            throw;
        }
    }

    public int FileDescriptor => _x.FileDescriptor;

    public (int Width, int Height) Size { get; private set; }

    public bool CanShow => _isExposed && _image is not { IsHeld: true };

    public bool NeedsAll { get; private set; } = true;

    public string? Fault { get; private set; }

    public string Description => "X11";

    private uint MakeWindow(bool cursor)
    {
        const byte createWindow = 1, changeAttributes = 2;
        const uint backPixel = 2, eventMask = 0x800, cursorMask = 0x4000, structure = 0x20000, exposure = 0x8000, focus = 0x200000;
        const uint propertyChange = 0x400000;
        var window = _x.NewId();
        var request = _x.Begin(createWindow).U32(window).U32(_x.Root).I16(0).I16(0).U16((ushort)Size.Width).U16((ushort)Size.Height)
            .U16(0).U16(1).U32(0).U32(backPixel | eventMask).U32(0).U32(structure | exposure | focus);
        request.Send();
        if (!cursor)
            _x.Begin(changeAttributes).U32(window).U32(cursorMask).U32(MakeNoCursor()).Send();
        _x.Begin(changeAttributes).U32(_x.Root).U32(eventMask).U32(propertyChange).Send(); // to learn of another keyboard layout
        return window;
    }

    // A cursor of one transparent pixel.
    private uint MakeNoCursor()
    {
        const byte createPixmap = 53, createGraphics = 55, fill = 70, createCursor = 93, onePlane = 1;
        var (pixmap, graphics, cursor) = (_x.NewId(), _x.NewId(), _x.NewId());
        _x.Begin(createPixmap, onePlane).U32(pixmap).U32(_x.Root).U16(1).U16(1).Send();
        _x.Begin(createGraphics).U32(graphics).U32(pixmap).U32(4).U32(0).Send(); // foreground 0
        _x.Begin(fill).U32(pixmap).U32(graphics).I16(0).I16(0).U16(1).U16(1).Send();
        _x.Begin(createCursor).U32(cursor).U32(pixmap).U32(pixmap).U32(0).U32(0).U32(0).U32(0).Send();
        return cursor;
    }

    private void SelectInput()
    {
        const byte selectEvents = 46;
        const ushort allMasters = 1;
        uint mask = 0;
        ReadOnlySpan<int> kinds = [KeyPress, KeyRelease, ButtonPress, ButtonRelease, Motion, TouchBegin, TouchUpdate, TouchEnd];
        foreach (var kind in kinds)
            mask |= 1u << kind;
        _x.Begin(_xinput, selectEvents).U32(_window).U16(1).U16(0).U16(allMasters).U16(1).U32(mask).Send();
    }

    private const int KeyPress = 2, KeyRelease = 3, ButtonPress = 4, ButtonRelease = 5, Motion = 6; // of XInput 2
    private const int TouchBegin = 18, TouchUpdate = 19, TouchEnd = 20;

    private void SetProperty(uint name, uint type, byte bits, ReadOnlySpan<byte> value)
    {
        const byte changeProperty = 18;
        _x.Begin(changeProperty).U32(_window).U32(name).U32(type).U8(bits).U8(0).U16(0).U32((uint)(value.Length / (bits / 8)))
            .Bytes(value).Send();
    }

    private static byte[] Words(params ReadOnlySpan<uint> words) => System.Runtime.InteropServices.MemoryMarshal.AsBytes(words).ToArray();

    // A panel of fixed size asks for a window of that size.
    private void LimitSize()
    {
        const uint minAndMax = 16 | 32;
        var (w, h) = ((uint)Size.Width, (uint)Size.Height);
        SetProperty(WmNormalHints, SizeHints, 32,
            Words(_isFixed ? minAndMax : 0, 0, 0, 0, 0, w, h, w, h, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    }

    // The layouts are named by a property of the root window.
    private void ReadKeymap()
    {
        const byte getProperty = 20;
        const int value = 32, most = 256;
        var reply = _x.Begin(getProperty).U32(_x.Root).U32(_rules).U32(StringType).U32(0).U32(most).Ask();
        var length = (int)BinaryPrimitives.ReadUInt32LittleEndian(reply.AsSpan(16));
        var names = Encoding.UTF8.GetString(reply.AsSpan(value, Math.Clamp(length, 0, reply.Length - value))).Split('\0');
        if (names.Length < 5)
            return;
        _input.KeymapChanged?.Invoke(null, new KeyboardOptions
        {
            Model = NotEmpty(names[1]), Layout = NotEmpty(names[2]), Variant = NotEmpty(names[3]), Options = NotEmpty(names[4]),
        });

        static string? NotEmpty(string text) => text.Length > 0 ? text : null;
    }

    public void Dispatch()
    {
        Span<byte> e = stackalloc byte[96];
        while (_x.Poll(e) is > 0 and var length)
            Take(e[..length]);
        if (_x.HasEnded)
            Lose("the X server has closed the connection");
        _x.Flush();
    }

    private void Lose(string fault)
    {
        Fault ??= fault;
        _input.ReleaseAll();
    }

    private void Take(ReadOnlySpan<byte> e)
    {
        const int error = 0, focusOut = 10, expose = 12, destroyed = 17, configure = 22, property = 28, clientMessage = 33, generic = 35;
        var kind = e[0] & 0x7F;
        switch (kind)
        {
            case error when e[10] == _shm.Major:
                Lose($"the X server cannot show shared memory: error {e[1]} of request {U16(e, 8)}");
                break;
            case focusOut:
                _input.ReleaseKeys();
                break;
            case expose:
                (_isExposed, NeedsAll) = (true, true);
                break;
            case destroyed when U32(e, 8) == _window:
                _input.Closed?.Invoke();
                break;
            case configure when U32(e, 8) == _window:
                Resize(U16(e, 20), U16(e, 22));
                break;
            case property when U32(e, 8) == _rules:
                ReadKeymap();
                break;
            case clientMessage when U32(e, 8) == _protocols:
                TakeMessage(e);
                break;
            case generic when e[1] == _xinput.Major:
                TakeInput(e);
                break;
            default:
                if (kind == _shm.FirstEvent && _image is not null)
                    _image.IsHeld = false;
                break;
        }
    }

    private static uint U32(ReadOnlySpan<byte> e, int at) => BinaryPrimitives.ReadUInt32LittleEndian(e[at..]);

    private static ushort U16(ReadOnlySpan<byte> e, int at) => BinaryPrimitives.ReadUInt16LittleEndian(e[at..]);

    private void Resize(int width, int height)
    {
        _windowSize = (width, height);
        if (!_isFixed)
            Size = (Math.Clamp(width, 1, IWindow.MaxSide), Math.Clamp(height, 1, IWindow.MaxSide));
        NeedsAll = true;
    }

    private void TakeMessage(ReadOnlySpan<byte> e)
    {
        var what = U32(e, 12);
        if (what == _deleteWindow)
            _input.Closed?.Invoke();
        else if (what == _ping) // the window manager checks whether the window answers
            SendToRoot(_x.Root, U32(e, 8), U32(e, 12), U32(e, 16), U32(e, 20), U32(e, 24));
    }

    private void SendToRoot(uint window, uint type, params ReadOnlySpan<uint> data)
    {
        const byte sendEvent = 25, clientMessage = 33;
        const uint redirectAndNotify = 0x180000;
        var request = _x.Begin(sendEvent).U32(_x.Root).U32(redirectAndNotify).U8(clientMessage).U8(32).U16(0).U32(window).U32(type);
        for (var i = 0; i < 5; i++)
            request.U32(i < data.Length ? data[i] : 0);
        request.Send();
    }

    private void TakeInput(ReadOnlySpan<byte> e)
    {
        const int detail = 16, x = 44, y = 48, flags = 60, repeat = 1 << 16;
        var kind = U16(e, 8);
        if (e.Length < 84)
            return;
        var (left, top) = Corner;
        var (pixelX, pixelY) = ((int)U32(e, x) / 65536.0 - left, (int)U32(e, y) / 65536.0 - top);
        var number = U32(e, detail);
        switch (kind)
        {
            case KeyPress when (U32(e, flags) & repeat) != 0:
                break; // the host repeats keys itself
            case KeyPress or KeyRelease:
                const int baseMods = 64, latched = 68, locked = 72, group = 83;
                _input.StateChanged?.Invoke(U32(e, baseMods), U32(e, latched), U32(e, locked), e[group]);
                _input.Key(number - EvdevOffset, kind == KeyPress);
                break;
            case ButtonPress or ButtonRelease:
                _input.Point(pixelX, pixelY, Size);
                Press(number, kind == ButtonPress);
                break;
            case Motion:
                _input.Point(pixelX, pixelY, Size);
                break;
            case TouchBegin:
                _input.Touch(number, pixelX, pixelY, Size);
                break;
            case TouchUpdate:
                _input.Drag(number, pixelX, pixelY, Size);
                break;
            case TouchEnd:
                _input.Lift(number);
                break;
        }
    }

    // The wheel has buttons of its own: 4 up, 5 down, 6 left, 7 right.
    private void Press(uint button, bool isDown)
    {
        switch (button)
        {
            case >= 4 and <= 7:
                if (isDown)
                    _input.Scroll(button == 7 ? 1 : button == 6 ? -1 : 0, button == 5 ? 1 : button == 4 ? -1 : 0);
                break;
            default:
                _input.Button(button switch { 1 => 0, 2 => 2, 3 => 1, 8 => 3, 9 => 4, _ => -1 }, isDown);
                break;
        }
    }

    // Where the picture is in the window: a panel of fixed size is in its middle.
    private (int Left, int Top) Corner =>
        _isFixed ? ((_windowSize.Width - Size.Width) / 2, (_windowSize.Height - Size.Height) / 2) : (0, 0);

    public void Show(ReadOnlySpan<uint> picture, ReadOnlySpan<Rect> changed)
    {
        if (_image is null || _image.Size != Size)
        {
            _image?.Dispose();
            _image = new X11Image(_x, _shm, Size);
        }
        NeedsAll = false;
        var (left, top) = Corner;
        _image.Put(_window, _graphics, left, top, picture, changed);
        _x.Flush();
    }

    public void SetTitle(string title)
    {
        if (title == _title)
            return;
        _title = title;
        var bytes = Encoding.UTF8.GetBytes(title);
        SetProperty(_netWmName, _utf8, 8, bytes);
        SetProperty(WmName, StringType, 8, bytes);
        _x.Flush();
    }

    public void ToggleFullScreen()
    {
        const uint toggle = 2, application = 1;
        SendToRoot(_window, _state, toggle, _fullScreen, 0, application);
        _x.Flush();
    }

    public void Turn()
    {
        const byte configureWindow = 12;
        const ushort widthAndHeight = 4 | 8;
        Size = (Size.Height, Size.Width);
        NeedsAll = true;
        LimitSize();
        _x.Begin(configureWindow).U32(_window).U16(widthAndHeight).U16(0).U32((uint)Size.Width).U32((uint)Size.Height).Send();
        _x.Flush();
    }

    public void Dispose()
    {
        _input.ReleaseAll();
        _image?.Dispose();
        _x.Dispose();
    }
}
