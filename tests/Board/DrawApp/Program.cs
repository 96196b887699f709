using System.Diagnostics;
using Mmm;

// Draws as often as the host shows it: DrawApp SECONDS [small]. Colours of the whole picture change with each frame, or of a 64x64 square;
// the last frame is a pattern there. Prints the frames a second, then each press of a pointer. DrawApp touch: another 64x64
// square at each press.
if (args is ["touch"])
{
    Follow();
    return;
}
var seconds = double.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture);
var small = args.Contains("small");
using var client = MmmClient.Open("DrawApp");
var watch = Stopwatch.StartNew();
var frames = 0;
foreach (var _ in client.Frames())
{
    var done = watch.Elapsed.TotalSeconds >= seconds;
    var whole = frames == 0 || !small;
    var rect = whole ? new Rect(0, 0, client.Width, client.Height) : new Rect(100, 100, 64, 64);
    using (var frame = client.BeginFrame(rect))
    {
        Draw(frame, rect, done);
        frame.Present();
    }
    frames++;
    if (done)
        break;
}
Console.WriteLine(FormattableString.Invariant($"{frames / watch.Elapsed.TotalSeconds:0.0} frames a second"));
foreach (var e in client.Events())
{
    if (e is PointerPressed press)
        Console.WriteLine(FormattableString.Invariant($"press {press.X} {press.Y}"));
}

void Draw(ClientFrame frame, Rect rect, bool pattern)
{
    for (var y = rect.Y; y < rect.Bottom; y++)
    {
        var row = frame.Row(y).Slice(rect.X, rect.Width);
        if (!pattern)
            row.Fill((uint)(frames * 0x030507) | 0xFF000000);
        for (var x = 0; pattern && x < row.Length; x++)
            row[x] = (uint)(x << 16 & 0xFF0000 | y << 8 & 0xFF00 | x * y & 0xFF) | 0xFF000000;
    }
}

static void Follow()
{
    using var client = MmmClient.Open("DrawApp");
    using (var frame = client.BeginFrame())
    {
        frame.Fill(PixelColor.FromRgb(0x203040));
        frame.Present();
    }
    var color = 0;
    foreach (var e in client.Events())
    {
        if (e is not PointerPressed)
            continue;
        using var frame = client.BeginFrame(new Rect(100, 100, 64, 64));
        frame.Fill(PixelColor.FromRgb(color ^= 0xFFC030), new Rect(100, 100, 64, 64));
        frame.Present();
    }
}
