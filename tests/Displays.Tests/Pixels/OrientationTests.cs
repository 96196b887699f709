using CsCheck;
using Displays.Pixels;
using Mmm;

namespace Displays.Tests.Pixels;

/// <summary>All sixteen ways to hang a panel, against pixels that are mirrored and turned one by one.</summary>
public class OrientationTests
{
    private static readonly Gen<Way> AnyWay = Gen.Select(Formats.OneOf(0, 90, 180, 270), Gen.Bool, Gen.Bool, (d, x, y) => new Way(d, x, y));

    private sealed record Way(int Degrees, bool MirrorX, bool MirrorY)
    {
        public Orientation Orientation => Displays.Pixels.Orientation.Make(Degrees, MirrorX, MirrorY, out _)!.Value;

        /// <summary>The panel's pixel of a client's, from the words alone.</summary>
        public (int X, int Y) Model(int x, int y, int width, int height)
        {
            if (MirrorX) x = width - 1 - x;
            if (MirrorY) y = height - 1 - y;
            for (var turned = 0; turned < Degrees; turned += 90)
            {
                (x, y) = (height - 1 - y, x);
                (width, height) = (height, width);
            }
            return (x, y);
        }
    }

    [Fact]
    public void Pixels_land_where_the_model_puts_them_and_nowhere_else() =>
        Gen.Select(AnyWay, Gen.Int[0, 75], Gen.Int[0, 75], Gen.Int[0, 9], Gen.Int[0, 9], Gen.Int[0, 5]).Sample(
            (way, width, height, more, moreThere, at) =>
        {
            var (panelWidth, panelHeight) = way.Orientation.Size(width, height);
            var (stride, panelStride) = (width + more, panelWidth + moreThere);
            var source = Enumerable.Range(1, at + stride * height).Select(i => (uint)i).ToArray();
            var (panel, expected) = (new uint[at + panelStride * panelHeight + 8], new uint[at + panelStride * panelHeight + 8]);
            for (var y = 0; y < height; y++)
                for (var x = 0; x < width; x++)
                {
                    var (px, py) = way.Model(x, y, width, height);
                    expected[at + py * panelStride + px] = source[at + y * stride + x];
                }
            way.Orientation.Copy(source.AsSpan(at), stride, width, height, panel.AsSpan(at), panelStride);
            Assert.Equal(expected, panel);
        }, iter: 1000);

    [Fact]
    public void A_rectangle_covers_the_panel_pixels_of_its_own_and_they_map_back() =>
        Gen.Select(AnyWay, Gen.Int[1, 12], Gen.Int[1, 12], Gen.Int[0, 11], Gen.Int[0, 11], Gen.Int[1, 12], Gen.Int[1, 12])
            .Sample((way, width, height, x, y, w, h) =>
        {
            var rect = new Rect(x, y, w, h).Intersect(new Rect(0, 0, width, height));
            var (panelWidth, panelHeight) = way.Orientation.Size(width, height);
            Assert.Equal((width, height), way.Orientation.Size(panelWidth, panelHeight));
            var onPanel = way.Orientation.ToPanel(rect, panelWidth, panelHeight);
            Assert.Equal(rect.Width * rect.Height, onPanel.Width * onPanel.Height);
            for (var i = 0; i < rect.Width * rect.Height; i++)
            {
                var (cx, cy) = (rect.X + i % rect.Width, rect.Y + i / rect.Width);
                var (px, py) = way.Model(cx, cy, width, height);
                Assert.True(onPanel.Contains(px, py));
                Assert.Equal((cx, cy), way.Orientation.ToClient(px, py, panelWidth, panelHeight));
            }
        });

    [Fact]
    public void Fractions_map_as_pixels_do_and_corners_are_exact() =>
        AnyWay.Sample(way =>
        {
            var (panelWidth, panelHeight) = way.Orientation.Size(2, 2);
            for (var i = 0; i < 4; i++)
            {
                var (x, y) = way.Orientation.ToClient(i % 2, i / 2, panelWidth, panelHeight);
                Assert.Equal((x, y), way.Orientation.ToClient((double)(i % 2), i / 2));
            }
            Assert.Equal((0.5, 0.5), way.Orientation.ToClient(0.5, 0.5));
        });

    [Fact]
    public void At_90_degrees_a_client_pixel_is_panel_pixel_panelWidth_1_y_and_x()
    {
        var at90 = new Way(90, false, false).Orientation;
        Assert.Equal((480, 800), at90.Size(800, 480));
        Assert.Equal(new Rect(480 - 1 - 20, 10, 1, 1), at90.ToPanel(new Rect(10, 20, 1, 1), 480, 800));
        Assert.Equal((10, 20), at90.ToClient(459, 10, 480, 800));
        Assert.True(new Way(0, false, false).Orientation.IsUpright);
        Assert.True(new Way(180, true, true).Orientation.IsUpright);
    }

    [Fact]
    public void Eight_of_the_sixteen_differ() => Assert.Equal(8,
        (from d in new[] { 0, 90, 180, 270 } from x in new[] { false, true } from y in new[] { false, true }
            select new Way(d, x, y).Orientation).Distinct().Count());

    [Theory]
    [InlineData(45)]
    [InlineData(-90)]
    [InlineData(360)]
    public void Other_angles_are_refused(int degrees)
    {
        Assert.Null(Orientation.Make(degrees, false, false, out var fault));
        Assert.Equal("it must be 0, 90, 180 or 270 (degrees clockwise)", fault);
    }

    [Fact]
    public void Spans_that_are_too_short_are_refused() =>
        Gen.Select(AnyWay, Gen.Int[1, 40], Gen.Int[1, 40]).Sample((way, width, height) =>
        {
            var (panelWidth, _) = way.Orientation.Size(width, height);
            var (all, less) = (new uint[width * height], new uint[width * height - 1]);
            Assert.Throws<ArgumentException>(() => way.Orientation.Copy(less, width, width, height, all, panelWidth));
            Assert.Throws<ArgumentException>(() => way.Orientation.Copy(all, width, width, height, less, panelWidth));
            Assert.Throws<ArgumentException>(() => way.Orientation.Copy(all, width - 1, width, height, all, panelWidth));
            Assert.Throws<ArgumentException>(() => way.Orientation.Copy(all, width, width, height, all, panelWidth - 1));
        });

    [Fact]
    public void Turning_allocates_nothing()
    {
        var (from, to) = (new uint[100 * 50], new uint[100 * 50]);
        AnyWay.Array[16].Sample(ways =>
        {
            foreach (var way in ways)
            {
                var orientation = way.Orientation;
                Allocations.AssertNone(() => orientation.Copy(from, 100, 100, 50, to, orientation.Size(100, 50).Width));
            }
        }, iter: 4, threads: 1);
    }
}
