using System.Runtime.InteropServices;

namespace Board.Tests;

/// <summary>What the board's sound card played: QEMU's WAV file, 16-bit stereo at 48 kHz, readable while it grows.</summary>
internal sealed class Recording(string path)
{
    public const int Rate = 48000;
    private const int Header = 44; // its lengths are filled in only when QEMU ends
    private const int Window = Rate / 10;

    /// <summary>Frames so far.</summary>
    public int Length => (int)Math.Max(0, (new FileInfo(path).Length - Header) / 4);

    /// <summary>The left channel from a frame on.</summary>
    public short[] Frames(int from = 0)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var start = Header + (long)from * 4;
        if (file.Length <= start)
            return [];
        var bytes = new byte[(file.Length - start) / 4 * 4];
        file.Position = start;
        file.ReadExactly(bytes);
        var samples = MemoryMarshal.Cast<byte, short>(bytes);
        var left = new short[samples.Length / 2];
        for (var i = 0; i < left.Length; i++)
            left[i] = samples[i * 2];
        return left;
    }

    /// <summary>Seconds in which nearly all of the sound's power is at this frequency, in windows of a tenth of a second.</summary>
    public static double SecondsOf(double frequency, ReadOnlySpan<short> frames)
    {
        var windows = 0;
        for (var at = 0; at + Window <= frames.Length; at += Window)
        {
            if (Share(frequency, frames.Slice(at, Window)) > 0.9)
                windows++;
        }
        return windows * (double)Window / Rate;
    }

    /// <summary>The sound between silence at both ends; empty if there is none.</summary>
    public static ReadOnlySpan<short> Sound(ReadOnlySpan<short> frames)
    {
        const int Quiet = 200; // of 32,768: what a fade begins and ends with is left out
        int from = 0, to = frames.Length;
        while (from < to && Math.Abs((int)frames[from]) < Quiet)
            from++;
        while (to > from && Math.Abs((int)frames[to - 1]) < Quiet)
            to--;
        return frames[from..to];
    }

    /// <summary>
    /// The tenths of a second, by their beginnings in seconds, in which a sine of this frequency and amplitude is not whole: two neighbours
    /// differ by more than its own slope allows, or the tenth has not its power, or has it at other frequencies. Its first and last 50 ms,
    /// which may fade, are not looked at.
    /// </summary>
    public static List<double> Breaks(double frequency, double amplitude, ReadOnlySpan<short> sine)
    {
        const int Edge = Rate / 20;
        List<double> breaks = [];
        for (var at = Edge; at + Edge < sine.Length; at += Window)
        {
            var length = Math.Min(Window, sine.Length - Edge - at); // the last one is shorter: too short for its power
            var isWhole = !Jumps(frequency, amplitude, sine.Slice(at - 1, length + 1))
                && (length < Window || IsSine(frequency, amplitude, sine.Slice(at, Window)));
            if (!isWhole)
                breaks.Add(at / (double)Rate);
        }
        return breaks;
    }

    private static bool Jumps(double frequency, double amplitude, ReadOnlySpan<short> frames)
    {
        var steepest = amplitude * 2 * Math.PI * frequency / Rate * 1.02 + 4; // rounding and dither
        for (var i = 1; i < frames.Length; i++)
        {
            if (Math.Abs(frames[i] - frames[i - 1]) > steepest)
                return true;
        }
        return false;
    }

    private static bool IsSine(double frequency, double amplitude, ReadOnlySpan<short> frames)
    {
        double power = 0;
        foreach (var sample in frames)
            power += (double)sample * sample;
        return Math.Abs(Math.Sqrt(2 * power / frames.Length) / amplitude - 1) <= 0.02 && Share(frequency, frames) > 0.9;
    }

    /// <summary>The part (0..1) of a window's power that is at one frequency, by Goertzel's filter; 0 for silence.</summary>
    public static double Share(double frequency, ReadOnlySpan<short> frames)
    {
        double coefficient = 2 * Math.Cos(2 * Math.PI * frequency / Rate), previous = 0, before = 0, power = 0;
        foreach (var sample in frames)
        {
            var current = sample + coefficient * previous - before;
            (before, previous) = (previous, current);
            power += (double)sample * sample;
        }
        if (power < frames.Length * 100.0) // quieter than an amplitude of 10 of 32,768
            return 0;
        return (previous * previous + before * before - coefficient * previous * before) / (power * frames.Length / 2);
    }
}
