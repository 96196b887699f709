using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Mmm;
using Mmm.Protocol;

namespace Bench;

/// <summary>
/// Measures the published mmm-view with a viewer that requests what noVNC requests: the cost of a picture that changes wholly, the time
/// from the app's frame to the viewer's update, and the bytes of a clock.
/// </summary>
internal static partial class ViewTable
{
    private const int Width = 1280, Height = 720, Hz = 30, Seconds = 8, Presses = 100, ClockSeconds = 20;

    public static int Print(string host, string view, string clock)
    {
        Console.WriteLine($"{"",-52}{"median",12}{"min",10}{"max",10}");
        Run(host, view, $"{Width}x{Height}", (running, viewer, stream) =>
        {
            using var client = MmmClient.Open("bench");
            HostTable.WaitFor(() =>
            {
                Draw(client, 0);
                return client.Width == Width;
            });
            HostTable.Row("mmm-view: RSS with one viewer, MB", [HostTable.Kilobytes(viewer, "VmRSS") / 1024.0]);
            Moving(running, viewer, stream, client);
            Latency(stream, client);
        });
        Run(host, view, "800x480", (running, viewer, stream) =>
        {
            using var app = HostTable.Launch(clock);
            Thread.CurrentThread.Join(3000);
            ReadFor(stream, 1000);
            HostTable.Row("mmm-view: bytes a second, a clock of 800x480", [ReadFor(stream, ClockSeconds * 1000) / (double)ClockSeconds]);
            app.Kill();
            app.WaitForExit();
        });
        return 0;
    }

