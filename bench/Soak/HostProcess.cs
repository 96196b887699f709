using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;

namespace Soak;

/// <summary>
/// A host with a memory display and its own directory. Reads its resource usage from the kernel, and has a connection to its control
/// socket.
/// </summary>
internal sealed class HostProcess : IDisposable
{
    private const int KeptLines = 40;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly DirectoryInfo _temp = System.IO.Directory.CreateTempSubdirectory("mmm-soak-");
    private readonly Process _process;
    private readonly Queue<string> _lastLines = [];
    private readonly StreamReader _answers;
    private readonly Socket _control;
    private readonly object _asking = new();
    private long _lines;

    public HostProcess(string program)
    {
        Directory = InMemory() ? MakeInMemory() : Path.Combine(_temp.FullName, "clients");
        Sound = Path.Combine(_temp.FullName, "sound.wav");
        var start = new ProcessStartInfo(program,
            ["--display", "memory:800x480@" + Path.Combine(_temp.FullName, "screen"),
                "--input", "none", "--audio", "wav:" + Sound, "--path", Directory])
        {
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        using var ready = new ManualResetEventSlim();
        _process.ErrorDataReceived += (_, e) => Note(e.Data, ready);
        _process.BeginErrorReadLine();
        if (!ready.Wait(Patience) || _process.HasExited)
            throw new InvalidOperationException($"{program} did not become ready; its last lines: {string.Join(" | ", LastLines)}");
        _control = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            { ReceiveTimeout = (int)Patience.TotalMilliseconds };
        _control.Connect(new UnixDomainSocketEndPoint(Path.Combine(Directory, ".control")));
        _answers = new StreamReader(new NetworkStream(_control, ownsSocket: true));
    }

    /// <summary>The host's directory (MMM_PATH).</summary>
    public string Directory { get; }

    /// <summary>The path of the WAV file that the host writes.</summary>
    public string Sound { get; }

    public bool HasEnded => _process.HasExited;

    /// <summary>The exit code; 0 while the host runs.</summary>
    public int ExitCode => _process.HasExited ? _process.ExitCode : 0;

    /// <summary>The number of lines that the host has logged.</summary>
    public long Lines => Volatile.Read(ref _lines);

    /// <summary>The last lines of the log.</summary>
    public string[] LastLines
    {
        get
        {
            lock (_lastLines)
                return [.. _lastLines];
        }
    }

    // On a board, the files of clients are in memory, in /run. Here they are in /dev/shm if it has enough space.
    private static bool InMemory() => System.IO.Directory.Exists("/dev/shm") && new DriveInfo("/dev/shm").AvailableFreeSpace > 1L << 30;

    private static string MakeInMemory()
    {
        var path = $"/dev/shm/mmm-soak-{Guid.NewGuid():N}";
        return System.IO.Directory.CreateDirectory(path,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
    }

    private void Note(string? line, ManualResetEventSlim ready)
    {
        if (line is null)
            return;
        lock (_lastLines)
        {
            _lastLines.Enqueue(line);
            if (_lastLines.Count > KeptLines)
                _lastLines.Dequeue();
        }
        if (Interlocked.Increment(ref _lines) < 100 && line.StartsWith("mmm: ready", StringComparison.Ordinal))
            ready.Set();
    }

    /// <summary>Sends a request and returns the answer.</summary>
    /// <exception cref="IOException">The host closed the connection, or did not answer within a minute.</exception>
    public JsonElement Ask(params string[] words)
    {
        lock (_asking)
        {
            _control.Send(JsonSerializer.SerializeToUtf8Bytes(words));
            _control.Send("\n"u8);
            return JsonDocument.Parse(_answers.ReadLine() ?? throw new IOException("the host has closed the connection")).RootElement;
        }
    }

    /// <summary>The number of clients that the host serves.</summary>
    public int Clients => Ask("clients").GetProperty("clients").GetArrayLength();

    /// <summary>
    /// The names that the kernel has for the open descriptors. Libraries are left out, because a host that is not native code loads them
    /// when it needs them.
    /// </summary>
    public string[] Descriptors =>
    [
        .. System.IO.Directory.GetFileSystemEntries($"/proc/{_process.Id}/fd")
            .Select(fd => new FileInfo(fd).LinkTarget ?? "just closed")
            .Where(target => !target.EndsWith(".dll", StringComparison.Ordinal)),
    ];

    public int Threads => System.IO.Directory.GetDirectories($"/proc/{_process.Id}/task").Length;

    /// <summary>Resident memory in MB.</summary>
    public double Megabytes => double.Parse(
        File.ReadLines($"/proc/{_process.Id}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;

    /// <summary>Processor time of all threads in ms.</summary>
    public double ProcessorTime => System.IO.Directory.GetDirectories($"/proc/{_process.Id}/task").Sum(TimeOf) / 1e6;

    private static double TimeOf(string task)
    {
        try
        {
            return double.Parse(File.ReadAllText(task + "/schedstat").Split(' ')[0], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0; // the thread has just ended
        }
    }

    /// <summary>Ends the host in order, and kills it if it does not end within a minute.</summary>
    public void Dispose()
    {
        _answers?.Dispose();
        Native.kill(_process.Id, Native.SIGTERM);
        if (!_process.WaitForExit(Patience))
        {
            Native.kill(_process.Id, Native.SIGKILL);
            _process.WaitForExit();
        }
        _process.Dispose();
        _temp.Delete(recursive: true);
        if (System.IO.Directory.Exists(Directory))
            System.IO.Directory.Delete(Directory, recursive: true);
    }
}
