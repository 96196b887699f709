using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace View.Rfb;

/// <summary>Converts the host's pixels to a viewer's bytes by a table for each colour.</summary>
internal sealed class PixelWire
{
    private readonly uint[] _red;
    private readonly uint[] _green;
    private readonly uint[] _blue;
    private readonly bool _isNative;

    private PixelWire(int bytes, Func<int, uint> red, Func<int, uint> green, Func<int, uint> blue, bool isNative = false)
    {
        (Bytes, _isNative) = (bytes, isNative);
        (_red, _green, _blue) = (Table(red), Table(green), Table(blue));

        static uint[] Table(Func<int, uint> of) => [.. Enumerable.Range(0, 256).Select(of)];
    }

    /// <summary>Bytes of a pixel: 1 to 4.</summary>
    public int Bytes { get; }

    /// <summary>PIXEL: the viewer's format.</summary>
    public static PixelWire Pixel(PixelFormat format) => new(format.BitsPerPixel / 8, Of(format, format.RedMax, format.RedShift),
        Of(format, format.GreenMax, format.GreenShift), Of(format, format.BlueMax, format.BlueShift),
        format with { Depth = 24 } == PixelFormat.Native);

    /// <summary>CPIXEL of ZRLE: three bytes if all colours fit into them, else PIXEL.</summary>
    public static PixelWire Compact(PixelFormat format)
    {
        var isLow = format.UsedBits < 1u << 24;
        if (format.BitsPerPixel != 32 || format.Depth > 24 || (!isLow && (format.UsedBits & 0xFF) != 0))
            return Pixel(format);
        var drop = isLow == format.IsBigEndian ? 8 : 0; // the unused byte is the first one on the wire
        return new PixelWire(3, Of(format, format.RedMax, format.RedShift, drop), Of(format, format.GreenMax, format.GreenShift, drop),
            Of(format, format.BlueMax, format.BlueShift, drop));
    }

    /// <summary>TPIXEL of Tight: red, green, blue for 24-bit formats, else PIXEL.</summary>
    public static PixelWire Tight(PixelFormat format) =>
        format is { BitsPerPixel: 32, Depth: 24, RedMax: 255, GreenMax: 255, BlueMax: 255 }
            ? new PixelWire(3, c => (uint)c, c => (uint)c << 8, c => (uint)c << 16)
            : Pixel(format);

    // A colour's bits as a little-endian number of the bytes on the wire.
    private static Func<int, uint> Of(PixelFormat format, int max, int shift, int drop = 0) => c =>
    {
        var value = (uint)(((long)c * max + 127) / 255) << shift;
        if (format.IsBigEndian)
            value = BinaryPrimitives.ReverseEndianness(value) >> 32 - format.BitsPerPixel;
        return value >> drop;
    };

    /// <summary>Returns a pixel's bytes, the first one lowest.</summary>
    public uint Of(uint xrgb) => _red[xrgb >> 16 & 255] | _green[xrgb >> 8 & 255] | _blue[xrgb & 255];

    /// <summary>Writes one pixel.</summary>
    public void Write(uint xrgb, OutBuffer to)
    {
        var value = Of(xrgb);
        var bytes = to.Add(Bytes);
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)(value >> 8 * i);
    }

    /// <summary>Writes pixels.</summary>
    public void Write(ReadOnlySpan<uint> xrgb, OutBuffer to)
    {
        var bytes = to.Add(xrgb.Length * Bytes);
        switch (Bytes)
        {
            case 4 when _isNative:
                MemoryMarshal.AsBytes(xrgb).CopyTo(bytes);
                break;
            case 4:
                var words = MemoryMarshal.Cast<byte, uint>(bytes);
                for (var i = 0; i < words.Length; i++)
                    words[i] = Of(xrgb[i]);
                break;
            case 3:
                for (int i = 0, at = 0; i < xrgb.Length; i++, at += 3)
                {
                    var value = Of(xrgb[i]);
                    (bytes[at], bytes[at + 1], bytes[at + 2]) = ((byte)value, (byte)(value >> 8), (byte)(value >> 16));
                }
                break;
            case 2:
                var halves = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (var i = 0; i < halves.Length; i++)
                    halves[i] = (ushort)Of(xrgb[i]);
                break;
            default:
                for (var i = 0; i < bytes.Length; i++)
                    bytes[i] = (byte)Of(xrgb[i]);
                break;
        }
    }
}
