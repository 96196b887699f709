using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace AlsaSink.Tests;

public sealed class WavFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wav").FullName;
    private readonly FakeClock _clock = new();

    private string FilePath => Path.Combine(_folder, "out.wav");

    public void Dispose() => Directory.Delete(_folder, true);

    // A reader as strict as can be: what it returns are the samples.
    private static short[] ReadWav(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        uint U32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at));
        Assert.Equal("RIFF"u8, file.AsSpan(0, 4));
        Assert.Equal((uint)file.Length - 8, U32(4));
        Assert.Equal("WAVEfmt "u8, file.AsSpan(8, 8));
        Assert.Equal(16u, U32(16));
        Assert.Equal(0x0002_0001u, U32(20));  // PCM, 2 channels
        Assert.Equal(48000u, U32(24));
        Assert.Equal(192000u, U32(28));
        Assert.Equal(0x0010_0004u, U32(32));  // 4 bytes a frame, 16 bits a sample
        Assert.Equal("data"u8, file.AsSpan(36, 4));
        Assert.Equal((uint)file.Length - 44, U32(40));
        return MemoryMarshal.Cast<byte, short>(file.AsSpan(44)).ToArray();
    }

    [Fact]
    public void The_file_is_valid_and_complete_after_every_write()
    {
        using WavFile wav = new(FilePath, _clock);
        Assert.Empty(ReadWav(FilePath));
        List<short> written = [];
        for (short i = 0; i < 5; i++)
        {
            short[] period = [.. Enumerable.Range(i * 100, 1024).Select(s => (short)(s * 31))];
            wav.Write([.. period.Select(s => s / 32768f)]);
            written.AddRange(period);
            Assert.Equal(written, ReadWav(FilePath));
        }
    }

    [Fact]
    public void A_second_of_frames_takes_a_second()
    {
        using WavFile wav = new(FilePath, _clock);
        for (int i = 0; i < 375; i++) // 375 periods of 512 frames are 4 s
            wav.Write(new float[1024]);
        Assert.Equal(4_000_000_000, _clock.SleptNs);
    }

    [Fact]
    public void After_a_pause_it_does_not_catch_up()
    {
        using WavFile wav = new(FilePath, _clock);
        wav.Write(new float[1024]);
        _clock.SleepUntil(_clock.NowNs + 3_000_000_000);
        long before = _clock.NowNs;
        wav.Write(new float[1024]);
        Assert.Equal(10_666_666, _clock.NowNs - before);
    }

    [Fact]
    public void An_old_file_is_emptied()
    {
        File.WriteAllText(FilePath, new string('x', 10_000));
        new WavFile(FilePath, _clock).Dispose();
        Assert.Empty(ReadWav(FilePath));
    }

    [Fact]
    public void A_full_disk_is_one_line()
    {
        Assert.True(Environment.UserName == "root", "this test mounts a small disk: run the tests as root");
        string disk = Directory.CreateDirectory(Path.Combine(_folder, "disk")).FullName;
        Run("mount", "-t", "tmpfs", "-o", "size=4k", "none", disk);
        try
        {
            File.WriteAllBytes(Path.Combine(disk, "old"), new byte[4096]);
            string file = Path.Combine(disk, "out.wav");
            AudioException e = Assert.Throws<AudioException>(() => new WavFile(file, _clock));
            Assert.Equal($"{file}: disk full; free some space. Further sound is discarded", e.Message);
        }
        finally
        {
            Run("umount", disk);
        }
    }

    [Fact]
    public void A_path_that_cannot_be_written_is_one_line()
    {
        AudioException e = Assert.Throws<AudioException>(() => new WavFile("/nowhere/out.wav", _clock));
        Assert.Equal("/nowhere/out.wav: no such file or directory; name a file that can be written", e.Message);
        e = Assert.Throws<AudioException>(() => new WavFile(_folder, _clock));
        Assert.Equal($"{_folder}: is a directory; name a file that can be written", e.Message);
    }

    [Fact]
    public void What_is_no_plain_file_is_refused_as_it_is_and_does_not_hang()
    {
        string Fault(string path) => Assert.Throws<AudioException>(() => new WavFile(path, _clock)).Message;
        Run("mkfifo", FilePath);
        Assert.Equal($"{FilePath}: no such device or address; name a file that can be written", Fault(FilePath)); // nobody reads
        using (new FileStream(FilePath, FileMode.Open, FileAccess.ReadWrite))
            Assert.Equal($"{FilePath}: is not a regular file; name a file that can be written", Fault(FilePath));
        Assert.Equal("/dev/null: is not a regular file; name a file that can be written", Fault("/dev/null"));

        string file = Path.Combine(_folder, "other"), link = Path.Combine(_folder, "link");
        File.WriteAllText(file, "somebody else's");
        File.CreateSymbolicLink(link, file);
        Assert.Equal($"{link}: is a symbolic link; name a file that can be written", Fault(link));
        Assert.Equal("somebody else's", File.ReadAllText(file));
    }

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
