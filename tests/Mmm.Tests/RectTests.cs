using CsCheck;

namespace Mmm.Tests;

public class RectTests
{
    private static readonly Gen<Rect> Small =
        Gen.Select(Gen.Int[-6, 6], Gen.Int[-6, 6], Gen.Int[-2, 8], Gen.Int[-2, 8]).Select((x, y, w, h) => new Rect(x, y, w, h));

    private static readonly Gen<Rect> Extreme =
        Gen.Select(Number, Number, Number, Number).Select((x, y, w, h) => new Rect(x, y, w, h));

    private static Gen<int> Number => Gen.OneOf(Gen.Int, Gen.OneOf(int.MinValue, int.MaxValue, -1, 0, 1, int.MaxValue - 1));

    private static HashSet<(int, int)> Pixels(Rect r)
    {
        var set = new HashSet<(int, int)>();
        for (var y = 0; y < r.Height; y++)
            for (var x = 0; x < r.Width; x++)
                set.Add((r.X + x, r.Y + y));
        return set;
    }

    [Fact]
    public void Intersect_holds_the_pixels_that_both_hold() => Gen.Select(Small, Small).Sample((a, b) =>
    {
        var both = Pixels(a);
        both.IntersectWith(Pixels(b));
        Assert.True(both.SetEquals(Pixels(a.Intersect(b))));
    });

    [Fact]
    public void Union_is_the_smallest_rectangle_around_both() => Gen.Select(Small, Small).Sample((a, b) =>
    {
        var either = Pixels(a);
        either.UnionWith(Pixels(b));
        var union = a.Union(b);
        if (either.Count == 0)
        {
            Assert.True(union.IsEmpty);
            return;
        }
        int x0 = either.Min(p => p.Item1), y0 = either.Min(p => p.Item2), x1 = either.Max(p => p.Item1), y1 = either.Max(p => p.Item2);
        Assert.Equal(new Rect(x0, y0, x1 - x0 + 1, y1 - y0 + 1), union);
    });

    [Fact]
    public void Contains_is_true_for_the_pixels_inside() => Gen.Select(Small, Gen.Int[-9, 16], Gen.Int[-9, 16]).Sample((r, x, y) =>
        Assert.Equal(Pixels(r).Contains((x, y)), r.Contains(x, y)));

    [Fact]
    public void Extreme_numbers_never_overflow_an_intersection() => Gen.Select(Extreme, Extreme).Sample((a, b) =>
    {
        var r = a.Intersect(b);
        if (r.IsEmpty)
            return;
        foreach (var outer in new[] { a, b })
        {
            Assert.True(r.X >= outer.X && r.Y >= outer.Y);
            Assert.True((long)r.X + r.Width <= (long)outer.X + outer.Width && (long)r.Y + r.Height <= (long)outer.Y + outer.Height);
        }
    });

    [Fact]
    public void Extreme_numbers_never_overflow_a_union() => Gen.Select(Extreme, Extreme).Sample((a, b) =>
    {
        var r = a.Union(b);
        if (a.IsEmpty || b.IsEmpty)
        {
            Assert.Equal(a.IsEmpty ? b : a, r);
            return;
        }
        var right = Math.Max((long)a.X + a.Width, (long)b.X + b.Width);
        var bottom = Math.Max((long)a.Y + a.Height, (long)b.Y + b.Height);
        Assert.Equal((Math.Min(a.X, b.X), Math.Min(a.Y, b.Y)), (r.X, r.Y));
        Assert.Equal(Math.Min(int.MaxValue, right - r.X), r.Width); // what a width can say
        Assert.Equal(Math.Min(int.MaxValue, bottom - r.Y), r.Height);
    });

    [Fact]
    public void Extreme_rectangles_contain_their_own_corners() => Extreme.Where(r => !r.IsEmpty).Sample(r =>
    {
        Assert.True(r.Contains(r.X, r.Y));
        var x = (int)Math.Min(int.MaxValue - 1L, (long)r.X + r.Width - 1);
        var y = (int)Math.Min(int.MaxValue - 1L, (long)r.Y + r.Height - 1);
        Assert.True(r.Contains(x, y) || r.X == int.MaxValue || r.Y == int.MaxValue);
        Assert.True(r.Right > r.X || r.X == int.MaxValue);
        Assert.True(r.Bottom > r.Y || r.Y == int.MaxValue);
    });
}