    private static void Run(string host, string view, string size, Action<Process, Process, RfbStream> measure)
    {
        var directory = Directory.CreateTempSubdirectory("mmm-bench").FullName;
        Environment.SetEnvironmentVariable(Rendezvous.PathVariable, directory);
        try
        {
            using var running = new HostTable.Running(
                HostTable.Launch(host, "--display", $"memory:{size}", "--input", "none", "--audio", "none"));
            HostTable.WaitFor(() => File.Exists(Path.Combine(directory, Rendezvous.ControlName)));
            var start = new ProcessStartInfo(view, ["--web", "none", "--rfb", "127.0.0.1:0"]) { RedirectStandardOutput = true };
            using var viewer = new HostTable.Running(Process.Start(start)!);
            var ready = viewer.Host.StandardOutput.ReadLine()!;
            using var stream = new RfbStream(int.Parse(Port.Match(ready).Groups[1].Value, CultureInfo.InvariantCulture));
            measure(running.Host, viewer.Host, stream);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [GeneratedRegex(@"vnc://127\.0\.0\.1:(\d+)")]
    private static partial Regex Port { get; }

    // Like a list that scrolls: areas, lines and text-like marks, everywhere other than in the last frame.
    private static void Draw(MmmClient client, int number)
    {
        HostTable.WaitFor(() => client.CanBeginFrame);
        while (client.TryReadEvent(out _))
        {
        }
        using var frame = client.BeginFrame();
        for (var y = 0; y < frame.Height; y++)
        {
            var row = frame.Row(y);
            var line = y + 7 * number;
            row.Fill(line / 48 % 2 == 0 ? 0xFF203040u + (uint)number % 64 : 0xFF2C3C4Cu + (uint)number % 64);
            if (line % 48 is > 14 and < 34)
            {
                for (var x = 40; x < row.Length * 3 / 4; x++)
                {
                    if (x % 96 < 80 && (x * 7 + line / 48 * 13 ^ line * 5) % 9 < 3)
                        row[x] = 0xFFE0E8F0;
                }
            }
        }
        frame.Present();
    }

    private static void Moving(Process host, Process viewer, RfbStream stream, MmmClient client)
    {
        var (updates, bytes, isEnding) = (0, 0L, false);
        var reader = new Thread(() =>
        {
            while (!Volatile.Read(ref isEnding))
            {
                stream.Request();
                bytes += stream.ReadUpdate();
                updates++;
            }
        });
        reader.Start();
        var clock = Stopwatch.StartNew();
        var (before, hostBefore) = (viewer.TotalProcessorTime, host.TotalProcessorTime);
        var (updatesBefore, bytesBefore) = (updates, bytes);
        for (var i = 1; i <= Hz * Seconds; i++)
        {
            Draw(client, i);
            var rest = i * 1000.0 / Hz - clock.Elapsed.TotalMilliseconds;
            if (rest > 0)
                Thread.CurrentThread.Join((int)rest);
        }
        var seconds = clock.Elapsed.TotalSeconds;
        viewer.Refresh();
        host.Refresh();
        HostTable.Row("mmm-view: % of a core, 1280x720 changes 30 times/s",
            [(viewer.TotalProcessorTime - before).TotalSeconds / seconds * 100]);
        HostTable.Row("host: % of a core meanwhile", [(host.TotalProcessorTime - hostBefore).TotalSeconds / seconds * 100]);
        HostTable.Row("updates a second, MB a second",
            [(updates - updatesBefore) / seconds, (bytes - bytesBefore) / seconds / 1e6, (updates - updatesBefore) / seconds]);
        Volatile.Write(ref isEnding, true);
        Draw(client, 1_000_000);
        reader.Join();
    }

    private static void Latency(RfbStream stream, MmmClient client)
    {
        var times = new List<double>();
        for (var i = 0; i < Presses; i++)
        {
            stream.Request();
            Thread.CurrentThread.Join(20);
            var clock = Stopwatch.StartNew();
            using (var frame = client.BeginFrame(new Rect(64, 64, 64, 64)))
            {
                frame.Fill(PixelColor.FromRgb(0x102030 + i), new Rect(64, 64, 64, 64));
                frame.Present();
            }
            stream.ReadUpdate();
            times.Add(clock.Elapsed.TotalMilliseconds);
        }
        HostTable.Row("app's frame of 64x64 to viewer's update, ms", times);
    }

    private static long ReadFor(RfbStream stream, int milliseconds)
    {
        var (clock, bytes) = (Stopwatch.StartNew(), 0L);
        while (clock.ElapsedMilliseconds < milliseconds)
        {
            stream.Request();
            bytes += stream.ReadUpdate();
        }
        return bytes;
    }

    /// <summary>A viewer that reads ZRLE and JPEG without decoding them.</summary>
    private sealed class RfbStream : IDisposable
    {
        private readonly TcpClient _tcp;
        private readonly NetworkStream _stream;
        private readonly byte[] _buffer = new byte[1 << 20];
        private readonly int _width;
        private readonly int _height;

        public RfbStream(int port)
        {
            _tcp = new TcpClient("127.0.0.1", port) { NoDelay = true };
            _stream = _tcp.GetStream();
            _stream.Write("RFB 003.008\n"u8);
            _stream.Write([1, 1]);
            var start = Read(12 + 2 + 4 + 20);
            (_width, _height) = (BinaryPrimitives.ReadUInt16BigEndian(start[18..]), BinaryPrimitives.ReadUInt16BigEndian(start[20..]));
            Read((int)BinaryPrimitives.ReadUInt32BigEndian(Read(4)));
            _stream.Write([0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16, 0, 0, 0]);
            _stream.Write([2, 0, 0, 3, 0, 0, 0, 7, 0, 0, 0, 16, 255, 255, 255, 230]); // Tight, ZRLE, quality 6
        }

        private ReadOnlySpan<byte> Read(int count)
        {
            _stream.ReadExactly(_buffer, 0, count);
            return _buffer.AsSpan(0, count);
        }

        public void Request() => _stream.Write([3, 1, 0, 0, 0, 0, (byte)(_width >> 8), (byte)_width, (byte)(_height >> 8), (byte)_height]);

        /// <summary>Returns the number of bytes.</summary>
        public long ReadUpdate()
        {
            var bytes = 4L;
            for (var left = BinaryPrimitives.ReadUInt16BigEndian(Read(4)[2..]); left > 0; left--)
            {
                bytes += 12;
                var length = Read(12)[11] == 16 ? (int)BinaryPrimitives.ReadUInt32BigEndian(Read(4)) : ReadTightLength();
                bytes += length;
                Read(length);
            }
            return bytes;
        }

        private int ReadTightLength()
        {
            Read(1);
            var (length, shift) = (0, 0);
            for (var part = 0x80; (part & 0x80) != 0 && shift < 21; shift += 7)
            {
                part = Read(1)[0];
                length |= (part & (shift == 14 ? 0xFF : 0x7F)) << shift;
            }
            return length;
        }

        public void Dispose() => _tcp.Dispose();
    }
}
