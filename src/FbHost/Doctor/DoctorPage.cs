using FbHost.Screens;
using Mmm;
using Mmm.Protocol;

namespace FbHost.Doctor;

/// <summary>The page of mmm-doctor on the screen: a client of the host, as apps are.</summary>
internal static class DoctorPage
{
    public const string DefaultPath = "/run/mmm";

    private const int Mark = 9; // pixels
    private static readonly TimeSpan Shown = TimeSpan.FromSeconds(10);
    private static readonly PixelColor Paper = PixelColor.FromRgb(0x000000), Ink = PixelColor.FromRgb(0xFFFFFF),
        Touch = PixelColor.FromRgb(0xFFB04A);

    /// <summary>Shows text until 10 s after the last touch or key, or until the key escape.</summary>
    /// <param name="directory">The directory that the host serves; null for the usual one.</param>
    /// <param name="lines">The text.</param>
    /// <exception cref="MmmException">No host serves the directory.</exception>
    public static void Show(string? directory, IReadOnlyList<string> lines)
    {
        directory ??= Environment.GetEnvironmentVariable(Rendezvous.PathVariable);
        using var client = MmmClient.Open(new MmmClientOptions
        {
            Title = "mmm-doctor", Directory = string.IsNullOrEmpty(directory) ? DefaultPath : directory,
        });
        client.SendMessage("raise");
        var marks = new List<(int X, int Y)>();
        var last = "Touch the screen or press keys: they are shown here. Escape ends the page.";
        Draw(client, lines, marks, last);
        for (var patience = Timeout.InfiniteTimeSpan; client.WaitEvent(patience) is { } e;)
        {
            switch (e)
            {
                case PointerPressed or PointerDragged:
                    var at = (PointerEvent)e;
                    marks.Add((at.X, at.Y));
                    last = $"touch at {at.X}, {at.Y}, finger {at.Finger}";
                    break;
                case KeyPressed { Name: "escape" } or QuitRequested or HostDisconnected:
                    return;
                case KeyPressed key:
                    last = $"key {key.Name}";
                    break;
                case ClientResized:
                    marks.Clear();
                    Draw(client, lines, marks, last);
                    continue;
                default:
                    continue;
            }
            patience = Shown;
            Draw(client, lines, marks, last);
        }
    }

    private static void Draw(MmmClient client, IReadOnlyList<string> lines, List<(int X, int Y)> marks, string last)
    {
        using var frame = client.BeginFrame();
        var (width, height) = (frame.Width, frame.Height);
        var pixels = new uint[width * height];
        // The larger font if all lines fit, and the line at the end.
        var font = (lines.Count + 1) * BitmapFont.Large.Height <= height
            && lines.All(l => (l.Length + 1) * BitmapFont.Large.Width <= width) ? BitmapFont.Large : BitmapFont.Small;
        pixels.AsSpan().Fill(Paper.Argb);
        var text = new BitmapText(pixels, width, height - font.Height, font);
        var y = 0;
        foreach (var line in lines)
            y = text.Write(line, 0, y, 1, line.TrimStart().StartsWith('!') ? Touch : Ink);
        new BitmapText(pixels, width, height, font).Write(last, 0, height - font.Height, 1, Touch);
        for (var row = 0; row < height; row++)
            pixels.AsSpan(row * width, width).CopyTo(frame.Row(row));
        foreach (var (x, top) in marks)
            frame.Fill(Touch, new Rect(x - Mark / 2, top - Mark / 2, Mark, Mark));
        frame.Present();
    }
}
