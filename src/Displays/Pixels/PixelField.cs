namespace Displays.Pixels;

/// <summary>The position of one colour in a pixel's value: fb_bitfield of linux/fb.h.</summary>
/// <param name="Offset">The field's lowest bit, counted from the value's least significant bit.</param>
/// <param name="Length">The number of bits, 1 to 16.</param>
/// <param name="MsbRight">True if the field's bits are in reversed order: the most significant bit is at Offset.</param>
internal readonly record struct PixelField(int Offset, int Length, bool MsbRight = false)
{
    public const int MaxLength = 16;

    /// <summary>The largest value.</summary>
    public uint Max => (1u << Length) - 1;

    /// <summary>The field's bits in the pixel.</summary>
    public uint Mask => Max << Offset;

    /// <summary>Returns a value of 0 to Max shifted to its place in the pixel.</summary>
    public uint Place(uint value) => (MsbRight ? Reverse(value) : value) << Offset;

    /// <summary>Returns the field's value from a pixel.</summary>
    public uint Take(uint pixel)
    {
        var value = (pixel >> Offset) & Max;
        return MsbRight ? Reverse(value) : value;
    }

    /// <summary>
    /// Converts a colour of 0 to 255 to a value of the field. Threshold 127 rounds to nearest, 0 rounds down, 254 rounds up.
    /// </summary>
    public uint Scale(uint colour, uint threshold) => (colour * Max + threshold) / 255;

    /// <summary>Converts a value of the field to a colour of 0 to 255, rounded to nearest.</summary>
    public uint Widen(uint value) => (value * 255 + Max / 2) / Max;

    private uint Reverse(uint value)
    {
        var reversed = 0u;
        for (var i = 0; i < Length; i++)
            reversed |= ((value >> i) & 1) << (Length - 1 - i);
        return reversed;
    }

    public override string ToString() => $"{Offset}+{Length}{(MsbRight ? " msb right" : "")}";
}
