using System.Runtime.InteropServices;

namespace Board.Tests;

/// <summary>What the board's sound card played: QEMU's WAV file, 16-bit stereo at 48 kHz, readable while it grows.</summary>
internal sealed class Recording(string path)
{
    public const int Rate = 48000;
    private const int Header = 44; // its lengths are filled in only when QEMU ends
    private const int Window = Rate / 10;

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
