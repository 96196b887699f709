using Mmm;

using var client = MmmClient.Open("Hello");
var lit = false;
Draw();
foreach (var e in client.Events())
{
    if (e is not (PointerPressed or KeyPressed { Name: "return" } or ClientResized))
        continue;
    lit = e is ClientResized ? lit : !lit;
    Draw();
}

void Draw()
{
    using var frame = client.BeginFrame();
    frame.Fill(PixelColor.FromRgb(lit ? 0xFFC030 : 0x203040));
    frame.Fill(PixelColor.White, new Rect(frame.Width / 4, frame.Height / 2 - 4, frame.Width / 2, 8));
    frame.Present();
}
