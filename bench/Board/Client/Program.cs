using Mmm;

// Draws the same as client_mmm.c, but uses the library: 64 rows for each key; with FRAMES=1, whole frames continuously, and the colour of a
// frame is its number.
using var client = MmmClient.Open("bench");
var band = new Rect(0, 208, 800, 64);
Draw(new Rect(0, 0, client.Width, client.Height), 0x203040);
if (Environment.GetEnvironmentVariable("FRAMES") is not null)
{
    var number = 0;
    foreach (var _ in client.Frames())
        Draw(new Rect(0, 0, client.Width, client.Height), ++number);
    return;
}
var lit = false;
foreach (var e in client.Events())
{
    if (e is not KeyPressed)
        continue;
    lit = !lit;
    Draw(band, lit ? 0xFFC030 : 0x203040);
}

void Draw(Rect rect, int color)
{
    using var frame = client.BeginFrame(rect);
    frame.Fill(PixelColor.FromRgb(color), rect);
    frame.Present();
}
