using CsCheck;
using Mmm;

namespace Displays.Tests;

public class BufferDamageTests
{
    private const int Width = 24, Height = 16;

    private enum Kind
    {
        Write,
        Flush,
        FlipDone,
        FlipFails,
        ModeSet,
    }

    private static readonly Gen<Rect> Rects =
        Gen.Select(Gen.Int[0, Width - 1], Gen.Int[0, Height - 1], Gen.Int[1, Width], Gen.Int[1, Height])
            .Select((x, y, w, h) => new Rect(x, y, Math.Min(w, Width - x), Math.Min(h, Height - y)));

    private static readonly Gen<(Kind Kind, Rect Rect)> Small = Gen.Select(Gen.Int[0, Width - 3], Gen.Int[0, Height - 3])
        .Select((x, y) => (Kind.Write, new Rect(x, y, 2, 2)));

    private static readonly Gen<(Kind Kind, Rect Rect)> Steps = Gen.Frequency(
        (6, Small),
        (2, Rects.Select(r => (Kind.Write, r))),
        (6, Gen.Enum<Kind>().Select(k => (k == Kind.Write ? Kind.Flush : k, default(Rect)))));

    /// <summary>Two buffers and a shadow as the display keeps them: every write has a number of its own.</summary>
    private sealed class Model
    {
        private readonly BufferDamage _damage = new(Width, Height);
        private readonly int[][] _buffers = [new int[Width * Height], new int[Width * Height]];
        private int _front;
        private int _writes;

        public int[] Shadow { get; } = new int[Width * Height];

        public int[] Shown => _buffers[_front];

        public bool Pending => _damage.FlipPending;

        public void Do(Kind kind, Rect rect)
        {
            switch (kind)
            {
                case Kind.Write:
                    _writes++;
                    Copy(rect, [.. Enumerable.Repeat(_writes, Width * Height)], Shadow);
                    _damage.Add(rect);
                    break;
                case Kind.Flush:
                    Flush(mayFlip: true);
                    break;
                case Kind.FlipDone when Pending:
                    _front = 1 - _front;
                    _damage.Flipped();
                    break;
                case Kind.FlipFails when Pending:
                    _damage.FlipFailed();
                    break;
                case Kind.ModeSet when !Pending:
                    Array.Fill(_buffers[0], -1);
                    Array.Fill(_buffers[1], -1);
                    _damage.AddAll();
                    Flush(mayFlip: false);
                    break;
            }
        }

        private void Flush(bool mayFlip)
        {
            var before = Pending;
            switch (_damage.Next(mayFlip))
            {
                case Presentation.Front:
                    Copies(_front);
                    break;
                case Presentation.Flip:
                    Assert.True(mayFlip && !before);
                    Copies(1 - _front);
                    Assert.Equal(Shadow, _buffers[1 - _front]);
                    break;
            }
            Assert.True(Pending || Shown.AsSpan().SequenceEqual(Shadow), "after a flush without a flip the shown buffer is the shadow");
        }

        private void Copies(int to)
        {
            Assert.InRange(_damage.Copy.Length, 1, RectSet.Capacity);
            foreach (var r in _damage.Copy)
                Copy(r, Shadow, _buffers[to]);
        }

        private static void Copy(Rect rect, int[] from, int[] to)
        {
            for (var y = rect.Y; y < rect.Bottom; y++)
                Array.Copy(from, y * Width + rect.X, to, y * Width + rect.X, rect.Width);
        }
    }

    [Fact]
    public void Whatever_is_written_and_flipped_the_shown_buffer_ends_as_the_shadow() => Steps.Array[1, 60].Sample(steps =>
    {
        var model = new Model();
        foreach (var (kind, rect) in steps)
            model.Do(kind, rect);
        model.Do(Kind.FlipDone, default);
        model.Do(Kind.Flush, default);
        model.Do(Kind.FlipDone, default);
        Assert.Equal(model.Shadow, model.Shown);
    }, iter: 20_000);

    [Fact]
    public void A_picture_written_in_bands_is_one_rectangle()
    {
        var damage = new BufferDamage(800, 480);
        for (var y = 0; y < 480; y += 40)
            damage.Add(new Rect(0, y, 800, 40));
        Assert.Equal(Presentation.Flip, damage.Next());
        Assert.Equal([new Rect(0, 0, 800, 480)], damage.Copy.ToArray());
    }

    [Fact]
    public void A_small_change_goes_to_the_shown_buffer_and_with_the_next_flip_to_the_other()
    {
        var damage = new BufferDamage(800, 480);
        damage.Add(new Rect(10, 20, 64, 64));
        Assert.Equal(Presentation.Front, damage.Next());
        damage.Add(new Rect(0, 240, 800, 240));
        Assert.Equal(Presentation.Flip, damage.Next());
        Assert.Equal([new Rect(0, 240, 800, 240), new Rect(10, 20, 64, 64)], damage.Copy.ToArray());
        damage.Add(new Rect(0, 0, 8, 8));
        Assert.Equal(Presentation.Nothing, damage.Next());
        damage.Flipped();
        Assert.Equal(Presentation.Front, damage.Next());
    }

    [Fact]
    public void A_set_of_rectangles_covers_all_that_was_added() => Rects.Array[0, 100].Sample(rects =>
    {
        var set = new RectSet();
        foreach (var r in rects)
            set.Add(r);
        return set.Rects.Length <= RectSet.Capacity && rects.All(r => Enumerable.Range(r.Y, r.Height).All(y =>
            Enumerable.Range(r.X, r.Width).All(x => set.Rects.ToArray().Any(s => s.Contains(x, y)))));
    }, iter: 2_000);
}
