using System.Diagnostics;

namespace GpioButtons.Tests;

/// <summary>What can be seen without a chip; the board tests press a PL061's line.</summary>
public sealed class GpioCharDevDriverTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gpio").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    private static string Error(string path) => Assert.Throws<GpioLineException>(() => new GpioCharDevDriver(path)).Message;

    [Fact]
    public void A_missing_chip_is_one_line()
    {
        string error = Assert.Throws<GpioLineException>(() => new GpioCharDevDriver(250)).Message;
        Assert.StartsWith("/dev/gpiochip250: no such chip; ", error);
        Assert.DoesNotContain('\n', error);
    }

    [Fact]
    public void A_regular_file_is_no_chip()
    {
        string file = Path.Combine(_folder, "file");
        File.WriteAllBytes(file, new byte[4096]);
        Assert.Equal($"{file}: is not a GPIO chip; name a /dev/gpiochipN", Error(file));
    }

    [Fact]
    public void A_fifo_is_no_chip_and_does_not_hang()
    {
        string fifo = Path.Combine(_folder, "fifo");
        Process.Start("mkfifo", fifo).WaitForExit();
        Assert.Equal($"{fifo}: is not a GPIO chip; name a /dev/gpiochipN", Error(fifo));
    }

    [Theory]
    [InlineData("/dev/null")]
    [InlineData("/dev/ptmx")]
    [InlineData("/dev")]
    public void Another_device_is_no_chip(string path) => Assert.Equal($"{path}: is not a GPIO chip; name a /dev/gpiochipN", Error(path));

    [Fact]
    public void Failing_to_open_leaves_no_descriptor()
    {
        _ = Error("/dev/null");
        int before = Directory.GetFileSystemEntries("/proc/self/fd").Length;
        for (int i = 0; i < 50; i++)
            _ = Error("/dev/null");
        Assert.InRange(Directory.GetFileSystemEntries("/proc/self/fd").Length, 0, before + 10);
    }
}
