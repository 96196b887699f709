using System.Globalization;
using System.Runtime.InteropServices;
using Mmm;

// As "app sound" of c/app.c: draws frames without end, whose first pixel is the number of the frame, and plays sound. SIGUSR1 stops after
// a frame ("paused N"), and goes on. It prints "ready PATH SIZE" first.
const PosixSignal sigusr1 = (PosixSignal)10;
using var client = MmmClient.Open("sound");
var isPaused = false;
using var signal = PosixSignalRegistration.Create(sigusr1, context =>
{
    context.Cancel = true;
    Volatile.Write(ref isPaused, !Volatile.Read(ref isPaused));
});
client.Audio.Fill += samples => samples.Fill(8000);
Console.WriteLine($"ready {client.FilePath} {client.Width}x{client.Height}");
var wasPaused = false;
for (var number = 0; client.WaitEvent(TimeSpan.FromMilliseconds(5)) is not QuitRequested;)
{
    var pauses = Volatile.Read(ref isPaused);
    if (!pauses)
        Draw(++number & 0xFFFFFF);
    else if (!wasPaused)
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"paused {number}"));
    wasPaused = pauses;
}

void Draw(int number)
{
    using var frame = client.BeginFrame();
    frame.Fill(PixelColor.FromRgb(0x4080C0));
    frame.Row(0)[0] = 0xFF000000 | (uint)number;
    frame.Present();
}
