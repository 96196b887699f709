using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace FbHost.Tests.Support;

/// <summary>
/// A client's file made by hand, LP64 offsets of protocol.md, for whatever no decent client would write. By default a valid polled
/// client of 40x30 that waits for its first flip, with the pid of this process. Several threads may write it at once.
/// </summary>
internal sealed partial class HandMade : IDisposable
{
    public const int Pid = 0x18, Title = 0xb0, Width = 0x5b0, Height = 0x5b4, Stride = 0x5b8, FbOffset = 0x5bc, Flip = 0x5c0, X = 0x5c8,
        DesiredWidth = 0x5d8, Damage = 0x5e0, EventsRead = 0x680, EventsWrite = 0x682, MessagesRead = 0x206b8, MessagesWrite = 0x206ba,
        PcmFormat = 0x406f0, PcmRate = 0x406f4, PcmRead = 0x40700, PcmWrite = 0x40704, PcmBuffer = 0x40748,
        ValueNames = 0x48758, ValueTexts = 0x48858, ValueCount = 0x48c58, EventsBuffer = 0x6a4, MessagesBuffer = 0x206dc, Pixels = 0x48c70;
    public const int Neutral = 1, Drawing = 2, WaitFlip = 3;
    private readonly SafeFileHandle _file;
    private Socket? _bell;

    /// <param name="path">The file, in a host's MMM_PATH; it must not be there yet.</param>
    /// <param name="title">The title.</param>
    /// <param name="spoil">Writes what is wrong with it; runs before the pid is set.</param>
    public HandMade(string path, string title, Action<HandMade>? spoil = null)
    {
        Path = path;
        _file = File.OpenHandle(Path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        Truncate(Pixels + 40 * 30 * 4 + 1);
        Poke(Title, Encoding.UTF8.GetBytes(title));
        Poke(Width, 40);
        Poke(Height, 30);
        Poke(DesiredWidth, 40);
        Poke(DesiredWidth + 4, 30);
        Poke(Stride, 160);
        Poke(FbOffset, Pixels);
        var white = new byte[40 * 30 * 4];
        white.AsSpan().Fill(0xff);
        Poke(Pixels, white);
        Poke(Flip, WaitFlip);
        spoil?.Invoke(this);
        if (Peek(Pid) == 0)
            Poke(Pid, Environment.ProcessId);
    }

    public string Path { get; }

    public string Name => System.IO.Path.GetFileName(Path);

    public void Poke(int at, ReadOnlySpan<byte> bytes) => RandomAccess.Write(_file, bytes, at);

    public void Poke(int at, int value) => Poke(at, BitConverter.GetBytes(value));

    public void Poke(int at, short value) => Poke(at, BitConverter.GetBytes(value));

    public void Poke(int at, double value) => Poke(at, BitConverter.GetBytes(value));

    public int Peek(int at) => BitConverter.ToInt32(Peek(at, 4));

    private byte[] Peek(int at, int length)
    {
        var bytes = new byte[length];
        return RandomAccess.Read(_file, bytes, at) == length
            ? bytes
            : throw new EndOfStreamException($"{Path} ends before {at + length:N0} bytes");
    }

    /// <summary>A text that ends with its first NUL, of at most so many bytes.</summary>
    public string PeekText(int at, int length)
    {
        var bytes = Peek(at, length);
        return Encoding.UTF8.GetString(bytes, 0, Array.IndexOf(bytes, (byte)0));
    }

    private string EventAt(int slot) => PeekText(EventsBuffer + 128 * slot, 128);

    public void Truncate(long length) => RandomAccess.SetLength(_file, length);

    /// <summary>Adds a value.</summary>
    public void SetValue(string name, string value)
    {
        var count = Peek(ValueCount);
        Poke(ValueNames + 16 * count, Encoding.UTF8.GetBytes(name + "\0"));
        Poke(ValueTexts + 64 * count, Encoding.UTF8.GetBytes(value + "\0"));
        Poke(ValueCount, count + 1);
    }

    /// <summary>The events that the host has put into the ring.</summary>
    public string[] Events
    {
        get
        {
            var events = new List<string>();
            for (var i = 1; i <= (short)Peek(EventsWrite); i++)
                events.Add(EventAt(i));
            return [.. events];
        }
    }

    /// <summary>Reads events as a client does, at most so many.</summary>
    public List<string> TakeEvents(int most = 1024)
    {
        var events = new List<string>();
        for (int read = (short)Peek(EventsRead); events.Count < most && read != (short)Peek(EventsWrite); Poke(EventsRead, (short)read))
        {
            read = (read + 1) % 1024;
            events.Add(EventAt(read));
        }
        return events;
    }

    /// <summary>Puts a message into its ring.</summary>
    public void Say(string text)
    {
        var slot = ((short)Peek(MessagesWrite) + 1) % 1024;
        Poke(MessagesBuffer + 128 * slot, Encoding.UTF8.GetBytes(text + "\0"));
        Poke(MessagesWrite, (short)slot);
    }

    /// <summary>Asks for a flip.</summary>
    public void Present() => Poke(Flip, WaitFlip);

    /// <summary>Connects a bell, and returns the host's answer.</summary>
    public string Connect()
    {
        _bell = Connect(System.IO.Path.GetDirectoryName(Path)!);
        return Hello(_bell, Encoding.UTF8.GetBytes("mmm 1 " + Name));
    }

    public void Ring(int times = 1)
    {
        for (var i = 0; i < times; i++)
            _bell!.Send([0]);
    }

    public void HangUp() => _bell!.Dispose();

    /// <summary>A connection to the bell of the host that serves a directory.</summary>
    public static Socket Connect(string directory)
    {
        var bell = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified)
            { ReceiveTimeout = 10_000, SendTimeout = 10_000 };
        bell.Connect(new UnixDomainSocketEndPoint(System.IO.Path.Combine(directory, ".host")));
        return bell;
    }

    public static string Hello(Socket bell, byte[] packet)
    {
        bell.Send(packet);
        return Answer(bell);
    }

    public static string Answer(Socket bell)
    {
        var answer = new byte[300];
        return Encoding.UTF8.GetString(answer, 0, bell.Receive(answer));
    }

    public void Dispose()
    {
        _bell?.Dispose();
        _file.Dispose();
        try
        {
            File.Delete(Path);
        }
        catch (DirectoryNotFoundException)
        {
            // A host has removed the directory together with the file.
        }
    }
}
