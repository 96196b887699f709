using System.Globalization;
using Mmm;

// A teal screen and a tone, at once and again at each key or touch. ToneApp [FORMAT RATE HZ SECONDS]: the protocol's number of the sample
// format, frames a second, the tone's frequency and length; 16-bit stereo at 48,000, 440 Hz of five seconds without them.
var tone = args.Length == 4
    ? Array.ConvertAll(args, a => int.Parse(a, CultureInfo.InvariantCulture))
    : [(int)PcmFormat.S16Stereo, 48000, 440, 5];
var (rate, hertz, seconds) = (tone[1], tone[2], tone[3]);
using var client = MmmClient.Open("ToneApp");
if (args.Length == 4)
{
    client.Audio.Format = (PcmFormat)tone[0];
    client.Audio.SampleRate = rate;
}
Draw();
Play();
while (true)
{
    // Fills the ring, which holds 85 ms or more, long before it is rung for that: 21 ms, which are left then, are less than an emulated
    // board may be held up.
    var e = client.WaitEvent(TimeSpan.FromMilliseconds(20));
    if (e is QuitRequested)
        break;
    if (e is ClientResized)
        Draw();
    else if (e is PointerPressed or KeyPressed)
        Play();
}

void Draw()
{
    using var frame = client.BeginFrame();
    frame.Fill(PixelColor.FromRgb(0x108070));
    frame.Present();
}

void Play()
{
    var channels = client.Audio.Format is PcmFormat.F32Mono or PcmFormat.S16Mono ? 1 : 2;
    var samples = new float[seconds * rate * channels];
    for (var i = 0; i < samples.Length; i++)
        samples[i] = 0.5f * (float)Math.Sin(2 * Math.PI * hertz * (i / channels) / rate);
    client.Audio.Play(samples);
}
