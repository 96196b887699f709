using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace AlsaSink;

/// <summary>
/// Reads a short sound from a RIFF WAVE file ("Multimedia Programming Interface and Data Specifications 1.0", IBM and Microsoft, 1991):
/// 16-bit PCM or 32-bit float, one or two channels, 8000 to 192000 Hz.
/// </summary>
public static class WavReader
{
    /// <summary>The greatest length in frames: one second.</summary>
    public const int MostFrames = AudioSink.Rate;

    private const int MostBytes = 2 * 1024 * 1024; // a second at 192 kHz in 32-bit stereo is 1.5 MB
    private const int Pcm = 1, Float = 3, Extensible = 0xFFFE;

    /// <summary>Reads the whole file and converts it to <see cref="AudioSink.Rate"/> and stereo.</summary>
    /// <param name="path">The path of the file.</param>
    /// <returns>Interleaved samples, -1..1, finite.</returns>
    /// <exception cref="AudioException">The file cannot be read, is no such WAV file, or is longer than a second: one line.</exception>
    public static float[] Read(string path)
    {
        byte[] bytes;
        try
        {
            using FileStream file = new(Open(path), FileAccess.Read, bufferSize: 0);
            if (file.Length > MostBytes)
                throw Fault(path, "is longer than a second");
            bytes = new byte[file.Length];
            file.ReadExactly(bytes);
        }
        catch (IOException)
        {
            throw Fault(path, "cannot be read");
        }
        return Parse(path, bytes);
    }

    // O_NONBLOCK: opening a FIFO or a device must not block.
    private static unsafe SafeFileHandle Open(string path)
    {
        int fd;
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
            fd = open(name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (fd < 0)
        {
            int error = errno;
            throw Fault(path, error == ENOENT ? "there is no such file" : Marshal.GetPInvokeErrorMessage(error).ToLowerInvariant());
        }
        SafeFileHandle handle = new(fd, ownsHandle: true);
        stat s;
        if (fstat(fd, &s) == 0 && ((uint)s.st_mode & 0xF000) == 0x8000) // S_IFREG
            return handle;
        handle.Dispose();
        throw Fault(path, "is not a regular file");
    }

    private static AudioException Fault(string path, string what) =>
        new($"{path}: {what}; name a WAV file of at most a second, 16-bit PCM or 32-bit float, mono or stereo");

    private static float[] Parse(string path, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 12 || !bytes.StartsWith("RIFF"u8) || !bytes[8..].StartsWith("WAVE"u8))
            throw Fault(path, "is not a WAV file");
        ReadOnlySpan<byte> format = Chunk(bytes[12..], "fmt "u8), data = Chunk(bytes[12..], "data"u8);
        if (format.Length < 16)
            throw Fault(path, "has no format chunk");
        int tag = BinaryPrimitives.ReadUInt16LittleEndian(format), channels = BinaryPrimitives.ReadUInt16LittleEndian(format[2..]);
        int rate = BinaryPrimitives.ReadInt32LittleEndian(format[4..]), bits = BinaryPrimitives.ReadUInt16LittleEndian(format[14..]);
        if (tag == Extensible && format.Length >= 26)
            tag = BinaryPrimitives.ReadUInt16LittleEndian(format[24..]); // its GUID begins with the tag
        if ((tag, bits) is not ((Pcm, 16) or (Float, 32)))
            throw Fault(path, $"has {bits}-bit samples of format {tag}");
        if (channels is not (1 or 2))
            throw Fault(path, $"has {channels} channels");
        if (rate is < 8000 or > 192000)
            throw Fault(path, $"has a rate of {rate} Hz, which must be 8000 to 192000");
        float[] stereo = Stereo(tag == Float, channels, data);
        if (stereo.Length / 2 > rate)
            throw Fault(path, "is longer than a second");
        return rate == AudioSink.Rate ? stereo : Resample(stereo, rate);
    }

    // Returns the content of the first chunk with that name, or the part of it that the file has; empty if there is no such chunk.
    private static ReadOnlySpan<byte> Chunk(ReadOnlySpan<byte> chunks, ReadOnlySpan<byte> name)
    {
        while (chunks.Length >= 8)
        {
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(chunks[4..]);
            ReadOnlySpan<byte> content = chunks[8..(int)Math.Min(8 + (long)length, chunks.Length)];
            if (chunks.StartsWith(name))
                return content;
            chunks = chunks[(int)Math.Min(8 + (long)length + (length & 1), chunks.Length)..];
        }
        return [];
    }

    private static float[] Stereo(bool isFloat, int channels, ReadOnlySpan<byte> data)
    {
        int bytes = channels * (isFloat ? 4 : 2);
        float[] stereo = new float[data.Length / bytes * 2];
        for (int i = 0; i < stereo.Length; i++)
        {
            ReadOnlySpan<byte> sample = data[(i / 2 * bytes + i % channels * (bytes / channels))..];
            float v = isFloat ? BinaryPrimitives.ReadSingleLittleEndian(sample) : BinaryPrimitives.ReadInt16LittleEndian(sample) / 32768f;
            stereo[i] = float.IsFinite(v) ? Math.Clamp(v, -1f, 1f) : 0;
        }
        return stereo;
    }

    // The input is continued with silence, which the second half of the filter needs.
    private static float[] Resample(float[] stereo, int rate)
    {
        Resampler resampler = new(new ResamplerFilter(rate, ResamplerQuality.High));
        float[] output = new float[2 * (int)((long)stereo.Length / 2 * AudioSink.Rate / rate)];
        for (int done = 0, used = 0; done < output.Length / 2;)
        {
            int frames = Math.Min(output.Length / 2 - done, resampler.MostAtOnce), needed = 2 * resampler.InputFor(frames);
            float[] input = new float[needed];
            stereo.AsSpan(Math.Min(used, stereo.Length), Math.Min(needed, Math.Max(0, stereo.Length - used))).CopyTo(input);
            done += resampler.Process(input, 2, output.AsSpan(2 * done, 2 * frames));
            used += needed;
        }
        return output;
    }
}
