using Desktop.Wayland.Wire;
using Mmm;

namespace Desktop.Wayland;

/// <summary>
/// A window of a Wayland compositor, by the wire protocol without a library: xdg_shell, wl_shm, and if the compositor has them,
/// wp_viewporter, wp_fractional_scale and server-side decorations.
/// </summary>
internal sealed class WaylandWindow : IWindow
{
    private const uint CompositorVersion = 6, OldestCompositor = 4, OutputVersion = 2, ShellVersion = 5;
    private const int ScaleUnit = 120; // of wp_fractional_scale
    private const int Attach = 1, Frame = 3, Commit = 6, SetBufferScale = 8, DamageBuffer = 9; // of wl_surface
    private const int SetTitleRequest = 2; // of xdg_toplevel
    private readonly WaylandClient _client;
    private readonly WindowOptions _options;
    private readonly WindowInput _input;
    private readonly Dictionary<string, WaylandGlobal> _found = [];
    private readonly Dictionary<uint, WaylandSeat> _seats = [];
    private readonly Dictionary<uint, (uint Id, int Scale)> _outputs = []; // by the global's name
    private readonly HashSet<uint> _entered = []; // outputs on which the window is
    private readonly uint _surface;
    private readonly uint _topLevel;
    private readonly uint _viewport; // 0 if the compositor has none
    private readonly uint _compositorVersion;
    private readonly uint _shm;
    private readonly WaylandCursor _cursor;
    private readonly WaylandSize _size;
    private WaylandBuffers? _buffers;
    private (int Width, int Height) _bufferSize;
    private bool _hasFractionalScale;
    private bool _isConfigured;
    private bool _isAcknowledged; // a configure was acknowledged, and no commit has followed yet
    private bool _framePending;
    private uint _frame; // counts the pictures, so that the callback of a window size that is over has no effect
    private bool _isFullScreen;
    private string _title;

    /// <summary>Opens a window and waits until the compositor has given it its size.</summary>
    /// <param name="options">How the window is created.</param>
    /// <param name="input">Receives the input.</param>
    /// <exception cref="MmmException">The window cannot be created. The message is one line.</exception>
    public WaylandWindow(WindowOptions options, WindowInput input)
    {
        (_options, _input, _title) = (options, input, options.Title);
        _client = WaylandClient.Connect();
        _client.Appeared = Appear;
        _client.Disappeared = Disappear;
        try
        {
            var isListed = false;
            _client.Sync(() => isListed = true);
            _client.WaitUntil(() => isListed, options.PatienceMs);
            _compositorVersion = Math.Min(CompositorVersion, Required("wl_compositor", OldestCompositor).Version);
            var compositor = _client.Bind(Required("wl_compositor", OldestCompositor), CompositorVersion);
            _shm = _client.Bind(Required("wl_shm", 1), 1);
            var shell = BindShell();
            _cursor = new WaylandCursor(_client, compositor, _shm, options.Cursor);
            _surface = _client.New(OnSurface);
            _client.Request(compositor, 0).UInt(_surface).End();
            _viewport = MakeViewport();
            _size = new WaylandSize(options.Width, options.Height, options.IsFixed, canScale: _viewport != 0);
            _topLevel = MakeTopLevel(shell);
            foreach (var global in _found.Values.Where(IsMany).ToList())
                Use(global);
            _client.Request(_surface, Commit).End();
            _client.WaitUntil(() => _isConfigured, options.PatienceMs);
            _size.Apply();
        }
        catch (WireException e)
        {
            _client.Dispose();
            throw new MmmException($"wayland: {e.Message}");
        }
        catch
        {
            _client.Dispose();
            throw;
        }
    }

    public int FileDescriptor => _client.FileDescriptor;

    public (int Width, int Height) Size => _size.Panel;

    public bool CanShow => _isConfigured && !_framePending && (_bufferSize != Size || _buffers is not { HasFree: false });

    public bool NeedsAll => _bufferSize != Size;

    public string? Fault { get; private set; }

    public string Description => "Wayland";

    private WaylandGlobal Required(string name, uint version) =>
        _found.TryGetValue(name, out var global) && global.Version >= version
            ? global
            : throw new MmmException($"wayland: the compositor has no {name} of version {version} or later, which a window needs; "
                + "use --display x11 or memory:800x480");

