using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using Mmm.Protocol;
using Mmm;

namespace Bench;

/// <summary>
/// Measures the input of the published host: the time from the write of a device's records into a FIFO until the client is awake and has
/// the event, and the cost of ten fingers on a fast panel.
/// </summary>
internal static class InputTable
{
    private const int EV_SYN = 0, EV_KEY = 1, EV_ABS = 3, ABS_X = 0, ABS_Y = 1, ABS_MT_SLOT = 0x2f, ABS_MT_POSITION_X = 0x35,
        ABS_MT_POSITION_Y = 0x36, ABS_MT_TRACKING_ID = 0x39, BTN_TOUCH = 0x14a;
    private const int Events = 2000, Fingers = 10, Hz = 1000, Seconds = 10;

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct InputRecord(long Seconds, long Microseconds, short Type, short Code, int Value);

    public static int Print(string host)
    {
        var directory = Directory.CreateTempSubdirectory("mmm-bench").FullName;
        Environment.SetEnvironmentVariable(Rendezvous.PathVariable, directory);
        try
        {
            var fifo = Path.Combine(directory, ".input");
            using (var mkfifo = Process.Start("mkfifo", [fifo]))
                mkfifo.WaitForExit();
            using var running = new HostTable.Running(
                HostTable.Launch(host, "--display", "memory:800x480", "--input", fifo, "--audio", "none"));
            HostTable.WaitFor(() => File.Exists(Path.Combine(directory, Rendezvous.ControlName)));
            using var device = new FileStream(fifo, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            Latency(device, idleMs: 2, Events);
            Latency(device, idleMs: 20, Events / 4); // with cold caches and a sleeping processor
            TenFingers(running.Host, device, directory);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
        return 0;
    }

    private static MmmClient Client(EventKinds kinds)
    {
        var client = MmmClient.Open("bench");
        client.Ask(kinds);
        client.BeginFrame().Present();
        HostTable.WaitFor(() => client.CanBeginFrame);
        return client;
    }

    private static void Write(FileStream device, params ReadOnlySpan<(int Type, int Code, int Value)> records)
    {
        Span<InputRecord> frame = stackalloc InputRecord[records.Length + 1]; // the last one is SYN_REPORT
        frame.Clear();
        for (var i = 0; i < records.Length; i++)
            frame[i] = new InputRecord(0, 0, (short)records[i].Type, (short)records[i].Code, records[i].Value);
        device.Write(MemoryMarshal.AsBytes(frame));
    }

    // A finger moves. Host and client sleep between two events.
    private static void Latency(FileStream device, int idleMs, int events)
    {
        using var client = Client(EventKinds.None);
        Write(device, (EV_ABS, ABS_X, 100), (EV_ABS, ABS_Y, 100), (EV_KEY, BTN_TOUCH, 1));
        while (client.WaitEvent(TimeSpan.FromSeconds(5)) is not PointerPressed) { }
        var us = new List<double>();
        for (var i = 0; i < events + 200; i++)
        {
            Thread.CurrentThread.Join(idleMs);
            while (client.TryReadEvent(out _)) { }
            var start = Stopwatch.GetTimestamp();
            Write(device, (EV_ABS, ABS_X, 200 + i % 100));
            if (client.WaitEvent(TimeSpan.FromSeconds(5)) is not PointerDragged)
                throw new TimeoutException("the host did not send the motion");
            if (i >= 200) // after the warm-up
                us.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }
        Write(device, (EV_KEY, BTN_TOUCH, 0));
        while (client.WaitEvent(TimeSpan.FromSeconds(5)) is not (null or PointerReleased)) { }
        HostTable.Row($"input: device to client awake, after {idleMs} ms of idle, us", us);
        HostTable.Row("input: the same, 99th percentile, us", [us.Order().ElementAt(events * 99 / 100)]);
    }

    // Reads the counters that the host has for its only client. If this benchmark is late, it sends bursts, and the host may coalesce
    // motions.
    private static (int Dropped, int Coalesced) Counts(string directory)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(Path.Combine(directory, Rendezvous.ControlName)));
        using var stream = new NetworkStream(socket);
        stream.Write("[\"clients\"]\n"u8);
        using var answer = JsonDocument.Parse(new StreamReader(stream).ReadLine()!);
        var client = answer.RootElement.GetProperty("clients")[0];
        return (client.GetProperty("eventsDropped").GetInt32(), client.GetProperty("eventsCoalesced").GetInt32());
    }

    private static void TenFingers(Process host, FileStream device, string directory)
    {
        using var client = Client(EventKinds.Multitouch);
        var seen = 0;
        var reader = new Thread(() =>
        {
            while (seen < Fingers * (Hz * Seconds + 2) && client.WaitEvent(TimeSpan.FromSeconds(2)) is PointerEvent)
                seen++;
        });
        reader.Start();
        var contacts = Enumerable.Range(0, Fingers);
        Write(device, [.. contacts.SelectMany(f => Contact(f, 0).Append((EV_ABS, ABS_MT_TRACKING_ID, f)))]);
        host.Refresh();
        var before = host.TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        var frames = 1; // frame 0 pressed the fingers
        while (frames <= Hz * Seconds)
        {
            var due = Math.Min(Math.Min(Hz * Seconds, clock.Elapsed.TotalSeconds * Hz), frames + 20); // 20: panels send no bursts
            for (; frames <= due; frames++)
                Write(device, [.. contacts.SelectMany(f => Contact(f, frames))]);
            Thread.Sleep(1);
        }
        Write(device,
            [.. contacts.SelectMany(f => (IEnumerable<(int, int, int)>)[(EV_ABS, ABS_MT_SLOT, f), (EV_ABS, ABS_MT_TRACKING_ID, -1)])]);
        reader.Join();
        host.Refresh();
        var cpu = (host.TotalProcessorTime - before).TotalSeconds / clock.Elapsed.TotalSeconds;
        var (dropped, coalesced) = Counts(directory);
        HostTable.Row($"input: {Fingers} fingers at {Hz} Hz, of {Fingers * (Hz * Seconds + 2):N0} events lost",
            [Fingers * (Hz * Seconds + 2) - seen - coalesced]);
        HostTable.Row("input: of these dropped by the host", [dropped]);
        HostTable.Row("input: motions coalesced because the benchmark was late", [coalesced]);
        HostTable.Row("input: host CPU meanwhile, % of a core", [100 * cpu]);
    }

    private static IEnumerable<(int Type, int Code, int Value)> Contact(int finger, int frame) =>
    [
        (EV_ABS, ABS_MT_SLOT, finger), (EV_ABS, ABS_MT_POSITION_X, 20 + 70 * finger + frame % 50),
        (EV_ABS, ABS_MT_POSITION_Y, 100 + finger),
    ];
}
