using System.Runtime.InteropServices;
using CsCheck;
using Mmm.Hosting;
using Mmm.Protocol;

namespace Mmm.Tests;

/// <summary>A client's numbers, all of them hostile.</summary>
public class ClientStateTests
{
    private static readonly Gen<int> Hostile = Gen.OneOf(Gen.Int[-2, 80], Gen.Int, Gen.OneOf(
        int.MinValue, int.MaxValue, int.MaxValue - 3, -1, 0, 1, 4, 16384, 16385, 65536, 0x48c70));

    private static readonly Gen<ClientState> Lies =
        Gen.Select(Hostile, Hostile, Hostile, Hostile, Gen.Select(Hostile, Hostile, Hostile, Hostile)).Select((w, h, stride, offset, d) =>
            State(w, h, stride, offset, new Rect(d.Item1, d.Item2, d.Item3, d.Item4)));

    // Small and mostly valid, so that the interesting property is reached often.
    private static readonly Gen<ClientState> Plausible =
        Gen.Select(Gen.Int[1, 20], Gen.Int[1, 20], Gen.Int[0, 3], Gen.Int[0, 400], Gen.Select(Hostile, Hostile, Hostile, Hostile))
            .Select((w, h, extra, offset, d) =>
                State(w, h, (w + extra) * 4, offset, new Rect(d.Item1, d.Item2, d.Item3, d.Item4)));

    private static ClientState State(int width, int height, int stride, int offset,
        Rect damage = default, double x = 0, double y = 0) => new()
    {
        Width = width,
        Height = height,
        Stride = stride,
        FbOffset = offset,
        Damage = damage,
        X = x,
        Y = y,
        Z = 0,
        Flip = FlipState.WaitFlip,
        DesiredWidth = width,
        DesiredHeight = height,
    };

    [Fact]
    public void A_state_without_fault_has_all_its_pixels_inside_the_file() =>
        Gen.Select(Gen.OneOf(Lies, Plausible), Gen.OneOf(Gen.Long[0, 4000], Gen.Long[0, 1L << 33])).Sample((state, length) =>
        {
            if (state.Fault(length) != null)
                return;
            Assert.True(state.Width is >= 1 and <= 16384 && state.Height is >= 1 and <= 16384);
            Assert.True(state.FbOffset >= 0 && state.Stride >= (long)state.Width * 4);
            Assert.True(state.FbOffset + (long)state.Stride * (state.Height - 1) + state.Width * 4L <= length);
        }, iter: 50_000);

    [Fact]
    public void The_damage_inside_is_inside() => Gen.OneOf(Lies, Plausible).Sample(state =>
    {
        if (state.Fault(long.MaxValue) != null)
            return;
        var damage = state.DamageInside();
        Assert.True(damage.IsEmpty || (damage.X >= 0 && damage.Y >= 0 && damage.Right <= state.Width && damage.Bottom <= state.Height));
        if (state.Damage.IsEmpty)
            Assert.Equal(new Rect(0, 0, state.Width, state.Height), damage);
    }, iter: 50_000);

    [Fact]
    public void Damage_of_a_faultless_state_is_read_wholly_and_exactly()
    {
        using var directory = new MmmDirectory();
        using var raw = RawFile.RawClient(directory["fb.1"]);
        const int length = 2500;
        raw.SetLength(0x48c70 + length);
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        raw.Put(0x48c70, bytes);
        using var file = MmmDirectory.OpenFile(raw.Path);
        var read = 0;
        Gen.Select(Plausible, Gen.Int[0, 3]).Sample((state, extra) =>
        {
            state = state with { FbOffset = state.FbOffset + 0x48c70 };
            if (state.Fault(0x48c70 + length) != null)
                return;
            var damage = state.DamageInside();
            if (damage.IsEmpty)
                return;
            var stride = damage.Width + extra;
            var pixels = new uint[stride * damage.Height];
            Assert.True(file.ReadPixels(state, damage, pixels, stride));
            for (var y = 0; y < damage.Height; y++)
                for (var x = 0; x < damage.Width; x++)
                {
                    var at = state.FbOffset - 0x48c70 + (damage.Y + y) * state.Stride + (damage.X + x) * 4;
                    Assert.Equal(BitConverter.ToUInt32(bytes, at), pixels[y * stride + x]);
                }
            Interlocked.Increment(ref read);
        }, iter: 3000);
        Assert.True(read > 500, $"only {read} were read");
    }