    private void Appear(WaylandGlobal global)
    {
        _found[IsMany(global) ? $"{global.Interface} {global.Name}" : global.Interface] = global;
        if (IsMany(global) && _topLevel != 0)
            Use(global);
    }

    // There may be several of these, which come and go.
    private static bool IsMany(WaylandGlobal global) => global.Interface is "wl_seat" or "wl_output";

    private void Use(WaylandGlobal global)
    {
        if (global.Interface == "wl_seat")
        {
            var seat = _seats[global.Name] = new WaylandSeat(_client, _input, _cursor, _size.ToPanel);
            seat.Bind(global);
            return;
        }
        var name = global.Name;
        var id = _client.Bind(global, OutputVersion, (int opcode, ref WireReader reader) =>
        {
            const int scale = 3;
            if (opcode != scale || !_outputs.TryGetValue(name, out var output))
                return;
            _outputs[name] = output with { Scale = Math.Max(1, reader.Int()) };
            FollowOutputs();
        });
        _outputs[name] = (id, 1);
    }

    private void Disappear(WaylandGlobal global)
    {
        if (_seats.Remove(global.Name, out var seat))
            seat.Unbind();
        if (_outputs.Remove(global.Name, out var output))
        {
            _entered.Remove(output.Id);
            FollowOutputs();
        }
    }

    private uint BindShell()
    {
        uint shell = 0;
        shell = _client.Bind(Required("xdg_wm_base", 1), ShellVersion, (int _, ref WireReader reader) =>
        {
            const int pong = 3;
            _client.Request(shell, pong).UInt(reader.UInt()).End();
        });
        return shell;
    }

    private uint MakeViewport()
    {
        const int getViewport = 1, getFractionalScale = 1;
        if (!_found.TryGetValue("wp_viewporter", out var viewporter))
            return 0;
        var viewports = _client.Bind(viewporter, 1);
        var viewport = _client.New();
        _client.Request(viewports, getViewport).UInt(viewport).UInt(_surface).End();
        if (_found.TryGetValue("wp_fractional_scale_manager_v1", out var manager))
        {
            var scales = _client.Bind(manager, 1);
            var scale = _client.New((int _, ref WireReader reader) => _size.Scale = reader.UInt() / (double)ScaleUnit);
            _client.Request(scales, getFractionalScale).UInt(scale).UInt(_surface).End();
            _hasFractionalScale = true;
        }
        return viewport;
    }

    private uint MakeTopLevel(uint shell)
    {
        const int getXdgSurface = 2, getTopLevel = 1, ackConfigure = 4, setAppId = 3;
        uint xdgSurface = 0;
        xdgSurface = _client.New((int _, ref WireReader reader) =>
        {
            _client.Request(xdgSurface, ackConfigure).UInt(reader.UInt()).End();
            _isConfigured = true;
            _isAcknowledged = true;
        });
        _client.Request(shell, getXdgSurface).UInt(xdgSurface).UInt(_surface).End();
        var topLevel = _client.New(OnTopLevel);
        _client.Request(xdgSurface, getTopLevel).UInt(topLevel).End();
        _client.Request(topLevel, SetTitleRequest).String(_title).End();
        _client.Request(topLevel, setAppId).String("mmm").End();
        LimitSize(topLevel);
        if (_found.TryGetValue("zxdg_decoration_manager_v1", out var manager))
        {
            const int getDecoration = 1, setMode = 1, serverSide = 2;
            var decorations = _client.Bind(manager, 1);
            var decoration = _client.New();
            _client.Request(decorations, getDecoration).UInt(decoration).UInt(topLevel).End();
            _client.Request(decoration, setMode).UInt(serverSide).End();
        }
        return topLevel;
    }

    // A panel of fixed size asks for a window of that size.
    private void LimitSize(uint topLevel)
    {
        const int setMaxSize = 7, setMinSize = 8;
        if (!_size.IsFixed)
            return;
        var (width, height) = _size.Panel;
        _client.Request(topLevel, setMinSize).Int(width).Int(height).End();
        _client.Request(topLevel, setMaxSize).Int(width).Int(height).End();
    }

