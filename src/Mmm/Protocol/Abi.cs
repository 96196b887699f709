namespace Mmm.Protocol;

/// <summary>
/// The offset of every field of a client file, in bytes from its start. The original C structures differ between 64-bit and 32-bit programs
/// in one field, an array of 128 pointers, so all fields after it are 0x200 bytes lower in 32-bit programs. Source: protocol.md section 2.
/// All integers are little-endian.
/// </summary>
internal sealed class Abi
{
    /// <summary>x86-64 and arm64 programs, and raw clients that write no block headers.</summary>
    public static readonly Abi Lp64 = new("LP64", 1024, 0x5d0);

    /// <summary>32-bit Arm programs (armhf: doubles are aligned to 8 bytes).</summary>
    public static readonly Abi Arm32 = new("ARM32", 512, 0x3d0);

    private Abi(string name, int babl, int fbLength)
    {
        Name = name;
        BablFormatLength = babl;
        FbBlockLength = fbLength;
        Width = BablFormat + babl;
        Height = Width + 4;
        Stride = Width + 8;
        FbOffset = Width + 12;
        FlipState = Width + 16;
        X = Width + 24;
        Y = Width + 32;
        DesiredWidth = Width + 40;
        DesiredHeight = Width + 44;
        Damage = Width + 48;
        Z = Width + 64;
        EventsBlock = FbBlock + fbLength;
        Events = new TextRingLayout(EventsBlock + 16);
        MessagesBlock = EventsBlock + TextRingLayout.BlockLength;
        Messages = new TextRingLayout(MessagesBlock + 16);
        PcmBlock = MessagesBlock + TextRingLayout.BlockLength;
        PcmFormat = PcmBlock + 16;
        PcmSampleRate = PcmBlock + 20;
        PcmHostFormat = PcmBlock + 24;
        PcmHostSampleRate = PcmBlock + 28;
        PcmRead = PcmBlock + 32;
        PcmWrite = PcmBlock + 36;
        PcmBuffer = PcmBlock + 104;
        ValuesBlock = PcmBlock + PcmBlockLength;
        ValueNames = ValuesBlock + 16;
        ValueTexts = ValueNames + MaxValues * ValueNameLength;
        ValueCount = ValueTexts + MaxValues * ValueTextLength;
        FbData = ValuesBlock + ValuesBlockLength;
        FirstPixel = FbData + 16;
    }

    /// <summary>Process id of the client, i32. Written last: a file without it is not a client yet.</summary>
    public const int Pid = 0x18;
    /// <summary>The FB block's header.</summary>
    public const int FbBlock = 0xa0;
    /// <summary>The FB block's length field, u32, which distinguishes the ABIs.</summary>
    public const int FbBlockLengthField = FbBlock + 8;
    /// <summary>Window title, <see cref="TitleLength"/> bytes of UTF-8 that end with a NUL.</summary>
    public const int Title = 0xb0;
    /// <summary>Bytes of the title field, including the NUL.</summary>
    public const int TitleLength = 256;
    /// <summary>Name of the pixel format, ending with a NUL; empty in practice.</summary>
    public const int BablFormat = 0x1b0;
    /// <summary>Values in a file: the original library uses at most 14 of them.</summary>
    public const int MaxValues = 16;
    /// <summary>Bytes of a value's name, including the NUL.</summary>
    public const int ValueNameLength = 16;
    /// <summary>Bytes of a value's text, including the NUL.</summary>
    public const int ValueTextLength = 64;
    /// <summary>Bytes of the PCM ring.</summary>
    public const int PcmBufferLength = 32768;
    private const int PcmBlockLength = 104 + PcmBufferLength;
    private const int ValuesBlockLength = 16 + MaxValues * (ValueNameLength + ValueTextLength) + 8;

