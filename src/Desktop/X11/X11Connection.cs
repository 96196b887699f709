using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Mmm;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Desktop.X11;

/// <summary>An extension of the X server.</summary>
/// <param name="Major">Its major opcode.</param>
/// <param name="FirstEvent">The number of its first event.</param>
/// <param name="Handle">The library's name of it.</param>
internal readonly record struct X11Extension(byte Major, byte FirstEvent, nint Handle);

/// <summary>
/// A connection to an X server by libxcb. A request is written with Begin and the methods for its fields, and ends with
/// Send or Ask.
/// </summary>
internal sealed unsafe class X11Connection : IDisposable
{
    private const int Spare = 2; // libxcb needs two free parts before the first one
    private readonly LibXcb _lib = LibXcb.Load();
    private readonly nint _connection;
    private readonly List<nint> _extensions = [];
    private readonly string _name;
    private byte[] _request = new byte[256];
    private int _length;
    private byte _opcode;
    private nint _extension;

    /// <summary>Connects to a server.</summary>
    /// <param name="display">The server's display; null for the environment variable DISPLAY.</param>
    /// <exception cref="MmmException">There is none, or it cannot be used.</exception>
    public X11Connection(string? display = null)
    {
        _name = display ?? (Environment.GetEnvironmentVariable("DISPLAY") is { Length: > 0 } name ? name : ":0");
        int screen;
        fixed (byte* n = Encoding.UTF8.GetBytes(_name + '\0'))
            _connection = _lib.xcb_connect(n, &screen);
        try
        {
            if (HasEnded)
                throw new MmmException($"x11: the display {_name} cannot be connected to; is an X server running there, and may this user "
                    + "use it? Else use --display wayland or memory:800x480");
            if (!IsLocal)
                throw new MmmException($"x11: the display {_name} is on another machine, so it cannot share memory; start mmm there, or "
                    + "look at it with mmm-view");
            ReadScreen(screen);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The root window.</summary>
    public uint Root { get; private set; }

    public int FileDescriptor => _lib.xcb_get_file_descriptor(_connection);

    /// <summary>True if the server has closed the connection.</summary>
    public bool HasEnded => _lib.xcb_connection_has_error(_connection) != 0;

    private bool IsLocal
    {
        get
        {
            const int SO_DOMAIN = 39;
            int domain;
            var length = (socklen_t)4u;
            return getsockopt(FileDescriptor, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 && domain == AF_UNIX;
        }
    }

    // Finds the screen in the setup, and checks that its pixels are XRGB8888.
    private void ReadScreen(int screen)
    {
        const int setupBytes = 40, screenBytes = 40, depthBytes = 8, visualBytes = 24, formatBytes = 8;
        var setup = _lib.xcb_get_setup(_connection);
        var at = setup + setupBytes + ((*(ushort*)(setup + 24) + 3) & ~3) + setup[29] * formatBytes;
        for (var i = 0; ; i++)
        {
            var (root, visual, depth) = (*(uint*)at, *(uint*)(at + 32), at[38]);
            var depths = at[39];
            at += screenBytes;
            var fits = false;
            for (var d = 0; d < depths; d++)
            {
                var visuals = *(ushort*)(at + 2);
                at += depthBytes;
                for (var v = 0; v < visuals; v++, at += visualBytes)
                    fits |= *(uint*)at == visual && *(uint*)(at + 8) == 0xFF0000 && *(uint*)(at + 16) == 0xFF;
            }
            if (i < screen && i + 1 < setup[28])
                continue;
            if (depth != 24 || !fits || setup[30] != 0)
                throw new MmmException($"x11: the display {_name} has {depth} bits a pixel in an order that is not supported; it must have "
                    + "24 as in XRGB8888");
            Root = root;
            return;
        }
    }

    /// <summary>Returns an extension.</summary>
    /// <exception cref="MmmException">The server lacks it.</exception>
    public X11Extension Extension(string name)
    {
        var extension = (LibXcb.xcb_extension*)NativeMemory.AllocZeroed((nuint)sizeof(LibXcb.xcb_extension));
        extension->name = (byte*)Marshal.StringToCoTaskMemUTF8(name);
        _extensions.Add((nint)extension);
        var reply = _lib.xcb_get_extension_data(_connection, extension);
        if (reply == null || reply[8] == 0)
            throw new MmmException($"x11: the display {_name} has no {name}, which a window needs; use --display memory:800x480");
        return new X11Extension(reply[9], reply[10], (nint)extension);
    }

    /// <summary>Returns a new number for a window or another object.</summary>
    public uint NewId() => _lib.xcb_generate_id(_connection);

    /// <summary>Returns the number of a name.</summary>
    public uint Atom(string name)
    {
        const byte internAtom = 16;
        var bytes = Encoding.ASCII.GetBytes(name);
        return BinaryPrimitives.ReadUInt32LittleEndian(Begin(internAtom).U16((ushort)bytes.Length).U16(0).Bytes(bytes).Ask().AsSpan(8));
    }

    /// <summary>Begins a request of the core protocol.</summary>
    /// <param name="opcode">The request.</param>
    /// <param name="data">The second byte of the request.</param>
    public X11Connection Begin(byte opcode, byte data = 0)
    {
        (_extension, _opcode, _length) = (0, opcode, 0);
        return U8(0).U8(data).U16(0); // the library sets opcode and length
    }

    /// <summary>Begins a request of an extension.</summary>
    public X11Connection Begin(X11Extension extension, byte opcode)
    {
        (_extension, _opcode, _length) = (extension.Handle, opcode, 0);
        return U32(0);
    }

    public X11Connection U8(byte value)
    {
        Grow(1)[0] = value;
        return this;
    }

    public X11Connection U16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(Grow(2), value);
        return this;
    }

    public X11Connection I16(int value) => U16((ushort)(short)Math.Clamp(value, short.MinValue, short.MaxValue));

    public X11Connection U32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(Grow(4), value);
        return this;
    }

    /// <summary>Appends bytes and fills up to a multiple of four.</summary>
    public X11Connection Bytes(ReadOnlySpan<byte> bytes)
    {
        var room = Grow((bytes.Length + 3) & ~3);
        room.Clear();
        bytes.CopyTo(room);
        return this;
    }

    private Span<byte> Grow(int bytes)
    {
        if (_length + bytes > _request.Length)
            Array.Resize(ref _request, Math.Max(_length + bytes, _request.Length * 2));
        _length += bytes;
        return _request.AsSpan(_length - bytes, bytes);
    }

    /// <summary>Sends a request that has no reply. Its error arrives as an event of type 0.</summary>
    public void Send() => Send(isVoid: true, file: -1);

    /// <summary>Sends a request that has no reply, with a descriptor, which the library closes.</summary>
    public void Send(int file) => Send(isVoid: true, file);

    private uint Send(bool isVoid, int file)
    {
        var request = new LibXcb.xcb_protocol_request
            { count = 1, ext = (LibXcb.xcb_extension*)_extension, opcode = _opcode, isvoid = (byte)(isVoid ? 1 : 0) };
        fixed (byte* bytes = _request)
        {
            var parts = stackalloc nuint[(Spare + 1) * 2];
            (parts[Spare * 2], parts[Spare * 2 + 1]) = ((nuint)bytes, (nuint)_length);
            return file < 0
                ? _lib.xcb_send_request(_connection, 0, parts + Spare * 2, &request)
                : _lib.xcb_send_request_with_fds(_connection, 0, parts + Spare * 2, &request, 1, &file);
        }
    }

    /// <summary>Sends a request and waits for its reply.</summary>
    /// <exception cref="MmmException">The server reports an error, or the connection has ended.</exception>
    public byte[] Ask()
    {
        var opcode = _opcode;
        var sequence = Send(isVoid: false, file: -1);
        byte* error = null;
        var reply = _lib.xcb_wait_for_reply(_connection, sequence, &error);
        if (reply == null)
        {
            var code = error == null ? 0 : error[1];
            NativeMemory.Free(error);
            throw new MmmException($"x11: request {opcode} of the display {_name} failed"
                + (code == 0 ? ": the connection has ended" : $" with error {code}"));
        }
        var length = 32 + 4 * BinaryPrimitives.ReadUInt32LittleEndian(new ReadOnlySpan<byte>(reply + 4, 4));
        var copy = new ReadOnlySpan<byte>(reply, (int)length).ToArray();
        NativeMemory.Free(reply);
        return copy;
    }

    /// <summary>Sends what the library has kept.</summary>
    public void Flush() => _lib.xcb_flush(_connection);

    /// <summary>Copies the next event, if there is one. Events are 32 bytes; those of type 35 are longer, and so is their copy.</summary>
    /// <param name="to">Room for 96 bytes; the rest of a longer event is not copied.</param>
    /// <returns>The number of bytes; 0 if there is no event.</returns>
    public int Poll(Span<byte> to)
    {
        const int plain = 32, generic = 35, sequence = 4; // the library inserts the full sequence number after the first 32 bytes
        var e = _lib.xcb_poll_for_event(_connection);
        if (e == null)
            return 0;
        var length = (e[0] & 0x7F) == generic
            ? plain + sequence + 4 * (int)Math.Min(1024, BinaryPrimitives.ReadUInt32LittleEndian(new ReadOnlySpan<byte>(e + 4, 4)))
            : plain;
        length = Math.Min(length, to.Length);
        new ReadOnlySpan<byte>(e, length).CopyTo(to);
        NativeMemory.Free(e);
        return length;
    }

    public void Dispose()
    {
        _lib.xcb_disconnect(_connection);
        foreach (LibXcb.xcb_extension* extension in _extensions)
        {
            Marshal.FreeCoTaskMem((nint)extension->name);
            NativeMemory.Free(extension);
        }
        _extensions.Clear();
    }
}
