using Displays;
using Displays.Pixels;
using FbHost.Clients;
using FbHost.Loop;
using FbHost.Screens;
using Microsoft.Win32.SafeHandles;

namespace FbHost.Tests.Support;

/// <summary>The clients' side of a host in this process: a main directory, directories of apps, and a loop that a test turns.</summary>
internal sealed class AppDesk : IDisposable
{
    private readonly EventLoop _loop = new();
    private readonly MemoryDisplay _display;
    private readonly SafeFileHandle _logFile;
    private readonly LogWriter _writer;
    private readonly ClientDirectory _main;
    private readonly HashSet<string> _named = [];

    /// <param name="temp">Where the main directory, the log and the screen are. The next host may follow there.</param>
    /// <param name="seen">The clients that the last host has seen.</param>
    public AppDesk(TempDirectory temp, byte[]? seen = null)
    {
        (Path, Seen) = (temp["mmm"], seen ?? []);
        _display = new MemoryDisplay(200, 100, NamedLayouts.Xrgb8888, dither: false, temp["screen"], deleteAtEnd: true);
        _logFile = File.OpenHandle(temp["log"], FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        _writer = new LogWriter((int)_logFile.DangerousGetHandle(), Wait.Patience);
        var log = new HostLog(_writer);
        _main = new ClientDirectory(_loop, Path, _ => { });
        Apps = new AppDirectories(_loop, _main, log);
        Clients = new ClientTable(
            _loop, new Screen(_loop, _display), log, _main, new SeenClients(Seen, s => Seen = s), new HashSet<string> { "move" })
        {
            AppNamed = name => _named.Contains(name) ? AppOf(name) : null,
        };
        Clients.Serve(Apps);
        _loop.BeforeSleep = Clients.Settle;
        _main.Lost += () => IsLost = true;
        LogFile = temp["log"];
    }

    private ClientApp AppOf(string name) => new(name, 0, false, new HashSet<string>(), new HashSet<string>(), IsNew);

    public string Path { get; }

    public AppDirectories Apps { get; }

    public ClientTable Clients { get; }

    /// <summary>Whether this host has started the apps.</summary>
    public bool IsNew { get; init; }

    /// <summary>What is kept for the next host.</summary>
    public byte[] Seen { get; private set; }

    /// <summary>The main directory is gone: a host would end.</summary>
    public bool IsLost { get; private set; }

    private string LogFile { get; }

    public string Log
    {
        get
        {
            using var reader = new StreamReader(new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            return reader.ReadToEnd();
        }
    }

    /// <summary>Adds the directory of a configured app; the app's user is this one unless told.</summary>
    public string Add(string app, uint user = 0, bool isRunning = false)
    {
        _named.Add(app);
        return Apps.Add(app, user, user, isRunning);
    }

    /// <summary>What is served: APP/FILE, or /FILE in the main directory, in order.</summary>
    public string[] Served => [.. Clients.Serving.Select(s => $"{s.App?.Name}/{s.FileName}").Order(StringComparer.Ordinal)];

    public ClientSession Session(string label) => Clients.Serving.Single(s => s.Label == label);

    public void Turn(Func<bool> until, string what = "the loop") => Wait.Until(
        () =>
        {
            _loop.Post(_loop.Stop);
            _loop.Run();
            return until();
        }, what, () => $"served: {string.Join(' ', Served)}; log: {Log}");

    /// <summary>Waits until exactly these are served.</summary>
    public void WaitFor(params string[] served) =>
        Turn(() => Served.SequenceEqual(served.Order(StringComparer.Ordinal)), $"the clients {string.Join(' ', served)}");

    public void WaitForLog(string part) => Turn(() => Log.Contains(part, StringComparison.Ordinal), $"a log line with \"{part}\"");

    public void Dispose()
    {
        Clients.Dispose();
        Apps.Dispose();
        _main.Dispose();
        _display.Dispose();
        _loop.Dispose();
        _writer.Dispose();
        _logFile.Dispose();
    }
}
