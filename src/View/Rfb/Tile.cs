using System.Numerics;
using Mmm;
using View.Host;

namespace View.Rfb;

/// <summary>A part of the picture of at most 64x64 pixels, with the number of its runs and colours.</summary>
internal sealed class Tile
{
    /// <summary>The most pixels across and down.</summary>
    public const int Side = 64;

    /// <summary>The most colours that are counted.</summary>
    public const int MostColours = 127;

    private const int Slots = 256, HopelessAfter = 512;
    private readonly uint[] _pixels = new uint[Side * Side];
    private readonly uint[] _colours = new uint[MostColours];
    private readonly byte[] _slots = new byte[Slots]; // 1 + the index of a colour; 0: free

    /// <summary>Pixels across.</summary>
    public int Width { get; private set; }

    /// <summary>Pixels down.</summary>
    public int Height { get; private set; }

    /// <summary>The pixels, 0xRRGGBB, without gaps.</summary>
    public ReadOnlySpan<uint> Pixels => _pixels.AsSpan(0, Width * Height);

    /// <summary>The colours, 0xRRGGBB, in the order in which they occur; empty if there are more than <see cref="MostColours"/>.</summary>
    public ReadOnlySpan<uint> Colours => _colours.AsSpan(0, HasManyColours ? 0 : ColourCount);

    /// <summary>Whether there are more colours than <see cref="MostColours"/>.</summary>
    public bool HasManyColours => ColourCount > MostColours;

    private int ColourCount { get; set; }

    /// <summary>Runs of one pixel, and of more.</summary>
    public (int Single, int Longer) Runs { get; private set; }

    /// <summary>The bytes of the lengths of all runs that are longer than one pixel.</summary>
    public int LengthBytes { get; private set; }

    /// <summary>Reads a part of the picture.</summary>
    public void Read(PixelMap map, Rect part)
    {
        (Width, Height) = (part.Width, part.Height);
        for (var y = 0; y < Height; y++)
            Masked(map.Row(part.X, part.Y + y, Width), _pixels.AsSpan(y * Width, Width));
        Count();
    }

    // Without the byte that has no meaning.
    private static void Masked(ReadOnlySpan<uint> from, Span<uint> to)
    {
        var mask = new Vector<uint>(0xFFFFFF);
        var i = 0;
        for (; i + Vector<uint>.Count <= from.Length; i += Vector<uint>.Count)
            (new Vector<uint>(from[i..]) & mask).CopyTo(to[i..]);
        for (; i < from.Length; i++)
            to[i] = from[i] & 0xFFFFFF;
    }

    private void Count()
    {
        _slots.AsSpan().Clear();
        (ColourCount, LengthBytes) = (0, 0);
        var pixels = Pixels;
        int single = 0, longer = 0;
        for (int at = 0, next; at < pixels.Length; at = next)
        {
            next = RunEnd(pixels, at);
            if (next - at == 1)
            {
                single++;
            }
            else
            {
                longer++;
                LengthBytes += 1 + (next - at - 1) / 255;
            }
            if (!HasManyColours)
                NoteColour(pixels[at]);
            else if (at > HopelessAfter && 2 * (single + longer) > at)
                break; // it will be sent as it is
        }
        Runs = (single, longer);
    }

    /// <summary>Returns the index after a run.</summary>
    public static int RunEnd(ReadOnlySpan<uint> pixels, int at)
    {
        var colour = pixels[at++];
        if (at == pixels.Length || pixels[at] != colour)
            return at;
        var length = pixels[at..].IndexOfAnyExcept(colour);
        return length < 0 ? pixels.Length : at + length;
    }

    private void NoteColour(uint colour)
    {
        var slot = SlotOf(colour);
        if (_slots[slot] != 0)
            return;
        if (ColourCount < MostColours)
        {
            _colours[ColourCount] = colour;
            _slots[slot] = (byte)(ColourCount + 1);
        }
        ColourCount++;
    }

    // The colour's slot, or the free one for it.
    private int SlotOf(uint colour)
    {
        var slot = colour * 0x9E3779B1 >> 24;
        while (_slots[slot] != 0 && _colours[_slots[slot] - 1] != colour)
            slot = (slot + 1) % Slots;
        return (int)slot;
    }

    /// <summary>Returns the index of one of <see cref="Colours"/>.</summary>
    public int IndexOf(uint colour) => _slots[SlotOf(colour)] - 1;
}
