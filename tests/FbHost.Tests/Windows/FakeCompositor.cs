using System.Net.Sockets;
using Desktop.Wayland.Wire;
using Mmm.Linux;

namespace FbHost.Tests.Windows;

/// <summary>
/// The other end of the wire: a compositor of one window, for what the real ones here do not have. It serves one client at a time.
/// </summary>
internal sealed class FakeCompositor : IDisposable
{
    private const uint ServerIds = 0xFF000000;
    private readonly TempDirectory _temp = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Lock _lock = new();
    private readonly Thread _thread;
    private readonly (string Interface, uint Version)[] _globals;
    private readonly Dictionary<uint, (uint Pool, int Offset, int Width, int Height, int Stride)> _buffers = [];
    private readonly Dictionary<uint, int> _pools = [];
    private readonly List<uint> _frames = [];
    private volatile bool _stop;
    private WireConnection? _wire;
    private uint _attached;
    private uint _display = 1;
    private uint _cursor; // the surface of the pointer's picture
    private uint _window;

    /// <param name="globals">What it offers besides wl_compositor, wl_shm and xdg_wm_base.</param>
    public FakeCompositor(params (string Interface, uint Version)[] globals)
    {
        _globals = [("wl_compositor", 4), ("wl_shm", 1), ("xdg_wm_base", 1), .. globals];
        _listener.Bind(new UnixDomainSocketEndPoint(_temp["wayland-0"]));
        _listener.Listen();
        _thread = new Thread(Serve) { IsBackground = true };
        _thread.Start();
    }

    public (string Name, string? Value)[] Environment => [("XDG_RUNTIME_DIR", _temp.Path), ("WAYLAND_DISPLAY", "wayland-0")];

    public uint Seat { get; private set; }
    public uint Pointer { get; private set; }
    public uint Keyboard { get; private set; }
    public uint Touch { get; private set; }
    public uint Output { get; private set; }
    public uint Surface => _window;
    public uint TopLevel { get; private set; }
    public uint XdgSurface { get; private set; }
    public int BufferScale { get; private set; } = 1;
    public int Acknowledged { get; private set; }
    public int Commits { get; private set; }

    /// <summary>How often each kind of device was bound and released.</summary>
    public List<string> Devices { get; } = [];

    /// <summary>The last picture that was committed.</summary>
    public Picture? Shown { get; private set; }

    /// <summary>False: no frame callback is answered, as for a hidden window.</summary>
    public bool IsVisible { get; set; } = true;

    /// <summary>Sends events.</summary>
    public void Send(Action<WireConnection> events)
    {
        lock (_lock)
        {
            events(_wire!);
            _wire!.Flush();
        }
    }

    private void Serve()
    {
        using var socket = _listener.Accept();
        _wire = new WireConnection(Sys.Check(Tmds.Linux.LibC.dup((int)socket.Handle)));
        Tmds.Linux.LibC.fcntl(_wire.FileDescriptor, Tmds.Linux.LibC.F_SETFL, Tmds.Linux.LibC.O_NONBLOCK);
        _wire.Add(_display, OnDisplay);
        try
        {
            while (!_stop)
            {
                if (!Sys.PollIn(_wire.FileDescriptor, 10))
                    continue;
                lock (_lock)
                {
                    _wire.Receive();
                    _wire.Flush();
                }
            }
        }
        catch (WireException)
        {
            // the client has ended
        }
    }

    private void OnDisplay(int opcode, ref WireReader r)
    {
        var id = r.UInt();
        if (opcode == 0)
        {
            Done(id);
            return;
        }
        for (uint i = 0; i < _globals.Length; i++)
            _wire!.Begin(id, 0).UInt(i + 1).String(_globals[i].Interface).UInt(_globals[i].Version).End();
        _wire!.Add(id, (int _, ref WireReader reader) =>
        {
            reader.UInt();
            var kind = reader.String();
            reader.UInt();
            Bind(kind, reader.UInt());
        });
    }

    // A callback is answered and gone.
    private void Done(uint callback)
    {
        _wire!.Begin(callback, 0).UInt(0).End();
        _wire.Begin(_display, 1).UInt(callback).End();
    }

