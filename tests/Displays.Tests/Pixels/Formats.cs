using CsCheck;
using Displays.Pixels;

namespace Displays.Tests.Pixels;

/// <summary>Layouts and pictures for the properties.</summary>
internal static class Formats
{
    public static readonly Gen<uint> Pixel = Gen.Frequency(
        (6, Gen.UInt), (2, Gen.UInt[0, 255].Select(v => 0xFF000000 | v * 0x010101)), (1, OneOf<uint>(0, 0xFFFFFF, 0xFF000000, 0xFFFFFFFF)));

    /// <summary>Every name, in both orders of bits.</summary>
    public static readonly PixelLayout[] Named =
        [.. NamedLayouts.Forms.Split(", ").SelectMany(n => new[] { Of(n), Of(n + "-be") }).Distinct()];

    /// <summary>The formats with vectors.</summary>
    public static readonly PixelLayout[] Fast = [.. "xrgb8888 xbgr8888 rgb888 bgr888 rgb565 bgr565 grey8".Split(' ').Select(Of)];

    /// <summary>Three fields anywhere in a pixel of any size, any of them reversed.</summary>
    public static readonly Gen<PixelLayout> AnyColours = Gen.Select(
            Gen.Int[3, 32], Gen.Int[1, 11].Array[3], Gen.Bool.Array[3], Gen.Bool, Gen.Int[0, 5])
        .Select((bits, lengths, reversed, bigEndian, order) =>
        {
            var fields = new PixelField[3];
            var at = 0;
            for (var i = 0; i < 3; i++)
            {
                var length = Math.Min(lengths[i], bits - at - (2 - i));
                fields[(i + order) % 3] = new PixelField(at, length, reversed[i]);
                at += length;
            }
            return FromFields(bits, fields[0], fields[1], fields[2], bigEndian: bigEndian);
        });

    public static readonly Gen<PixelLayout> Any = Gen.OneOf(OneOf(Named), AnyColours);

    public static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    public static PixelLayout Of(string name) => NamedLayouts.Parse(name, out var fault) ?? throw new ArgumentException(fault);

    public static PixelLayout FromFields(int bits, PixelField red, PixelField green,
        PixelField blue, PixelVisual visual = PixelVisual.TrueColor,
        bool grayscale = false, bool bigEndian = false) =>
        PixelLayout.FromFramebuffer(bits, red, green, blue, grayscale, visual, bigEndian, out var fault)
        ?? throw new ArgumentException(fault);
}
