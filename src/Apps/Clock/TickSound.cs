namespace Mmm.Apps.Clock;

/// <summary>A short, soft tick, computed once: 20 ms of a falling wooden knock, 48,000 Hz stereo.</summary>
internal static class TickSound
{
    private const int Rate = 48000, Frames = Rate / 50;

    /// <summary>The sound for even seconds.</summary>
    public static short[] Tick { get; } = Make(2300);

    /// <summary>The sound for odd seconds, a little lower.</summary>
    public static short[] Tock { get; } = Make(1900);

    private static short[] Make(double hertz)
    {
        var samples = new short[Frames * 2];
        for (var i = 0; i < Frames; i++)
        {
            double t = (double)i / Rate, left = 1 - (double)i / Frames;
            var attack = Math.Min(1, t / 0.0005); // this and left avoid clicks at the start and the end
            var wave = Math.Sin(2 * Math.PI * hertz * t) + 0.35 * Math.Sin(2 * Math.PI * hertz * 2.76 * t) * Math.Exp(-t * 900);
            var value = (short)(3200 * attack * left * Math.Exp(-t * 280) * wave);
            samples[2 * i] = samples[2 * i + 1] = value;
        }
        return samples;
    }
}
