using System.Diagnostics;
using System.Globalization;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Mmm.Protocol;
using Mmm;
using Tmds.Linux;

namespace Bench;

/// <summary>
/// Measures the published host as a whole process and prints a table: median, minimum and maximum of each measurement. If the machine has
/// other load, a wide range shows it.
/// </summary>
internal static class HostTable
{
    private const int Starts = 15, Round = 200;
    private static (int Width, int Height) _screen = (800, 480);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static int Print(string host, string hello)
    {
        var directory = Directory.CreateTempSubdirectory("mmm-bench").FullName;
        Environment.SetEnvironmentVariable(Rendezvous.PathVariable, directory);
        var framebuffer = Path.Combine(directory, "screen");
        Header();
        try
        {
            Row("exec of mmm ./Hello to first frame, ms", Enumerable.Range(0, Starts).Select(_ => FirstFrame(host, hello, framebuffer)));
            using (var running = new Running(Start(host, framebuffer)))
            {
                IdleRows(running.Host, hello, directory);
                LatencyRows(running.Host, framebuffer, directory);
            }
            _screen = (1920, 1080);
            File.Delete(framebuffer);
            using (var running = new Running(Start(host, framebuffer)))
                LatencyRows(running.Host, framebuffer, directory);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
        return 0;
    }

    internal sealed class Running(Process host) : IDisposable
    {
        public Process Host => host;

        // Ends the host in order, so that it deletes its control socket. Otherwise the benchmark could mistake the old socket for that of
        // the next host.
        public void Dispose()
        {
            LibC.kill(host.Id, LibC.SIGTERM);
            host.WaitForExit();
            host.Dispose();
        }
    }

    internal static void Header() => Console.WriteLine($"{"",-52}{"median",12}{"min",10}{"max",10}");

    internal static void Row(string what, IEnumerable<double> values)
    {
        var v = values.Order().ToList();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-52}{v[v.Count / 2],12:0.00}{v[0],10:0.00}{v[^1],10:0.00}"));
    }

    internal static Process Launch(string host, params string[] args)
    {
        var start = new ProcessStartInfo(host, args) { RedirectStandardError = true };
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }

    internal static Process Start(string host, string framebuffer)
    {
        var process = Launch(host, "--display", $"memory:{_screen.Width}x{_screen.Height}@{framebuffer}",
            "--input", "none", "--audio", "none");
        WaitFor(() => File.Exists(Path.Combine(Path.GetDirectoryName(framebuffer)!, Rendezvous.ControlName)));
        return process;
    }

    // The first frame is on the screen when the picture has the blue of Hello.
    private static double FirstFrame(string host, string hello, string framebuffer)
    {
        File.Delete(framebuffer);
        var clock = Stopwatch.StartNew();
        using var process = Launch(host, "--display", $"memory:{_screen.Width}x{_screen.Height}@{framebuffer}",
            "--input", "none", "--audio", "none", hello);
        while (!File.Exists(framebuffer) || new FileInfo(framebuffer).Length < _screen.Width * _screen.Height * 4)
            Pause();
        using var pixels = new Pixels(framebuffer);
        WaitFor(() => pixels[0, 0] == 0xFF203040);
        var ms = clock.Elapsed.TotalMilliseconds;
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        return ms;
    }

    private static void IdleRows(Process host, string hello, string directory)
    {
        using (var app = Launch(hello))
        {
            WaitFor(() => Directory.GetFiles(directory, "fb.*").Length == 1);
            Thread.CurrentThread.Join(1000); // waits until the start is complete
            Row("host RSS with one 800x480 client, MB", [Kilobytes(host, "VmRSS") / 1024.0]);
            Row("app RSS (Hello), MB", [Kilobytes(app, "VmRSS") / 1024.0]);
            Row("host wake-ups a second, idle bell client", [WakeUps(host)]);
            app.Kill();
            app.WaitForExit();
        }
        WaitFor(() => Directory.GetFiles(directory, "fb.*").Length == 0);
        using var legacy = new LegacyClient(directory);
        Thread.CurrentThread.Join(2000);
        Row("host wake-ups a second, idle legacy client", [WakeUps(host)]);
        using var timer = new Timer(_ => legacy.Present(), null, 100, 100);
        Thread.CurrentThread.Join(2000);
        Row("host wake-ups a second, legacy client at 10 frames a second", [WakeUps(host)]);
    }

