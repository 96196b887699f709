namespace Board.Tests;

/// <summary>A WAV file of the tone that ToneApp plays, for aplay.</summary>
internal static class ToneFile
{
    private const short Pcm = 1, IeeeFloat = 3; // WAVE_FORMAT_*

    /// <summary>
    /// Writes a sine of half the full scale, and half a second of silence: what QEMU still holds back of the recording is no tone then.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="format">The protocol's number of the sample format: 0 and 1 are 32-bit float, 2 and 3 16-bit; 1, 3 stereo.</param>
    /// <param name="rate">Frames a second.</param>
    /// <param name="hertz">The tone's frequency.</param>
    /// <param name="seconds">Its length.</param>
    public static void Write(string path, int format, int rate, int hertz, int seconds)
    {
        var isFloat = format < 2;
        var channels = format % 2 + 1;
        var frameBytes = channels * (isFloat ? sizeof(float) : sizeof(short));
        var frames = rate * seconds;
        var samples = (frames + rate / 2) * channels;

        using var file = new BinaryWriter(File.Create(path));
        file.Write("RIFF"u8);
        file.Write(36 + samples * frameBytes / channels);
        file.Write("WAVEfmt "u8);
        file.Write(16);
        file.Write(isFloat ? IeeeFloat : Pcm);
        file.Write((short)channels);
        file.Write(rate);
        file.Write(rate * frameBytes);
        file.Write((short)frameBytes);
        file.Write((short)(frameBytes / channels * 8));
        file.Write("data"u8);
        file.Write(samples * frameBytes / channels);
        for (var i = 0; i < samples; i++)
        {
            var sample = i >= frames * channels ? 0 : 0.5f * (float)Math.Sin(2 * Math.PI * hertz * (i / channels) / rate);
            if (isFloat)
                file.Write(sample);
            else
                file.Write((short)MathF.Round(sample * 32768));
        }
    }
}
