using System.Globalization;
using System.Diagnostics;
using System.Runtime.InteropServices;
using InputEvdev.Tests;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// How long it takes from a touch in the kernel to another pixel in the framebuffer, through a host and an app that changes the whole
/// screen at each press. Looks at the pixel without end: it needs a processor of its own.
/// </summary>
internal static class TouchLatency
{
    private const int ABS_X = 0, ABS_Y = 1, BTN_TOUCH = 0x14a; // linux/input-event-codes.h
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Touches so often, and says the median, the 99th percentile and the longest time, ms; null when a touch showed nothing.
    /// </summary>
    /// <param name="touches">1 or more.</param>
    /// <param name="recording">A touch screen of one finger.</param>
    /// <param name="framebuffer">As /dev/fb0.</param>
    /// <param name="at">Offset of a pixel of 4 bytes.</param>
    public static string? Measure(int touches, string recording, string framebuffer, long at)
    {
        using var screen = File.OpenHandle(framebuffer);
        using var uinput = new UinputDevice(DeviceRecording.Read(recording));
        // The host opens it some time after it is there: touches until one shows.
        for (var tries = 0; Touch(uinput, screen, at, TimeSpan.FromMilliseconds(200)) is null; tries++)
        {
            if (tries == 50)
                return null;
        }
        var times = new double[touches];
        for (var i = 0; i < touches; i++)
        {
            if (Touch(uinput, screen, at, Patience) is not { } time)
                return null;
            times[i] = time.TotalMilliseconds;
        }
        Array.Sort(times);
        return string.Create(CultureInfo.InvariantCulture, $"median {times[touches / 2]:0.00} ms, p99 {times[touches * 99 / 100]:0.00} ms, "
            + $"longest {times[^1]:0.00} ms");
    }

    private static TimeSpan? Touch(UinputDevice uinput, SafeFileHandle screen, long at, TimeSpan patience)
    {
        var before = Pixel(screen, at);
        var start = Stopwatch.GetTimestamp();
        uinput.Send(new RecordedEvent(Codes.EV_KEY, BTN_TOUCH, 1), new RecordedEvent(Codes.EV_ABS, ABS_X, 2000),
            new RecordedEvent(Codes.EV_ABS, ABS_Y, 2000));
        TimeSpan? shown = null;
        while (shown is null && Stopwatch.GetElapsedTime(start) < patience)
        {
            if (Pixel(screen, at) != before)
                shown = Stopwatch.GetElapsedTime(start);
        }
        uinput.Send(new RecordedEvent(Codes.EV_KEY, BTN_TOUCH, 0));
        Thread.Sleep(40); // so that host, app and screen are at rest
        return shown;
    }

    private static int Pixel(SafeFileHandle screen, long at)
    {
        Span<int> pixel = stackalloc int[1];
        RandomAccess.Read(screen, MemoryMarshal.AsBytes(pixel), at);
        return pixel[0];
    }
}
