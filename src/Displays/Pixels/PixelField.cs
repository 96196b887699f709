namespace Displays.Pixels;

/// <summary>Where one colour lies in a pixel's value: fb_bitfield of linux/fb.h.</summary>
/// <param name="Offset">The field's lowest bit, counted from the value's least significant one.</param>
/// <param name="Length">Bits, 1 to 16.</param>
/// <param name="MsbRight">The field's bits stand in reversed order: its most significant one is at Offset.</param>
internal readonly record struct PixelField(int Offset, int Length, bool MsbRight = false)
{
    public const int MaxLength = 16;

    /// <summary>The largest value.</summary>
    public uint Max => (1u << Length) - 1;

    /// <summary>The field's bits in the pixel.</summary>
    public uint Mask => Max << Offset;

    /// <summary>A value 0 to Max at its place.</summary>
    public uint Place(uint value) => (MsbRight ? Reverse(value) : value) << Offset;

    /// <summary>The value in a pixel.</summary>
    public uint Take(uint pixel)
    {
        var value = (pixel >> Offset) & Max;
        return MsbRight ? Reverse(value) : value;
    }

    /// <summary>A colour of 0 to 255 as a value of the field, rounded to nearest at threshold 127, down at 0, up at 254.</summary>
    public uint Scale(uint colour, uint threshold) => (colour * Max + threshold) / 255;

    /// <summary>A value of the field as a colour of 0 to 255, to nearest.</summary>
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
