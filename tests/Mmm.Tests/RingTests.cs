using System.Text;
using CsCheck;
using Mmm.Protocol;

namespace Mmm.Tests;

/// <summary>The rings' arithmetic and texts against the plainest model there is.</summary>
public class RingTests
{
    [Fact]
    public void Text_ring_indices_behave_like_a_queue_of_1023() =>
        Gen.Select(Gen.Int[0, 1023], Gen.Bool.Array[0, 3000]).Sample((start, writes) =>
        {
            var model = new Queue<int>();
            int read = start, write = start;
            foreach (var isWrite in writes)
            {
                Assert.Equal(model.Count, TextRing.Queued(read, write));
                Assert.Equal(model.Count == 1023, TextRing.IsFull(read, write));
                if (isWrite && !TextRing.IsFull(read, write))
                {
                    write = TextRing.Next(write);
                    model.Enqueue(write);
                }
                else if (!isWrite && read != write)
                {
                    read = TextRing.Next(read);
                    Assert.Equal(model.Dequeue(), read);
                }
                Assert.True(TextRing.IsIndex(read) && TextRing.IsIndex(write));
            }
        }, iter: 200);

    [Theory]
    [InlineData(0, true)]
    [InlineData(1023, true)]
    [InlineData(1024, false)]
    [InlineData(-1, false)]
    [InlineData(short.MinValue, false)]
    [InlineData(short.MaxValue, false)]
    public void Only_0_to_1023_is_an_index(int index, bool isIndex) => Assert.Equal(isIndex, TextRing.IsIndex(index));

    [Fact]
    public void Pcm_ring_counts_like_a_queue() =>
        Gen.Select(Gen.Int[0, 3], Gen.Double[0, 1], Gen.Int[-9000, 9000].Array[0, 200]).Sample((format, start, steps) =>
        {
            var total = PcmRing.Total((PcmFormat)format);
            var read = (int)(start * (total - 1));
            var write = read;
            var queued = 0;
            foreach (var step in steps)
            {
                Assert.Equal(queued, PcmRing.Queued(read, write, total));
                Assert.Equal(Math.Max(0, total - queued - 2), PcmRing.Free(read, write, total));
                if (step >= 0)
                {
                    var n = Math.Min(step, PcmRing.Free(read, write, total));
                    (write, queued) = ((write + n) % total, queued + n);
                }
                else
                {
                    var n = Math.Min(-step, queued);
                    (read, queued) = ((read + n) % total, queued - n);
                }
            }
        });

    [Theory]
    [InlineData(PcmFormat.F32Mono, 4, 1, 8192)]
    [InlineData(PcmFormat.F32Stereo, 8, 2, 4096)]
    [InlineData(PcmFormat.S16Mono, 2, 1, 16384)]
    [InlineData(PcmFormat.S16Stereo, 4, 2, 8192)]
    public void A_format_has_the_protocols_sizes(PcmFormat format, int bytes, int channels, int total) =>
        Assert.Equal((bytes, channels, total), (PcmRing.BytesPerFrame(format), PcmRing.Channels(format), PcmRing.Total(format)));

    [Fact]
    public void A_fitted_text_is_the_longest_prefix_of_whole_characters() =>
        Gen.Select(Gen.String[Gen.OneOf(Gen.Char['a', 'z'], Gen.Char['à', 'ÿ'], Gen.Char['一', '三']), 0, 200], Gen.Int[1, 128])
            .Sample((text, length) =>
            {
                var whole = text;
                while (Encoding.UTF8.GetByteCount(whole) > length - 1)
                    whole = whole[..^1];
                Assert.Equal(whole, Encoding.UTF8.GetString(TextRing.Fit(Encoding.UTF8.GetBytes(text), length)));
            });

    [Fact]
    public void A_fitted_text_never_splits_an_emoji_and_ends_at_a_NUL()
    {
        Assert.Equal("ab", Encoding.UTF8.GetString(TextRing.Fit("ab😀"u8, 6)));
        Assert.Equal("ab😀", Encoding.UTF8.GetString(TextRing.Fit("ab😀"u8, 7)));
        Assert.Equal("ab", Encoding.UTF8.GetString(TextRing.Fit("ab\0cd"u8)));
    }

    [Fact]
    public void A_slot_without_NUL_gives_all_but_its_last_byte()
    {
        Assert.Equal(127, TextRing.Text(Enumerable.Repeat((byte)'x', 128).ToArray()).Length);
        Assert.Equal("abc", Encoding.UTF8.GetString(TextRing.Text("abc\0def"u8)));
    }

    [Fact]
    public void Printable_text_holds_no_control_character() =>
        Gen.OneOf(Gen.Byte.Array[0, 200], Gen.String.Select(Encoding.UTF8.GetBytes), Gen.Const(new byte[] { 0xC2, 0x9B, 0x33, 0x31 }))
            .Sample(bytes => Assert.DoesNotContain(TextRing.Printable(bytes), char.IsControl));

    [Fact]
    public void Printable_text_leaves_letters_of_all_languages_alone()
    {
        Assert.Equal("åé€漢😀", TextRing.Printable("åé€漢😀"u8));
        Assert.Equal("a?b??", TextRing.Printable("a\nb\u007f\u001b"u8));
    }
}
