using CsCheck;

namespace AlsaSink.Tests;

public class WavReaderTests
{
    private static byte[] Wav(int tag, int channels, int rate, int bits, byte[] data)
    {
        MemoryStream file = new();
        using BinaryWriter w = new(file);
        w.Write("RIFF"u8);
        w.Write(28 + 10 + 8 + data.Length);
        w.Write("WAVE"u8);
        w.Write("LIST"u8); // what players put there: of odd length, so a byte of padding follows
        w.Write(1);
        w.Write((short)0);
        w.Write("fmt "u8);
        w.Write(16);
        w.Write((short)tag);
        w.Write((short)channels);
        w.Write(rate);
        w.Write(rate * channels * bits / 8);
        w.Write((short)(channels * bits / 8));
        w.Write((short)bits);
        w.Write("data"u8);
        w.Write(data.Length);
        w.Write(data);
        return file.ToArray();
    }

    private static byte[] S16(params short[] samples) => [.. samples.SelectMany(BitConverter.GetBytes)];

    private static float[] Read(byte[] bytes)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, bytes);
            return WavReader.Read(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Samples_are_read_as_they_are()
    {
        Assert.Equal([0.5f, 0.5f, -1, -1], Read(Wav(1, 1, 48000, 16, S16(16384, -32768))));
        Assert.Equal([0.5f, -1], Read(Wav(1, 2, 48000, 16, S16(16384, -32768))));
        byte[] floats = [.. new[] { 0.25f, float.NaN, 7, -0.5f }.SelectMany(BitConverter.GetBytes)];
        Assert.Equal([0.25f, 0, 1, -0.5f], Read(Wav(3, 2, 48000, 32, floats)));
    }

    [Fact]
    public void Another_rate_is_resampled_to_the_same_length_in_time()
    {
        float[] read = Read(Wav(1, 1, 22050, 16, S16([.. Enumerable.Repeat((short)16384, 2205)])));
        Assert.Equal(2 * 4800, read.Length);
        Assert.All(read[2000..^2000], v => Assert.InRange(v, 0.4999f, 0.5001f));
    }

    [Fact]
    public void What_is_no_such_file_is_one_line_that_says_why()
    {
        string Fault(byte[] bytes) => Assert.Throws<AudioException>(() => Read(bytes)).Message;
        Assert.Contains("is not a WAV file", Fault("hello"u8.ToArray()));
        Assert.Contains("has no format chunk", Fault([.. "RIFF"u8, 0, 0, 0, 0, .. "WAVE"u8]));
        Assert.Contains("has 8-bit samples of format 1", Fault(Wav(1, 1, 48000, 8, new byte[10])));
        Assert.Contains("has 24-bit samples of format 1", Fault(Wav(1, 1, 48000, 24, new byte[9])));
        Assert.Contains("has 6 channels", Fault(Wav(1, 6, 48000, 16, new byte[24])));
        Assert.Contains("has 0 channels", Fault(Wav(1, 0, 48000, 16, new byte[24])));
        Assert.Contains("has a rate of 1000000000 Hz", Fault(Wav(1, 1, 1_000_000_000, 16, new byte[24])));
        Assert.Contains("longer than a second", Fault(Wav(1, 1, 8000, 16, new byte[2 * 8001])));
        Assert.Contains("longer than a second", Fault(new byte[3_000_000]));
        Assert.Contains("there is no such file", Assert.Throws<AudioException>(() => WavReader.Read("/nowhere/click.wav")).Message);
        Assert.Contains("name a WAV file", Assert.Throws<AudioException>(() => WavReader.Read("/tmp")).Message);
    }

    // Any bytes, and any file with some of them changed: a sound, or one line.
    [Fact]
    public void No_file_does_harm() => Gen.Select(Gen.Bool, Gen.Byte.Array[0, 80], Gen.Select(Gen.Int[0, 70], Gen.Byte).Array[0, 6])
        .Sample((any, bytes, changes) =>
        {
            byte[] file = any ? bytes : Wav(1, 2, 48000, 16, bytes);
            foreach ((int at, byte value) in changes)
            {
                if (at < file.Length)
                    file[at] = value;
            }
            try
            {
                Assert.All(Read(file), v => Assert.InRange(v, -2, 2));
            }
            catch (AudioException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        }, iter: 300);
}
