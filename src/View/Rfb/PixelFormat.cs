using System.Buffers.Binary;

namespace View.Rfb;

/// <summary>A viewer's true-colour pixel format: PIXEL_FORMAT of RFC 6143, section 7.4.</summary>
/// <param name="BitsPerPixel">8, 16 or 32.</param>
/// <param name="Depth">The bits that count.</param>
/// <param name="IsBigEndian">The order of a pixel's bytes.</param>
/// <param name="RedMax">The largest value of red; green and blue likewise.</param>
/// <param name="GreenMax">The largest value of green.</param>
/// <param name="BlueMax">The largest value of blue.</param>
/// <param name="RedShift">The place of red's lowest bit; green and blue likewise.</param>
/// <param name="GreenShift">The place of green's lowest bit.</param>
/// <param name="BlueShift">The place of blue's lowest bit.</param>
internal sealed record PixelFormat(
    int BitsPerPixel, int Depth, bool IsBigEndian, int RedMax, int GreenMax, int BlueMax, int RedShift, int GreenShift, int BlueShift)
{
    /// <summary>The length of a PIXEL_FORMAT.</summary>
    public const int Bytes = 16;

    /// <summary>The format of the host's pixels, which viewers get unless they set another.</summary>
    public static readonly PixelFormat Native = new(32, 24, false, 255, 255, 255, 16, 8, 0);

    /// <summary>Reads a PIXEL_FORMAT. Returns null if it cannot be served: a colour map, or colours outside the pixel.</summary>
    public static PixelFormat? TryRead(ReadOnlySpan<byte> bytes)
    {
        var format = new PixelFormat(bytes[0], bytes[1], bytes[2] != 0, U16(bytes[4..]), U16(bytes[6..]), U16(bytes[8..]),
            bytes[10], bytes[11], bytes[12]);
        return bytes[3] != 0 && format.BitsPerPixel is 8 or 16 or 32 && format.Fits(format.RedMax, format.RedShift)
            && format.Fits(format.GreenMax, format.GreenShift) && format.Fits(format.BlueMax, format.BlueShift) ? format : null;

        static int U16(ReadOnlySpan<byte> at) => BinaryPrimitives.ReadUInt16BigEndian(at);
    }

    private bool Fits(int max, int shift) => shift < BitsPerPixel && (long)max << shift < 1L << BitsPerPixel;

    /// <summary>Writes a PIXEL_FORMAT.</summary>
    public void Write(OutBuffer to)
    {
        to.U8(BitsPerPixel);
        to.U8(Depth);
        to.U8(IsBigEndian ? 1 : 0);
        to.U8(1);
        to.U16(RedMax);
        to.U16(GreenMax);
        to.U16(BlueMax);
        to.U8(RedShift);
        to.U8(GreenShift);
        to.U8(BlueShift);
        to.Bytes([0, 0, 0]);
    }

    /// <summary>The bits of a pixel that a colour uses.</summary>
    public uint UsedBits => (uint)(RedMax << RedShift | GreenMax << GreenShift | BlueMax << BlueShift);
}
