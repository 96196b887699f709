using CsCheck;
using FbHost.Images;

namespace FbHost.Tests.Images;

/// <summary>JPEGs as the host reads them.</summary>
public class JpegTests
{
    private static readonly Lazy<string> LazyExample = new(() => Make("example.jpg"));

    /// <summary>A JPEG of 40x30 pixels, red at the left and blue at the right.</summary>
    public static string Example => LazyExample.Value;

    private static string Make(string name, params string[] options)
    {
        var file = Path.Combine(AppContext.BaseDirectory, name);
        Assert.Equal(0, new Child("convert",
            ["-size", "20x30", "xc:#c00000", "xc:#0000c0", "+append", "-quality", "95", .. options, file]).WaitForEnd());
        return file;
    }

    [Theory]
    [InlineData("-interlace", "none", 0xFFC00000, 0xFF0000C0)]
    [InlineData("-interlace", "JPEG", 0xFFC00000, 0xFF0000C0)] // progressive
    [InlineData("-colorspace", "Gray", 0xFF363636, 0xFF171717)]
    public void Its_pixels_are_read(string option, string value, uint left, uint right)
    {
        var reader = PictureReader.Open(File.ReadAllBytes(Make($"{option}{value}.jpg", option, value)));
        Assert.Equal((40, 30), (reader.Width, reader.Height));
        List<uint[]> rows = [];
        reader.Read((y, row) =>
        {
            Assert.Equal(rows.Count, y);
            rows.Add(row.ToArray());
        });
        Assert.Equal(30, rows.Count);
        Assert.All(rows, row => Assert.True(IsNear(row[2], left) && IsNear(row[37], right), $"{row[2]:x} {row[37]:x}"));
    }

    private static bool IsNear(uint a, uint b) => a >> 24 == 255
        && new[] { 0, 8, 16 }.All(shift => Math.Abs((int)(a >> shift & 255) - (int)(b >> shift & 255)) <= 16);

    [Fact]
    public void Whatever_the_bytes_it_says_one_line_at_worst()
    {
        var good = File.ReadAllBytes(Example);
        Gen.Int[3, good.Length - 1].Select(Gen.Byte).List[1, 6].Sample(changes =>
        {
            var bytes = (byte[])good.Clone();
            foreach (var (at, value) in changes)
                bytes[at] = value;
            Reads(bytes);
        }, iter: 1000, threads: 1);
        for (var length = 3; length < good.Length; length++)
            Reads(good[..length]);

        static void Reads(byte[] bytes)
        {
            try
            {
                var reader = PictureReader.Open(bytes);
                if ((long)reader.Width * reader.Height < 1 << 20)
                    reader.Read((_, _) => { });
            }
            catch (InvalidDataException e)
            {
                Assert.StartsWith("a JPEG ", e.Message);
            }
        }
    }
}
