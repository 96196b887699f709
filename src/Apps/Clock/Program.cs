using Mmm;
using Mmm.Apps.Clock;
using Mmm.Skia;
using SkiaSharp;

var options = ClockOptions.Parse(args);
if (options.Error is { } error)
    return Fail(error, 2);
if (options.WantsHelp)
{
    Console.WriteLine(ClockOptions.Help);
    return 0;
}
var state = new ClockState(options.Time ?? DateTime.Now, options.Is24Hour, options.TickOn);
try
{
    if (options.PngPath is { } path)
        WritePng(path, options.PngSize.Width, options.PngSize.Height);
    else
        Run();
    return 0;
}
catch (MmmException e)
{
    return Fail(e.Message, 1);
}
catch (Exception e) when (options.PngPath is not null && e is IOException or UnauthorizedAccessException)
{
    return Fail($"{options.PngPath}: cannot be written; check that its directory exists, is writable and is not full", 1);
}
catch (Exception e) when (e is DllNotFoundException || e.InnerException is DllNotFoundException)
{
    return Fail("libSkiaSharp.so: cannot be loaded; put it into the directory of this program", 1);
}

static int Fail(string why, int code)
{
    Console.Error.WriteLine($"Clock: {why}");
    return code;
}

void WritePng(string path, int width, int height)
{
    using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Bgra8888, SKAlphaType.Premul));
    using var canvas = new SKCanvas(bitmap);
    using var face = new ClockFace();
    face.Update(width, height, state);
    face.Paint(canvas);
    using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
    using var file = File.Create(path);
    png.SaveTo(file);
}

void Run()
{
    using var client = MmmClient.Open("Clock");
    using var face = new ClockFace();
    while (true)
    {
        var damage = face.Update(client.Width, client.Height, state);
        if (!damage.IsEmpty)
        {
            using var frame = client.BeginFrame(damage);
            using var canvas = frame.AsSkiaCanvas();
            face.Paint(canvas);
            frame.Present();
        }
        var e = client.WaitEvent(options.Time is null ? UntilNextSecond() : Timeout.InfiniteTimeSpan);
        switch (e)
        {
            case QuitRequested:
                return;
            case PointerPressed { Finger: 0 } or KeyPressed { Name: "return" }:
                state = state with { Is24Hour = !state.Is24Hour };
                break;
            case KeyPressed { Name: "t" or "T" }:
                state = state with { TickOn = !state.TickOn };
                break;
            case ClientResized or HostConnected:
                face.Invalidate();
                break;
        }
        // The time is read again after every wait, so that a change of the system clock is shown at the next wake-up.
        var before = state.Time;
        state = state with { Time = options.Time ?? DateTime.Now };
        if (state.TickOn && state.Time.Second != before.Second)
            PlayTick(client.Audio, state.Time.Second);
    }
}

// Wakes up once a second. The additional millisecond is for waits that round down.
static TimeSpan UntilNextSecond() => TimeSpan.FromMilliseconds(1001 - DateTime.UtcNow.Millisecond);

// Ticks are not queued without limit if the host does not play them.
static void PlayTick(ClientAudio audio, int second)
{
    if (audio.QueuedFrames < audio.SampleRate / 10)
        audio.Play(second % 2 == 0 ? TickSound.Tick : TickSound.Tock);
}
