using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using View.Rfb;

namespace View.Tests.Support;

/// <summary>A VNC viewer without a window, which knows Raw and ZRLE.</summary>
internal sealed class RfbClient : IDisposable
{
    public const int Raw = 0, Zrle = 16;
    private readonly TcpClient _tcp = new();
    private readonly Stream _stream;
    private readonly Inflater _inflater = new();
    private PixelFormat _format = PixelFormat.Native;

    public RfbClient(int port, string version = "RFB 003.008\n")
    {
        _tcp.Connect("127.0.0.1", port);
        _tcp.ReceiveTimeout = (int)Wait.Patience.TotalMilliseconds;
        _tcp.NoDelay = true;
        _stream = _tcp.GetStream();
        Assert.Equal("RFB 003.008\n", Encoding.ASCII.GetString(Read(12)));
        Send(Encoding.ASCII.GetBytes(version));
        if (version == "RFB 003.003\n")
        {
            Assert.Equal(1u, U32());
        }
        else
        {
            Assert.Equal([1, 1], Read(2));
            Send([1]);
            if (version == "RFB 003.008\n")
                Assert.Equal(0u, U32());
        }
        Send([1]);
        (Width, Height) = (U16(), U16());
        Read(16);
        Name = Encoding.UTF8.GetString(Read((int)U32()));
        Picture = new int[Width * Height];
    }

    public int Width { get; private set; }

    public int Height { get; private set; }

    public string Name { get; }

    /// <summary>0xRRGGBB, as far as the format has it.</summary>
    public int[] Picture { get; private set; }

    /// <summary>The encodings of all rectangles so far.</summary>
    public HashSet<int> Seen { get; } = [];

    /// <summary>The bytes of updates so far.</summary>
    public long Received { get; private set; }

    public void Send(byte[] bytes) => _stream.Write(bytes);

    public byte[] Read(int count)
    {
        var bytes = new byte[count];
        _stream.ReadExactly(bytes);
        Received += count;
        return bytes;
    }

    public int U16() => BinaryPrimitives.ReadUInt16BigEndian(Read(2));

    public uint U32() => BinaryPrimitives.ReadUInt32BigEndian(Read(4));

    public void SetFormat(PixelFormat format)
    {
        _format = format;
        var to = new OutBuffer();
        to.Bytes([0, 0, 0, 0]);
        format.Write(to);
        Send(to.Memory.ToArray());
    }

    public void SetEncodings(params int[] encodings)
    {
        var to = new OutBuffer();
        to.Bytes([2, 0]);
        to.U16(encodings.Length);
        foreach (var encoding in encodings)
            to.S32(encoding);
        Send(to.Memory.ToArray());
    }

    public void Request(bool incremental)
    {
        var to = new OutBuffer();
        to.Bytes([3, (byte)(incremental ? 1 : 0), 0, 0, 0, 0]);
        to.U16(Width);
        to.U16(Height);
        Send(to.Memory.ToArray());
    }

    public void Pointer(int mask, int x, int y) => Send([5, (byte)mask, (byte)(x >> 8), (byte)x, (byte)(y >> 8), (byte)y]);

    public void Key(uint keysym, bool down) => Send([4, (byte)(down ? 1 : 0), 0, 0, .. BigEndian(keysym)]);

    public void QemuKey(uint keysym, uint code, bool down) =>
        Send([255, 0, 0, (byte)(down ? 1 : 0), .. BigEndian(keysym), .. BigEndian(code)]);

    private static byte[] BigEndian(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    /// <summary>Requests updates until the picture is as expected.</summary>
    public void WaitForPicture(int[] expected)
    {
        Request(incremental: false);
        ReadUpdate();
        while (!Picture.SequenceEqual(expected))
        {
            Request(incremental: true);
            ReadUpdate();
        }
    }

    /// <summary>Reads messages until an update has been read.</summary>
    public void ReadUpdate() => ReadUntil(0);

    /// <summary>Reads messages until one of a type has been read.</summary>
    public void ReadUntil(int type)
    {
        while (ReadMessage() != type)
        {
        }
    }

    private int ReadMessage()
    {
        var type = Read(1)[0];
        Assert.Contains(type, new byte[] { 0, 150, 248 });
        if (type == 248)
            Read(Read(8)[7]);
        if (type != 0)
            return type;
        Read(1);
        for (var left = U16(); left > 0; left--)
            ReadRectangle();
        return type;
    }

    private void ReadRectangle()
    {
        int x = U16(), y = U16(), width = U16(), height = U16(), encoding = (int)U32();
        Seen.Add(encoding);
        switch (encoding)
        {
            case Raw:
                var bytes = _format.BitsPerPixel / 8;
                var raw = Read(width * height * bytes);
                Put(x, y, width, [.. Enumerable.Range(0, width * height).Select(i => Value(raw.AsSpan(i * bytes, bytes)))]);
                break;
            case Zrle:
                var data = _inflater.Unpack(Read((int)U32()));
                var reader = new ZrleReader(data, _format);
                Put(x, y, width, reader.Rectangle(width, height));
                Assert.Equal(data.Length, reader.Read);
                break;
            case Encodings.DesktopSize:
                Resize(width, height);
                break;
            case Encodings.ExtendedDesktopSize:
                Assert.Equal(1, Read(4)[0]);
                Read(16);
                LastSizeStatus = (x, y);
                Resize(width, height);
                break;
            case Encodings.Cursor:
                Read(width * height * _format.BitsPerPixel / 8 + (width + 7) / 8 * height);
                break;
            case Encodings.QemuKeys:
                break;
            default:
                Assert.Fail($"a rectangle of the unknown encoding {encoding}");
                break;
        }
    }

    /// <summary>Reason and status of the last ExtendedDesktopSize.</summary>
    public (int Reason, int Status) LastSizeStatus { get; private set; }

    private void Resize(int width, int height)
    {
        if ((width, height) == (Width, Height))
            return;
        (Width, Height) = (width, height);
        Picture = new int[width * height];
    }

    private uint Value(ReadOnlySpan<byte> bytes)
    {
        uint value = 0;
        for (var i = 0; i < bytes.Length; i++)
            value |= (uint)bytes[i] << 8 * (_format.IsBigEndian ? bytes.Length - 1 - i : i);
        return value;
    }

    private void Put(int x, int y, int width, uint[] values)
    {
        for (var i = 0; i < values.Length; i++)
            Picture[(y + i / width) * Width + x + i % width] = Color(values[i], _format);
    }

    /// <summary>The colour 0xRRGGBB of a value: each part is scaled to 0 to 255.</summary>
    public static int Color(uint value, PixelFormat f) =>
        Part(value, f.RedMax, f.RedShift) << 16 | Part(value, f.GreenMax, f.GreenShift) << 8 | Part(value, f.BlueMax, f.BlueShift);

    private static int Part(uint value, int max, int shift) => max == 0 ? 0 : (int)((value >> shift & (uint)max) * 255L / max);

    public void Dispose()
    {
        _tcp.Dispose();
        _inflater.Dispose();
    }
}
