using CsCheck;
using FbHost.Clients;
using Mmm;

namespace FbHost.Tests;

/// <summary>Where pictures are placed and how they are scaled, against simple models.</summary>
public class PlacementTests
{
    private static readonly Gen<(PlaceRule Rule, int W, int H, int Sw, int Sh, int Seed)> Cases =
        Gen.Select(Gen.Int[0, 3], Gen.Int[1, 50], Gen.Int[1, 50], Gen.Int[1, 120], Gen.Int[1, 120], Gen.Int)
        .Select((rule, w, h, sw, sh, seed) => ((PlaceRule)rule, w, h, sw, sh, seed));

    [Fact]
    public void Each_pixel_of_the_screen_belongs_to_a_pixel_of_the_picture_and_is_in_its_damage() => Cases.Sample(c =>
    {
        var place = Placement.Of(c.Rule, (c.W, c.H), (3, -2), (c.Sw, c.Sh));
        Assert.Equal(c.Rule == PlaceRule.Fit, place.IsFiltered);
        if (c.Rule == PlaceRule.Fit)
            Assert.True(Math.Abs(place.Bounds.Width - c.Sw) <= 1 || Math.Abs(place.Bounds.Height - c.Sh) <= 1);
        var random = new Random(c.Seed);
        for (var i = 0; i < 20; i++)
        {
            var (x, y) = (place.Bounds.X + random.Next(place.Bounds.Width), place.Bounds.Y + random.Next(place.Bounds.Height));
            var (px, py) = place.ToPicture(x, y);
            Assert.InRange(px, 0, c.W - 1);
            Assert.InRange(py, 0, c.H - 1);
            Assert.True(place.ToScreen(new Rect(px, py, 1, 1)).Contains(x, y));
        }
        Assert.Equal(place.Bounds, place.ToScreen(new Rect(0, 0, c.W, c.H)));
    });

    // However the damage is divided, the parts give the picture of the whole; one colour stays that colour.
    [Fact]
    public void A_part_is_scaled_to_the_same_pixels_as_in_the_whole() => Cases.Sample(c =>
    {
        var place = Placement.Of(c.Rule == PlaceRule.TopLeft ? PlaceRule.Fit : c.Rule, (c.W, c.H), (0, 0), (c.Sw, c.Sh));
        var random = new Random(c.Seed);
        uint[] picture = [.. Enumerable.Range(0, c.W * c.H).Select(_ => 0xFF000000 | (uint)random.Next(1 << 24))];
        bool Read(Rect part, Span<uint> pixels)
        {
            for (var y = 0; y < part.Height; y++)
                picture.AsSpan((part.Y + y) * c.W + part.X, part.Width).CopyTo(pixels[(y * part.Width)..]);
            return true;
        }
        var scaler = new PictureScaler();
        var (width, height) = (place.Bounds.Width, place.Bounds.Height);
        var whole = new uint[width * height];
        Assert.True(scaler.Draw(place, place.Bounds, whole, width, Read));
        var (left, top) = (random.Next(width), random.Next(height));
        var part = new Rect(place.Bounds.X + left, place.Bounds.Y + top, 1 + random.Next(width - left), 1 + random.Next(height - top));
        var some = new uint[part.Width * part.Height];
        Assert.True(scaler.Draw(place, part, some, part.Width, Read));
        for (var y = 0; y < part.Height; y++)
            Assert.Equal(whole.AsSpan((top + y) * width + left, part.Width), some.AsSpan(y * part.Width, part.Width));
        if (!place.IsFiltered)
        {
            var (px, py) = place.ToPicture(part.X, part.Y);
            Assert.Equal(picture[py * c.W + px], some[0]);
        }
        picture.AsSpan().Fill(0xFF1234AB);
        Assert.True(scaler.Draw(place, place.Bounds, whole, width, Read));
        Assert.All(whole, p => Assert.Equal(0xFF1234AB, p));
    });

    [Fact]
    public void Between_two_pixels_the_filter_mixes_them()
    {
        uint[] picture = [0xFF000000, 0xFFFFFFFF];
        var place = Placement.Of(PlaceRule.Fit, (2, 1), (0, 0), (8, 4));
        var row = new uint[8];
        new PictureScaler().Draw(place, place.Bounds with { Height = 1 }, row, 8, (part, pixels) =>
        {
            picture.AsSpan(part.X, part.Width).CopyTo(pixels);
            return true;
        });
        Assert.Equal([0, 0, 0x20, 0x60, 0x9F, 0xDF, 0xFF, 0xFF], row.Select(p => (int)(p & 0xFF)));
    }
}
