using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Mmm.Protocol;

namespace FbHost.Tests.Support;

/// <summary>What mmmctl clients --json says of one client.</summary>
internal sealed record ClientInfo(
    string Name, string File, int Pid, int Width, int Height, int X, int Y, long Frames,
    int EventsQueued, int EventsHeld, long EventsDropped, bool Bell, bool Focus, bool Audio)
{
    public Dictionary<string, string> Values { get; init; } = [];
}

/// <summary>
/// A real host process on a memory display in a directory of its own, ready when the constructor returns. The picture is read from the
/// framebuffer's file; the process is killed when the fixture is disposed.
/// </summary>
internal sealed class MmmHost : IDisposable
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);
    private readonly TempDirectory _temp;
    private readonly List<Child> _children = [];
    private readonly string[] _options;
    private FileStream? _fifo;
    private ControlClient? _control;

    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="config">A configuration, JSON; $RAW, $HELLO and $TEMP are replaced by paths.</param>
    /// <param name="input">With a FIFO for input.</param>
    /// <param name="audio">none, or wav: for a file (see <see cref="Sound"/>).</param>
    /// <param name="format">The display's; "": XRGB8888, which <see cref="Picture"/> reads.</param>
    /// <param name="start">False: started later, by <see cref="Start"/>.</param>
    /// <param name="directory">Where <see cref="Temp"/> is made; null: where temporary files are.</param>
    /// <param name="window">wayland or x11, with or without a size: the display in place of the memory.</param>
    public MmmHost(int width = 320, int height = 200, string? config = null, bool input = false,
        string audio = "none", string format = "", bool start = true,
        string? directory = null, string? window = null)
    {
        _temp = new TempDirectory(directory);
        (Width, Height) = (width, height);
        Directory.CreateDirectory(Path);
        var display = $"memory:{width}x{height}{(format == "" ? "" : ":" + format)}@{FramebufferFile}";
        _options = ["--display", window ?? display, "--audio", audio == "wav:" ? "wav:" + Sound : audio];
        if (config is not null)
            _options = [.. _options, "--config", _temp.Write("mmm.json", Expand(config))];
        if (input)
            new Child("mkfifo", [Fifo]).WaitForEnd();
        _options = [.. _options, "--input", input ? Fifo : "none"];
        Process = null!;
        if (start)
            Start();
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>MMM_PATH.</summary>
    public string Path => _temp["mmm"];

    /// <summary>Where the host keeps what is its own.</summary>
    public string Own => _temp["own"];

    /// <summary>The test's own files, beside MMM_PATH.</summary>
    public TempDirectory Temp => _temp;

    public string FramebufferFile => _temp["framebuffer"];

    public string Sound => _temp["sound.wav"];

    public string Fifo => _temp["input"];

    /// <summary>More of the host's environment.</summary>
    public (string Name, string? Value)[] Environment { get; set; } = [];

    /// <summary>A program, and its first arguments, that becomes the host.</summary>
    public string[] Launcher { get; set; } = [];

    public Child Process { get; private set; }

    public string[] Log => Process.Errors;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string Expand(string text) =>
        text.Replace("$RAW", Programs.RawClient).Replace("$HELLO", Programs.Hello).Replace("$TEMP", _temp.Path);

    /// <summary>Starts the host (again), and waits until it is ready.</summary>
    public void Start(params string[] more)
    {
        _control?.Dispose();
        _control = null;
        string[] command = [.. Launcher, Programs.Mmm, .. _options, .. more];
        Process = new Child(command[0], command[1..], 
            [("MMM_PATH", Path), ("RUNTIME_DIRECTORY", Own), ("STATE_DIRECTORY", _temp["state"]), .. Environment]);
        _children.Add(Process);
        Wait.Until(() => Process.HasEnded || Log.Any(l => l.StartsWith("mmm: ready: ", StringComparison.Ordinal)),
            "the ready line", AllLog);
        Assert.False(Process.HasEnded, AllLog());
    }

    /// <summary>Ends it in order; returns the exit code.</summary>
    public int Stop()
    {
        Process.Signal(Child.SIGTERM);
        return Process.WaitForEnd();
    }

    /// <summary>Starts a program in this host's MMM_PATH.</summary>
    public Child Run(string program, params string[] arguments)
    {
        var child = new Child(program, arguments, ("MMM_PATH", Path));
        _children.Add(child);
        return child;
    }

    /// <summary>Starts the raw C client; it is known by its title, the one after --title, else "raw".</summary>
    public Child Raw(string commandLine) => Run(Programs.RawClient, commandLine.Split(' '));

    public Child Ctl(params string[] arguments) => Run(Programs.Mmmctl, arguments);

    public JsonElement Ask(params string[] words) => (_control ??= new ControlClient(Path)).Ask(words);

    public ClientInfo[] Clients => [.. Ask("clients").GetProperty("clients").EnumerateArray().Select(c => c.Deserialize<ClientInfo>(Web)!)];

    public ClientInfo? Client(string nameOrFile) => Clients.FirstOrDefault(c => c.Name == nameOrFile || c.File == nameOrFile);

    public ClientInfo WaitForClient(string nameOrFile, Func<ClientInfo, bool>? condition = null)
    {
        ClientInfo? found = null;
        Wait.Until(() => (found = Client(nameOrFile)) is { } c && (condition?.Invoke(c) ?? c.Frames > 0), $"client {nameOrFile}", Describe);
        return found!;
    }

    public void WaitForNoClient(string nameOrFile) =>
        Wait.Until(() => Client(nameOrFile) is null, $"the end of client {nameOrFile}", Describe);

    private string Describe() => $"{Ask("clients").GetRawText()} log {AllLog()}";

    /// <summary>In one line, for whoever looks into a failure.</summary>
    public string AllLog() => string.Join(" | ", Log);

    public void WaitForLog(string part) =>
        Wait.Until(() => Log.Any(l => l.Contains(part, StringComparison.Ordinal)), $"a log line with \"{part}\"", AllLog);

    public int CountLog(string part) => Log.Count(l => l.Contains(part, StringComparison.Ordinal));

    /// <summary>All pixels as 0xRRGGBB, row by row.</summary>
    public int[] Picture() => [.. MemoryMarshal.Cast<byte, int>(ReadFramebuffer()).ToArray().Select(p => p & 0xFFFFFF)];

    private byte[] ReadFramebuffer()
    {
        using var file = new FileStream(FramebufferFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[Width * Height * 4];
        file.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>A pixel as 0xRRGGBB.</summary>
    public int Pixel(int x, int y) => Picture()[y * Width + x];

    public void WaitForPixel(int x, int y, int color) =>
        Wait.Until(() => Pixel(x, y) == color, $"the colour {color:x6} at {x},{y}", () => $"{Pixel(x, y):x6} log {AllLog()}");

    /// <summary>Fails unless the rectangle has one colour and everything else on the screen the other.</summary>
    public void WaitForRectangle(int x, int y, int width, int height, int color, int around = 0)
    {
        int[] expected = [.. Enumerable.Range(0, Width * Height).Select(i => IsInside(i % Width - x, i / Width - y) ? color : around)];
        Wait.Until(() => Picture().SequenceEqual(expected), $"{width}x{height}+{x}+{y} in {color:x6}, else {around:x6}", () =>
        {
            var picture = Picture();
            var at = Enumerable.Range(0, picture.Length).First(i => picture[i] != expected[i]);
            return $"{picture[at]:x6} at {at % Width},{at / Width}";
        });

        bool IsInside(int dx, int dy) => dx >= 0 && dy >= 0 && dx < width && dy < height;
    }

    /// <summary>Writes raw struct input_event records into the FIFO, and a SYN_REPORT.</summary>
    public void Input(params (int Type, int Code, int Value)[] records)
    {
        _fifo ??= new FileStream(Fifo, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        _fifo.Write(Records(records));
    }

    /// <summary>Records as a device's file gives them, and a SYN_REPORT.</summary>
    public static byte[] Records(params (int Type, int Code, int Value)[] records)
    {
        var bytes = new byte[24 * (records.Length + 1)];
        for (var i = 0; i < records.Length; i++)
        {
            BitConverter.TryWriteBytes(bytes.AsSpan(24 * i + 16), (short)records[i].Type);
            BitConverter.TryWriteBytes(bytes.AsSpan(24 * i + 18), (short)records[i].Code);
            BitConverter.TryWriteBytes(bytes.AsSpan(24 * i + 20), records[i].Value);
        }
        return bytes;
    }

    /// <summary>The frames of a client that draws all the time keep their rate.</summary>
    public void AssertKeepsShowing(string client) => Unattacked.AssertKeepsRate(this, client);

    // What runs with this host's MMM_PATH.
    private IEnumerable<int> Apps()
    {
        foreach (var process in Directory.GetDirectories("/proc").Where(d => char.IsAsciiDigit(d[6])))
        {
            string environment;
            try
            {
                environment = File.ReadAllText(process + "/environ");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue; // ended just now, or another user's
            }
            if (environment.Split('\0').Contains($"MMM_PATH={Path}"))
                yield return int.Parse(process[6..]);
        }
    }

    // A host that is killed leaves those that it started. One that becomes another program just now is seen the next time.
    private void EndApps()
    {
        for (var without = 0; without < 3; without++)
        {
            foreach (var app in Apps().ToList())
            {
                Child.Kill(app);
                without = 0;
            }
            Thread.Sleep(1);
        }
    }

    public void Dispose()
    {
        _control?.Dispose();
        _fifo?.Dispose();
        foreach (var child in _children)
            child.Dispose();
        EndApps();
        _temp.Dispose();
    }
}
