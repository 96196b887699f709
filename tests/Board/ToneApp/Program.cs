using Mmm;

// A teal screen and a 440 Hz tone of five seconds, at once and again at each key or touch.
const int Rate = 48000;
using var client = MmmClient.Open("ToneApp");
Draw();
Play();
foreach (var e in client.Events())
{
    if (e is Resized)
        Draw();
    else if (e is PointerPress or KeyPress)
        Play();
}

void Draw()
{
    using var frame = client.BeginFrame();
    frame.Fill(Color.FromRgb(0x108070));
}

void Play()
{
    var samples = new float[5 * Rate * 2];
    for (var i = 0; i < samples.Length; i++)
        samples[i] = 0.5f * MathF.Sin(2 * MathF.PI * 440 * (i / 2 % Rate) / Rate);
    client.Audio.Play(samples);
}
