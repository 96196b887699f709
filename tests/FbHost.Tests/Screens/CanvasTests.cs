using CsCheck;
using FbHost.Loop;
using FbHost.Screens;
using Mmm;

namespace FbHost.Tests.Screens;

/// <summary>A display that is drawn in shows the same as one that is written to.</summary>
public class CanvasTests
{
    private const int Width = 40, Height = 30;

    // Each of its pixels is another one with each picture; or it has none to give.
    private sealed class Paper : Surface
    {
        public Paper(Rect bounds) : base(SurfaceLevel.Client) => Bounds = bounds;

        public uint Picture { get; set; }

        public override bool Draw(Rect onScreen, Span<uint> pixels, int stride)
        {
            for (var y = 0; y < onScreen.Height && Picture % 5 > 0; y++)
            {
                for (var x = 0; x < onScreen.Width; x++)
                    pixels[y * stride + x] = 0xFF000000 | (Picture << 16) | (uint)((onScreen.Y + y) * Width + onScreen.X + x);
            }
            return Picture % 5 > 0;
        }
    }

    private sealed class Side : IDisposable
    {
        private readonly EventLoop _loop = new();
        private readonly List<Paper> _papers = [];
        private readonly Screen _screen;
        private readonly Cursor _cursor;

        public Side(bool hasCanvas)
        {
            Display = new KeptDisplay(Width, Height, hasCanvas);
            _screen = new Screen(_loop, Display);
            _cursor = new Cursor(_screen);
            _screen.Damage();
        }

        public KeptDisplay Display { get; }

        public void Do(int kind, Rect rect, uint picture)
        {
            switch (kind)
            {
                case 0 when _papers.Count < 4:
                    _papers.Add(new Paper(rect.Offset(-5, -5)) { Picture = picture });
                    _screen.Add(_papers[^1]);
                    break;
                case 1 when _papers.Count > 0:
                    var paper = _papers[(int)picture % _papers.Count];
                    paper.Picture = picture;
                    _screen.Damage(paper, rect);
                    break;
                case 2:
                    _cursor.MoveTo(rect.X, rect.Y);
                    break;
                case 3 when _papers.Count > 0:
                    _screen.Restack(_papers[(int)picture % _papers.Count], toTop: picture % 2 == 0);
                    break;
            }
            _screen.Paint();
            _screen.Flush();
        }

        public void Dispose() => _loop.Dispose();
    }

    private static readonly Gen<Rect> Rects =
        Gen.Select(Gen.Int[0, Width - 1], Gen.Int[0, Height - 1], Gen.Int[1, Width], Gen.Int[1, Height])
            .Select((x, y, width, height) => new Rect(x, y, width, height));

    [Fact]
    public void Whatever_is_painted_is_the_same() => Gen.Select(Gen.Int[0, 3], Rects, Gen.UInt[1, 200]).List[1, 20].Sample(steps =>
    {
        using Side drawn = new(hasCanvas: true), written = new(hasCanvas: false);
        foreach (var (kind, rect, picture) in steps)
        {
            drawn.Do(kind, rect, picture);
            written.Do(kind, rect, picture);
            Assert.Equal(written.Display.Pixels, drawn.Display.Pixels);
        }
    });
}