    [Fact]
    public void Parts_of_any_width_and_more_rows_than_one_call_takes_are_read_exactly()
    {
        const int width = 1800, height = 150;
        using var directory = new MmmDirectory();
        using var raw = RawFile.RawClient(directory["fb.1"], width, height);
        var bytes = new byte[width * height * 4];
        new Random(2).NextBytes(bytes);
        raw.Put(0x48c70, bytes);
        raw.SetLength(0x48c70 + bytes.Length);
        using var file = MmmDirectory.OpenFile(raw.Path);
        Gen.Select(Gen.Int[0, width - 1], Gen.Int[0, height - 1], Gen.Int[1, width], Gen.Int[1, height], Gen.Int[0, 5])
            .Sample((x, y, w, h, extra) =>
        {
            var rect = new Rect(x, y, w, h).Intersect(new Rect(0, 0, width, height));
            var stride = rect.Width + extra;
            var pixels = new uint[stride * rect.Height];
            Assert.True(file.ReadPixels(file.State, rect, pixels, stride));
            for (var row = 0; row < rect.Height; row++)
            {
                var expected = MemoryMarshal.Cast<byte, uint>(bytes.AsSpan((((rect.Y + row) * width) + rect.X) * 4, rect.Width * 4));
                Assert.True(expected.SequenceEqual(pixels.AsSpan(row * stride, rect.Width)));
                Assert.True(pixels.AsSpan(row * stride + rect.Width, extra).ContainsAnyExcept(0u) is false);
            }
        }, iter: 300);
    }

    [Theory]
    [InlineData(100000, 100000, 400000, 0, "its size is 100000x100000; 1x1 to 16384x16384 is served")]
    [InlineData(-1, -1, 4, 0, "its size is -1x-1; 1x1 to 16384x16384 is served")]
    [InlineData(0, 5, 4, 0, "its size is 0x5; 1x1 to 16384x16384 is served")]
    [InlineData(int.MinValue, int.MinValue, int.MinValue, int.MinValue,
        "its size is -2147483648x-2147483648; 1x1 to 16384x16384 is served")]
    [InlineData(8, 4, 31, 0, "its stride is 31 bytes; a row of 8 pixels needs 32, and a multiple of 4")]
    [InlineData(8, 4, 33, 0, "its stride is 33 bytes; a row of 8 pixels needs 32, and a multiple of 4")]
    [InlineData(8, 4, -32, 0, "its stride is -32 bytes; a row of 8 pixels needs 32, and a multiple of 4")]
    [InlineData(8, 4, 2147483644, 0, "its file ends at 300,000 bytes, 6,442,450,964 are needed")]
    [InlineData(8, 4, 32, -1, "its pixels begin at -1")]
    [InlineData(8, 4, 32, int.MinValue, "its pixels begin at -2,147,483,648")]
    [InlineData(8, 4, 32, int.MaxValue, "its file ends at 300,000 bytes, 2,147,483,775 are needed")]
    [InlineData(8, 4, 32, 299872, null)]
    [InlineData(8, 4, 32, 299873, "its file ends at 300,000 bytes, 300,001 are needed")]
    public void A_fault_says_what_is_wrong(int width, int height, int stride, int offset, string? fault) =>
        Assert.Equal(fault, State(width, height, stride, offset).Fault(300_000));

    [Theory]
    [InlineData(10.9, -10.9, 10, -10)]
    [InlineData(double.NaN, double.PositiveInfinity, 0, 0)]
    [InlineData(1e300, -1e300, 32768, -32768)]
    public void A_position_is_whole_and_near(double x, double y, int wholeX, int wholeY) =>
        Assert.Equal((wholeX, wholeY), State(1, 1, 4, 0, x: x, y: y).Position);

    [Theory]
    [InlineData(4, 48000, 0, 0, "its PCM format is 4; 0 to 3 are valid")]
    [InlineData(-1, 48000, 0, 0, "its PCM format is -1; 0 to 3 are valid")]
    [InlineData(3, 0, 0, 0, "its sample rate is 0; 8,000 to 192,000 is served")]
    [InlineData(3, -48000, 0, 0, "its sample rate is -48,000; 8,000 to 192,000 is served")]
    [InlineData(3, 48000, -5, 32767, "its PCM ring has the frames -5 and 32767; 0 to 8191 are valid")]
    [InlineData(3, 48000, 0, 8192, "its PCM ring has the frames 0 and 8192; 0 to 8191 are valid")]
    [InlineData(1, 48000, 4095, 4095, null)]
    public void A_PCM_fault_says_what_is_wrong(int format, int rate, int read, int write, string? fault) =>
        Assert.Equal(fault, new PcmState((PcmFormat)format, rate, read, write).Fault());
}
