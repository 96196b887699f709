using CsCheck;
using Mmm;

namespace Displays.Tests;

public class MirrorPlaceTests
{
    [Theory]
    [InlineData(800, 480, 800, 480, 0, 0, 800, 480)]
    [InlineData(800, 480, 1920, 1080, 160, 60, 1600, 960)] // twice
    [InlineData(800, 480, 1024, 768, 112, 144, 800, 480)] // centred
    [InlineData(1920, 1080, 1280, 720, 0, 0, 1280, 720)]
    [InlineData(1920, 1080, 800, 600, 0, 75, 800, 450)]
    public void A_picture_is_enlarged_by_a_whole_number_or_made_to_fit(int w, int h, int ow, int oh, int x, int y, int pw, int ph) =>
        Assert.Equal(new Rect(x, y, pw, ph), new MirrorPlace((w, h), (ow, oh)).Bounds);

    // Parts that cover the picture give the same as the whole picture, and nothing beside their place is written.
    [Fact]
    public void Parts_give_the_same_picture_as_the_whole() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[1, 90], Gen.Int[1, 90], Gen.Int).Sample((w, h, ow, oh, seed) =>
        {
            var random = new Random(seed);
            uint[] picture = [.. Enumerable.Range(1, w * h).Select(i => (uint)i)];
            var place = new MirrorPlace((w, h), (ow, oh));
            var whole = new uint[ow * oh];
            Assert.Equal(place.Bounds, place.Copy(new Rect(0, 0, w, h), picture, whole));
            var parts = new uint[ow * oh];
            var (splitX, splitY) = (random.Next(w + 1), random.Next(h + 1));
            foreach (var part in (Rect[])[new(0, 0, splitX, splitY), new(splitX, 0, w - splitX, splitY),
                new(0, splitY, splitX, h - splitY), new(splitX, splitY, w - splitX, h - splitY)])
            {
                var before = parts.ToArray();
                var to = place.Copy(part, picture, parts);
                for (var i = 0; i < parts.Length; i++)
                {
                    if (!to.Contains(i % ow, i / ow))
                        Assert.Equal(before[i], parts[i]);
                }
            }
            Assert.Equal(whole, parts);
            Assert.Equal(place.Bounds.Width * place.Bounds.Height, whole.Count(p => p != 0));
        });
}