    private void Bind(string kind, uint id)
    {
        switch (kind)
        {
            case "wl_compositor":
                Object(id, (int _, ref WireReader r) =>
                {
                    var surface = r.UInt();
                    if (_cursor == 0)
                        _cursor = surface; // made first
                    else
                        _window = surface;
                    Object(surface, (int opcode, ref WireReader request) => OnSurface(surface, opcode, ref request));
                });
                break;
            case "wl_shm":
                Object(id, (int _, ref WireReader r) =>
                {
                    var pool = r.UInt();
                    _pools[pool] = r.Descriptor();
                    Object(pool, (int opcode, ref WireReader request) => OnPool(pool, opcode, ref request));
                });
                break;
            case "xdg_wm_base":
                Object(id, (int opcode, ref WireReader r) =>
                {
                    if (opcode != 2)
                        return;
                    XdgSurface = r.UInt();
                    Object(XdgSurface, (int request, ref WireReader arguments) =>
                    {
                        if (request == 1)
                            Object(TopLevel = arguments.UInt());
                        else if (request == 4)
                            Acknowledged = (int)arguments.UInt();
                    });
                });
                break;
            case "wl_seat":
                Seat = id;
                Object(id, OnSeat);
                break;
            case "wl_output":
                Object(Output = id);
                break;
            default:
                Object(id);
                break;
        }
    }

    private void Object(uint id, WireHandler? handler = null) => _wire!.Add(id, handler ?? ((int _, ref WireReader _) => { }));

    private void OnSeat(int opcode, ref WireReader r)
    {
        var id = r.UInt();
        var name = opcode switch { 0 => "pointer", 1 => "keyboard", _ => "touch" };
        Devices.Add(name);
        if (opcode == 0)
            Pointer = id;
        else if (opcode == 1)
            Keyboard = id;
        else
            Touch = id;
        Object(id, (int request, ref WireReader _) =>
        {
            if (opcode == 0 && request == 0)
                return; // set_cursor
            Devices.Add($"{name} released");
            _wire!.Begin(_display, 1).UInt(id).End();
        });
    }

    private void OnPool(uint pool, int opcode, ref WireReader r)
    {
        if (opcode != 0)
            return;
        var id = r.UInt();
        _buffers[id] = (pool, r.Int(), r.Int(), r.Int(), r.Int());
        _wire!.Add(id, (int _, ref WireReader _) =>
        {
            _buffers.Remove(id);
            _wire.Begin(_display, 1).UInt(id).End();
        });
    }

    private void OnSurface(uint surface, int opcode, ref WireReader r)
    {
        switch (opcode)
        {
            case 1 when surface == _window:
                _attached = r.UInt();
                break;
            case 3:
                _frames.Add(r.UInt());
                break;
            case 6 when surface == _window:
                Commit();
                break;
            case 8:
                BufferScale = r.Int();
                break;
        }
    }

    private void Commit()
    {
        Commits++;
        if (_attached == 0 && Shown is null && Commits == 1)
            Configure(0, 0);
        if (_attached != 0)
        {
            var (pool, offset, width, height, stride) = _buffers[_attached];
            var bytes = new byte[stride * height];
            Sys.PRead(_pools[pool], bytes, offset);
            Shown = Picture.OfXrgb(width, height, bytes);
            _wire!.Begin(_attached, 0).End(); // read, so released
            _attached = 0;
        }
        AnswerFrames();
    }

    /// <summary>Answers the frame callbacks that wait, unless the window is hidden.</summary>
    public void AnswerFrames()
    {
        if (!IsVisible)
            return;
        _frames.ForEach(Done);
        _frames.Clear();
    }

    /// <summary>Gives the window a size. To be called within <see cref="Send"/>.</summary>
    public void Configure(int width, int height, params uint[] states)
    {
        _wire!.Begin(TopLevel, 0).Int(width).Int(height).Array(System.Runtime.InteropServices.MemoryMarshal.AsBytes<uint>(states)).End();
        _wire.Begin(XdgSurface, 0).UInt(ServerIds + (uint)Commits).End();
    }

    public void Dispose()
    {
        _stop = true;
        _listener.Dispose();
        _thread.Join(1000);
        _wire?.Dispose();
        foreach (var pool in _pools.Values)
            Sys.Close(pool);
        _temp.Dispose();
    }
}