    internal static void LatencyRows(Process host, string framebuffer, string directory)
    {
        WaitFor(() => Directory.GetFiles(directory, "fb.*").Length == 0);
        using var client = MmmClient.Open("bench");
        using var pixels = new Pixels(framebuffer);
        uint color = 0xFF000000;
        double Present(Rect damage)
        {
            WaitFor(() => client.CanBeginFrame);
            Thread.CurrentThread.Join(20); // longer than the host's interval between frames
            color = (color + 0x010203) | 0xFF000000; // the display is opaque
            var frame = client.BeginFrame(damage);
            frame.Fill(new PixelColor(color), damage);
            var clock = Stopwatch.GetTimestamp();
            frame.Present();
            while (pixels[damage.Right - 1, damage.Bottom - 1] != color)
                Thread.SpinWait(20);
            return Stopwatch.GetElapsedTime(clock).TotalMicroseconds;
        }
        // The app sleeps until the host has taken its frame, as real apps do. This costs one more wake-up, and leaves the processor to the
        // host.
        List<double> Sleeping(Rect damage)
        {
            var times = new List<double>();
            var clock = 0L;
            foreach (var _ in client.Frames())
            {
                if (clock != 0)
                    times.Add(Stopwatch.GetElapsedTime(clock).TotalMicroseconds);
                if (clock != 0 && pixels[damage.Right - 1, damage.Bottom - 1] != color)
                    throw new InvalidOperationException("the host has reported that it took a frame, but the frame is not on the screen");
                if (times.Count == Round)
                    break;
                Thread.CurrentThread.Join(20);
                color = (color + 0x010203) | 0xFF000000; // the display is opaque
                var frame = client.BeginFrame(damage);
                frame.Fill(new PixelColor(color), damage);
                clock = Stopwatch.GetTimestamp();
                frame.Present();
            }
            return times;
        }
        var size = $"{_screen.Width}x{_screen.Height}";
        var (part, all) = (new Rect(100, 100, 64, 64), new Rect(0, 0, _screen.Width, _screen.Height));
        Row($"{size}: ring to pixels and ring back, 64x64, us", Sleeping(part));
        Row($"{size}: ring to pixels, 64x64, seen by a busy client, us", Enumerable.Range(0, Round).Select(_ => Present(part)).ToList());
        Row($"{size}: ring to pixels, all of it, seen by a busy client, us", Enumerable.Range(0, Round).Select(_ => Present(all)).ToList());

        var before = host.TotalProcessorTime;
        var frames = 0;
        var run = Stopwatch.StartNew();
        while (run.Elapsed < TimeSpan.FromSeconds(3))
        {
            client.BeginFrame().Present();
            frames++;
        }
        host.Refresh();
        Row($"{size}: full frames a second, client without pause", [frames / run.Elapsed.TotalSeconds]);
        Row($"{size}: host CPU a full frame, ms", [(host.TotalProcessorTime - before).TotalMilliseconds / frames]);
    }

    internal static void WaitFor(Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            if (clock.Elapsed > Patience)
                throw new TimeoutException("the host did not do the measured operation within 10 s");
            Pause();
        }
    }

    private static void Pause() => Thread.SpinWait(2000);

    internal static double Kilobytes(Process process, string field) => double.Parse(
        File.ReadLines($"/proc/{process.Id}/status").First(l => l.StartsWith(field)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    // Counts the context switches of all threads over 10 s.
    private static double WakeUps(Process process)
    {
        long Count() => Directory.GetDirectories($"/proc/{process.Id}/task").Sum(task => File.ReadLines($"{task}/status")
            .Where(l => l.Contains("ctxt_switches")).Sum(l => long.Parse(l.Split('\t')[1])));
        var before = Count();
        Thread.CurrentThread.Join(10_000);
        return (Count() - before) / 10.0;
    }

    /// <summary>The memory display, mapped into this process.</summary>
    internal sealed unsafe class Pixels : IDisposable
    {
        private readonly MemoryMappedFile _file;
        private readonly MemoryMappedViewAccessor _view;
        private readonly uint* _at;

        public Pixels(string path)
        {
            _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open);
            _view = _file.CreateViewAccessor();
            byte* at = null;
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref at);
            _at = (uint*)at;
        }

        public uint this[int x, int y] => Volatile.Read(ref _at[y * _screen.Width + x]);

        public void Dispose()
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file.Dispose();
        }
    }

    /// <summary>A raw client without a bell. It draws nothing.</summary>
    private sealed class LegacyClient : IDisposable
    {
        private readonly string _path;

        public LegacyClient(string directory)
        {
            var abi = Abi.Lp64;
            _path = Path.Combine(directory, "fb.legacy");
            var bytes = new byte[abi.FirstPixel + 64 * 64 * 4 + 1];
            void Put(int offset, int value) => MemoryMarshal.Write(bytes.AsSpan(offset), value);
            Put(abi.Width, 64);
            Put(abi.Height, 64);
            Put(abi.DesiredWidth, 64);
            Put(abi.DesiredHeight, 64);
            Put(abi.Stride, 256);
            Put(abi.FbOffset, abi.FirstPixel);
            Put(abi.FlipState, (int)FlipState.WaitFlip);
            Put(Abi.Pid, Environment.ProcessId);
            File.WriteAllBytes(_path, bytes);
        }

        public void Present()
        {
            using var file = File.OpenWrite(_path);
            file.Position = Abi.Lp64.FlipState;
            file.WriteByte((byte)FlipState.WaitFlip);
        }

        public void Dispose() => File.Delete(_path);
    }
}