    /// <summary>The ABI's name for messages: LP64 or ARM32.</summary>
    public string Name { get; }
    /// <summary>Bytes of the pixel format field.</summary>
    public int BablFormatLength { get; }
    /// <summary>The value of the FB block's length field.</summary>
    public int FbBlockLength { get; }
    /// <summary>Width in pixels, i32.</summary>
    public int Width { get; }
    /// <summary>Height in pixels, i32.</summary>
    public int Height { get; }
    /// <summary>Bytes from one pixel row to the next, i32.</summary>
    public int Stride { get; }
    /// <summary>File offset of the first pixel, i32.</summary>
    public int FbOffset { get; }
    /// <summary>See <see cref="Protocol.FlipState"/>, i32.</summary>
    public int FlipState { get; }
    /// <summary>Horizontal position on the screen in pixels, f64.</summary>
    public int X { get; }
    /// <summary>Vertical position on the screen in pixels, f64.</summary>
    public int Y { get; }
    /// <summary>Width that the host requests, i32.</summary>
    public int DesiredWidth { get; }
    /// <summary>Height that the host requests, i32.</summary>
    public int DesiredHeight { get; }
    /// <summary>Damage rectangle: x, y, width, height, four i32.</summary>
    public int Damage { get; }
    /// <summary>Stacking order, f64, written by the host.</summary>
    public int Z { get; }
    /// <summary>The EVENTS block's header.</summary>
    public int EventsBlock { get; }
    /// <summary>Ring of events, host to client.</summary>
    public TextRingLayout Events { get; }
    /// <summary>The MESSAGES block's header.</summary>
    public int MessagesBlock { get; }
    /// <summary>Ring of messages, client to host.</summary>
    public TextRingLayout Messages { get; }
    /// <summary>The PCM block's header.</summary>
    public int PcmBlock { get; }
    /// <summary>See <see cref="Mmm.PcmFormat"/>, i32.</summary>
    public int PcmFormat { get; }
    /// <summary>Frames a second, i32.</summary>
    public int PcmSampleRate { get; }
    /// <summary>Format of the host's output, i32, written by the host.</summary>
    public int PcmHostFormat { get; }
    /// <summary>Frames a second of the host's output, i32, written by the host.</summary>
    public int PcmHostSampleRate { get; }
    /// <summary>The next frame that the host takes, i32.</summary>
    public int PcmRead { get; }
    /// <summary>The next frame that the client fills, i32.</summary>
    public int PcmWrite { get; }
    /// <summary>The PCM ring, <see cref="PcmBufferLength"/> bytes.</summary>
    public int PcmBuffer { get; }
    /// <summary>The VALUES block's header.</summary>
    public int ValuesBlock { get; }
    /// <summary>Names of the values, <see cref="MaxValues"/> of <see cref="ValueNameLength"/> bytes.</summary>
    public int ValueNames { get; }
    /// <summary>Texts of the values, <see cref="MaxValues"/> of <see cref="ValueTextLength"/> bytes.</summary>
    public int ValueTexts { get; }
    /// <summary>Number of values in use, i32.</summary>
    public int ValueCount { get; }
    /// <summary>The FBDATA block's header, 16 bytes.</summary>
    public int FbData { get; }
    /// <summary>Where the pixels begin, unless the field at <see cref="FbOffset"/> has another offset.</summary>
    public int FirstPixel { get; }

    /// <summary>
    /// Returns the ABI whose FB block has this length; 0 means a raw client, which uses LP64. Null if the ABI is not supported.
    /// </summary>
    public static Abi? FromFbBlockLength(uint length) => length switch
    {
        0 or 0x5d0 => Lp64,
        0x3d0 => Arm32,
        _ => null,
    };

    /// <summary>
    /// Returns the block headers of this ABI in file order: offset, type of eight characters, length, offset of the next block.
    /// </summary>
    public IEnumerable<(int Offset, string Type, int Length, int Next)> Blocks()
    {
        yield return (0, "MMM ░ ", FbBlock, FbBlock);
        yield return (FbBlock, "FB      ", FbBlockLength, EventsBlock);
        yield return (EventsBlock, "EVENTS  ", TextRingLayout.BlockLength, MessagesBlock);
        yield return (MessagesBlock, "MESSAGES", TextRingLayout.BlockLength, PcmBlock);
        yield return (PcmBlock, "PCM     ", PcmBlockLength, ValuesBlock);
        yield return (ValuesBlock, "VALUES  ", ValuesBlockLength, FbData);
        yield return (FbData, "FBDATA  ", 0, 0);
    }
}

/// <summary>The layout of a ring of texts: two i16 indices, 32 spare bytes, then the slots.</summary>
/// <param name="Read">Offset of the index of the slot that was read last, i16.</param>
internal readonly record struct TextRingLayout(int Read)
{
    /// <summary>Bytes of an EVENTS or MESSAGES block, including the header and the 4 bytes of padding at the end.</summary>
    public const int BlockLength = 16 + 36 + TextRing.Slots * TextRing.SlotLength + 4;

    /// <summary>Offset of the index of the slot that was written last, i16.</summary>
    public int Write => Read + 2;

    /// <summary>Offset of slot <paramref name="index"/>, 0..1023.</summary>
    public int Slot(int index) => Read + 36 + index * TextRing.SlotLength;
}
