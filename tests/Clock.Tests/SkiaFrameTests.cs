using Mmm;
using Mmm.Skia;
using SkiaSharp;

namespace Clock.Tests;

public class SkiaFrameTests
{
    [Fact]
    public void Canvas_draws_into_the_shared_pixels_and_only_there()
    {
        var directory = Directory.CreateTempSubdirectory("mmm-skia-");
        Environment.SetEnvironmentVariable("MMM_PATH", directory.FullName);
        try
        {
            // Without a host the client has its file and its pixels all the same.
            using var client = MmmClient.Open(new MmmClientOptions { Title = "skia", Width = 37, Height = 21 });
            for (var i = 0; i < 3; i++)
            {
                using var frame = client.BeginFrame(new Rect(3, 4, 5, 6));
                frame.Fill(PixelColor.FromRgb(0x203040));
                using (var canvas = frame.AsSkiaCanvas())
                {
                    using var paint = new SKPaint { Color = new SKColor(0xFF, 0x80, 0x01) };
                    canvas.DrawRect(3, 4, 5, 6, paint);
                }
                GC.Collect();
                for (var y = 0; y < 21; y++)
                {
                    for (var x = 0; x < 37; x++)
                        Assert.Equal(new Rect(3, 4, 5, 6).Contains(x, y) ? 0xFFFF8001 : 0xFF203040, frame.Row(y)[x]);
                }
            }
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
