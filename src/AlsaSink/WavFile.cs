using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace AlsaSink;

/// <summary>
/// A RIFF WAVE file that is written as fast as a card would play it. The two sizes in its header are rewritten after every period, so the
/// file is valid at any moment, also after SIGKILL. It contains the frames that a card would have received: times
/// without sound are left out.
/// </summary>
public sealed unsafe class WavFile : IPcmOutput
{
    /// <summary>The number of bytes before the first sample: RIFF, fmt and the header of the data chunk.</summary>
    public const int HeaderBytes = 44;

    private const int RiffSizeAt = 4;
    private const int DataSizeAt = 40;
    private const uint S_IFMT = 0xF000, S_IFREG = 0x8000; // inode(7)
    private const long MaxDataBytes = uint.MaxValue - HeaderBytes;

    private readonly PeriodClock _pace;
    private readonly PcmConverter _converter = new(SampleFormat.S16, 2);
    private readonly byte[] _frames = new byte[AudioSink.MaxPeriodFrames * 4];
    private readonly string _path;
    private int _fd = -1;
    private long _dataBytes;

    /// <summary>Creates or empties the file and writes the header of a file without sound. A symbolic link is not followed.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="clock">The clock that sets the pace; null for the kernel's clock.</param>
    /// <exception cref="AudioException">The file cannot be created or written, or it is not a regular file.</exception>
    public WavFile(string path, IAudioClock? clock = null)
    {
        _path = path;
        _pace = new PeriodClock(clock ?? new MonotonicClock(), AudioSink.Rate);
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
            // With these flags no existing file can block the start, and none is emptied before its type has been checked.
            _fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY, Convert.ToUInt16("644", 8));
        if (_fd < 0)
            throw new AudioException($"{path}: {(errno == ELOOP ? "is a symbolic link" : ErrnoText(errno))}; "
                + "name a file that can be written");
        try
        {
            Empty();
            WriteAt(0, Header());
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private void Empty()
    {
        stat old;
        if (fstat(_fd, &old) != 0)
            throw new AudioException($"{_path}: {ErrnoText(errno)}; name a file that can be written");
        if (((uint)old.st_mode & S_IFMT) != S_IFREG)
            throw new AudioException($"{_path}: is not a regular file; name a file that can be written");
        if (ftruncate(_fd, 0) != 0)
            throw new AudioException($"{_path}: {ErrnoText(errno)}; name a file that can be written");
    }

    /// <inheritdoc/>
    public OutputStatus Status => new(
        _path, "S16", AudioSink.Rate, 2, AudioSink.MaxPeriodFrames,
        AudioSink.MaxPeriodFrames * 1000.0 / AudioSink.Rate, 0, OutputState.Idle);

    /// <inheritdoc/>
    public int PeriodFrames => AudioSink.MaxPeriodFrames;

    /// <inheritdoc/>
    public void Start()
    {
    }

    /// <summary>Appends one period, then waits until a card would have played it.</summary>
    /// <param name="stereo">Interleaved samples.</param>
    /// <exception cref="AudioException">The disk is full, or the file has reached 4 GiB (six hours of sound).</exception>
    public void Write(ReadOnlySpan<float> stereo)
    {
        ReadOnlySpan<byte> data = _frames.AsSpan(0, _converter.Convert(stereo, _frames));
        if (_dataBytes + data.Length > MaxDataBytes)
            throw new AudioException($"{_path}: the file has reached 4 GiB, the most that a WAV file holds; further sound is discarded");
        WriteAt(HeaderBytes + _dataBytes, data);
        _dataBytes += data.Length;
        WriteSizes();
        _pace.Pace(stereo.Length / 2);
    }

    /// <inheritdoc/>
    public void Stop()
    {
    }

    /// <inheritdoc/>
    public void Drain()
    {
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        if (_fd >= 0)
            close(_fd);
        _fd = -1;
    }

    private static byte[] Header()
    {
        byte[] header = new byte[HeaderBytes];
        "RIFF"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(RiffSizeAt), HeaderBytes - 8);
        "WAVEfmt "u8.CopyTo(header.AsSpan(8));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(16), 16);                      // bytes of fmt
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(20), 1);                       // PCM
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(22), 2);                       // channels
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(24), AudioSink.Rate);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(28), AudioSink.Rate * 4);      // bytes a second
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(32), 4);                       // bytes a frame
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(34), 16);                      // bits a sample
        "data"u8.CopyTo(header.AsSpan(36));
        return header;
    }

    // The sizes are written after the samples, so that a reader never sees sizes that exceed the file.
    private void WriteSizes()
    {
        Span<byte> size = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(size, (uint)_dataBytes);
        WriteAt(DataSizeAt, size);
        BinaryPrimitives.WriteUInt32LittleEndian(size, (uint)(_dataBytes + HeaderBytes - 8));
        WriteAt(RiffSizeAt, size);
    }

    private void WriteAt(long offset, ReadOnlySpan<byte> data)
    {
        fixed (byte* from = data)
        {
            for (int done = 0; done < data.Length;)
            {
                long written = pwrite(_fd, from + done, data.Length - done, (off_t)(offset + done));
                int error = written < 0 ? errno : 0;
                if (error == EINTR)
                    continue;
                if (error == ENOSPC)
                    throw new AudioException($"{_path}: disk full; free some space. Further sound is discarded");
                if (written <= 0)
                    throw new AudioException($"{_path}: {ErrnoText(error)}; name a regular file on a disk that can be written");
                done += (int)written;
            }
        }
    }

    private static string ErrnoText(int error) => Marshal.GetPInvokeErrorMessage(error).ToLowerInvariant();
}