    private void OnTopLevel(int opcode, ref WireReader reader)
    {
        const int configure = 0, close = 1;
        if (opcode == close)
            _input.Closed?.Invoke();
        if (opcode != configure)
            return;
        const uint maximized = 1, fullScreen = 2, firstTiled = 5, lastTiled = 8;
        var (width, height) = (reader.Int(), reader.Int());
        var states = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(reader.Array());
        _isFullScreen = states.Contains(fullScreen);
        var isGiven = _isFullScreen || states.Contains(maximized) || states.ContainsAnyInRange(firstTiled, lastTiled);
        _size.Configure(width, height, isGiven);
    }

    private void OnSurface(int opcode, ref WireReader reader)
    {
        const int enter = 0, leave = 1, preferredScale = 2;
        switch (opcode)
        {
            case enter:
                _entered.Add(reader.UInt());
                FollowOutputs();
                break;
            case leave:
                _entered.Remove(reader.UInt());
                FollowOutputs();
                break;
            case preferredScale when !_hasFractionalScale:
                _size.Scale = reader.Int();
                break;
        }
    }

    // Before version 6 of wl_compositor, the scale is the largest one of the outputs on which the window is.
    private void FollowOutputs()
    {
        if (_compositorVersion < CompositorVersion && !_hasFractionalScale && _entered.Count > 0)
            _size.Scale = _outputs.Values.Where(o => _entered.Contains(o.Id)).Select(o => o.Scale).DefaultIfEmpty(1).Max();
    }

    public void Dispatch()
    {
        try
        {
            _client.Dispatch();
            if (_size.Apply())
                _framePending = false; // the callback of a picture of the former size is not waited for
            else if (_isAcknowledged && _buffers is not null)
                Apply();
            _client.Flush();
        }
        catch (WireException e)
        {
            Lose(e);
        }
    }

    // Commits a configure that changes nothing in the picture.
    private void Apply()
    {
        _isAcknowledged = false;
        SetDestination();
        _client.Request(_surface, Commit).End();
    }

    private void Lose(WireException e)
    {
        Fault ??= e.Message;
        _input.ReleaseAll();
    }

    private void SetDestination()
    {
        const int setDestination = 2;
        if (_viewport != 0)
            _client.Request(_viewport, setDestination).Int(_size.Shown.Width).Int(_size.Shown.Height).End();
        else
            _client.Request(_surface, SetBufferScale).Int(_size.IntegerScale).End();
    }

    public void Show(ReadOnlySpan<uint> picture, ReadOnlySpan<Rect> changed)
    {
        try
        {
            var former = _bufferSize == Size ? null : _buffers;
            if (_bufferSize != Size || _buffers is null)
            {
                _buffers = new WaylandBuffers(_client, _shm, Size.Width, Size.Height, 2, WaylandBuffers.Xrgb8888);
                _bufferSize = Size;
            }
            _client.Request(_surface, Attach).UInt(_buffers.Fill(picture, changed)).Int(0).Int(0).End();
            foreach (var rect in changed)
                _client.Request(_surface, DamageBuffer).Int(rect.X).Int(rect.Y).Int(rect.Width).Int(rect.Height).End();
            SetDestination();
            _framePending = true;
            var frame = ++_frame;
            _client.Callback(_surface, Frame, () => _framePending &= frame != _frame);
            _client.Request(_surface, Commit).End();
            _isAcknowledged = false;
            former?.Dispose(); // after the commit, so that the compositor always has a picture
            _client.Flush();
        }
        catch (WireException e)
        {
            Lose(e);
        }
    }

    public void SetTitle(string title)
    {
        if (title == _title || Fault is not null)
            return;
        _title = title;
        Send(() => _client.Request(_topLevel, SetTitleRequest).String(title).End());
    }

    public void ToggleFullScreen()
    {
        const int setFullScreen = 11, unsetFullScreen = 12;
        Send(() =>
        {
            if (_isFullScreen)
                _client.Request(_topLevel, unsetFullScreen).End();
            else
                _client.Request(_topLevel, setFullScreen).UInt(0).End();
        });
    }

    public void Turn()
    {
        _size.Turn();
        _size.Apply();
        _framePending = false;
        Send(() => LimitSize(_topLevel));
    }

    private void Send(Action request)
    {
        try
        {
            request();
            _client.Flush();
        }
        catch (WireException e)
        {
            Lose(e);
        }
    }

    public void Dispose()
    {
        _input.ReleaseAll();
        try
        {
            _buffers?.Dispose();
            _cursor.Dispose();
        }
        catch (WireException)
        {
            // the connection is closed in any case
        }
        _client.Dispose();
    }
}
