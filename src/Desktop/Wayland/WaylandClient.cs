using System.Diagnostics;
using Desktop.Wayland.Wire;
using Mmm;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace Desktop.Wayland;

/// <summary>A global of a compositor.</summary>
/// <param name="Name">Its number.</param>
/// <param name="Interface">Its interface.</param>
/// <param name="Version">The highest version that the compositor offers.</param>
internal readonly record struct WaylandGlobal(uint Name, string Interface, uint Version);

/// <summary>A connection to a Wayland compositor: the numbers of objects, the globals, and the compositor's errors.</summary>
internal sealed class WaylandClient : IDisposable
{
    private const uint Display = 1;
    private const int MostGlobals = 1024;
    private readonly WireConnection _wire;
    private readonly Stack<uint> _free = new();
    private readonly Dictionary<uint, WaylandGlobal> _globals = [];
    private readonly uint _registry;
    private uint _last = Display;

    /// <param name="socket">A connected, non-blocking socket. The client owns it.</param>
    public WaylandClient(int socket)
    {
        const int getRegistry = 1;
        _wire = new WireConnection(socket);
        _wire.Add(Display, OnDisplay);
        _registry = New(OnRegistry);
        Request(Display, getRegistry).UInt(_registry).End();
    }

    /// <summary>Called for each global that appears.</summary>
    public Action<WaylandGlobal>? Appeared { get; set; }

    /// <summary>Called for each global that disappears.</summary>
    public Action<WaylandGlobal>? Disappeared { get; set; }

    /// <summary>The connection's socket.</summary>
    public int FileDescriptor => _wire.FileDescriptor;

    /// <summary>The path of the compositor's socket.</summary>
    /// <exception cref="MmmException">The environment does not name a compositor.</exception>
    public static string SocketPath()
    {
        var name = Environment.GetEnvironmentVariable("WAYLAND_DISPLAY") is { Length: > 0 } given ? given : "wayland-0";
        if (name.StartsWith('/'))
            return name;
        return Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } directory
            ? Path.Combine(directory, name)
            : throw new MmmException("wayland: XDG_RUNTIME_DIR is not set, so the compositor cannot be found; run mmm in a Wayland "
                + "session, or use --display x11 or memory:800x480");
    }

    /// <summary>Connects to the compositor of the environment.</summary>
    /// <exception cref="MmmException">There is none.</exception>
    public static WaylandClient Connect()
    {
        var path = SocketPath();
        var socket = Sys.UnixSocket(SOCK_STREAM);
        var error = socket < 0 ? socket : Sys.UnixConnect(socket, path);
        if (error >= 0)
            return new WaylandClient(socket);
        Sys.Close(socket);
        throw new MmmException($"wayland: {path}: cannot be connected to: {Sys.ErrorText(error)}; is a Wayland compositor running there? "
            + "Else use --display x11 or memory:800x480");
    }

    /// <summary>
    /// Creates the number of a new object, whose events the handler gets until the compositor has deleted it. The compositor expects new
    /// numbers in order, so the request that creates the object must be sent before the next number is created.
    /// </summary>
    public uint New(WireHandler handler)
    {
        var id = _free.TryPop(out var used) ? used : ++_last;
        _wire.Add(id, handler);
        return id;
    }

    /// <summary>Creates the number of a new object that has no events.</summary>
    public uint New() => New((int _, ref WireReader _) => { });

    /// <summary>Begins a request, which ends with <see cref="WireConnection.End"/>.</summary>
    public WireConnection Request(uint id, int opcode) => _wire.Begin(id, opcode);

    /// <summary>Binds a global.</summary>
    /// <param name="global">The global.</param>
    /// <param name="version">The highest version that this program knows; the compositor's own may be lower.</param>
    /// <param name="handler">Gets the object's events; null if there are none.</param>
    public uint Bind(WaylandGlobal global, uint version, WireHandler? handler = null)
    {
        var id = handler is null ? New() : New(handler);
        Request(_registry, 0).UInt(global.Name).String(global.Interface).UInt(Math.Min(version, global.Version)).UInt(id).End();
        return id;
    }

    /// <summary>Requests a call of the action when the compositor has handled everything that was sent before.</summary>
    public void Sync(Action done) => Callback(Display, 0, done);

    /// <summary>Sends a request whose only argument is a new callback, which calls the action once.</summary>
    public void Callback(uint id, int opcode, Action done) =>
        Request(id, opcode).UInt(New((int _, ref WireReader _) => done())).End();

    private void OnRegistry(int opcode, ref WireReader reader)
    {
        var name = reader.UInt();
        if (opcode == 0)
        {
            var global = new WaylandGlobal(name, reader.String(), reader.UInt());
            if (_globals.Count < MostGlobals && _globals.TryAdd(name, global))
                Appeared?.Invoke(global);
        }
        else if (_globals.Remove(name, out var gone))
        {
            Disappeared?.Invoke(gone);
        }
    }

    private void OnDisplay(int opcode, ref WireReader reader)
    {
        var id = reader.UInt();
        if (opcode == 0)
            throw new WireException($"the compositor reports error {reader.UInt()} of object {id}: {reader.String()}");
        _wire.Remove(id); // delete_id
        if (id is > Display and < 0xFF000000)
            _free.Push(id);
    }

    /// <summary>Sends what waits, and handles what has arrived.</summary>
    /// <exception cref="WireException">The connection has ended.</exception>
    public void Dispatch()
    {
        _wire.Receive();
        _wire.Flush();
    }

    /// <summary>Sends what waits, without blocking.</summary>
    /// <exception cref="WireException">The connection has ended.</exception>
    public void Flush() => _wire.Flush();

    /// <summary>Handles events until the condition holds.</summary>
    /// <param name="condition">Checked after each turn.</param>
    /// <param name="patienceMs">The longest time to wait, ms.</param>
    /// <exception cref="WireException">The connection has ended, or the compositor does not answer.</exception>
    public void WaitUntil(Func<bool> condition, int patienceMs)
    {
        var start = Stopwatch.GetTimestamp();
        _wire.Flush();
        while (!condition())
        {
            var left = patienceMs - (int)Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            if (left <= 0 || !Sys.PollIn(FileDescriptor, left))
                throw new WireException($"the compositor has not answered within {patienceMs} ms");
            Dispatch();
        }
    }

    public void Dispose() => _wire.Dispose();
}
