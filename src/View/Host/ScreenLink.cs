using System.Text.Json;
using Mmm;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace View.Host;

/// <summary>
/// The connection to the host, for all viewers together: the screen's pixels, what has changed, and input. There is one while there are
/// viewers; a host that is not there, or ends, is waited for without a wake-up. The next notice is requested when a viewer waits for one,
/// so the fastest viewer sets the pace and the host's notices are never more than one.
/// </summary>
internal sealed class ScreenLink : IDisposable
{
    private const int RetryMs = 1000;
    private readonly string _directory;
    private readonly Lock _lock = new();
    private readonly List<IViewer> _viewers = [];
    private readonly ManualResetEventSlim _hasViewers = new(false, spinCount: 0);
    private HostSocket? _socket;
    private string? _said; // the last line on standard error
    private TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _owesNext; // the host waits for the word next
    private volatile bool _isEnding;

    public ScreenLink(string directory)
    {
        _directory = directory;
        Pixels = PixelMap.Black(640, 360);
        new Thread(Run) { IsBackground = true, Name = "host" }.Start();
    }

    /// <summary>What the screen shows, or showed when the last host ended.</summary>
    public PixelMap Pixels { get; private set; }

    /// <summary>Completes when <see cref="Pixels"/> is the host's picture, or no host is there.</summary>
    public Task Known
    {
        get
        {
            lock (_lock)
                return _known.Task;
        }
    }

    /// <summary>Apps or clients have come, gone, or changed their order. Raised by the link's thread.</summary>
    public event Action? ListChanged;

    /// <summary>Adds a viewer, which gets the present picture at once.</summary>
    public void Add(IViewer viewer)
    {
        lock (_lock)
        {
            _viewers.Add(viewer);
            viewer.Replaced(Pixels);
            _hasViewers.Set();
        }
    }

    /// <summary>Removes a viewer.</summary>
    public void Remove(IViewer viewer)
    {
        lock (_lock)
        {
            if (!_viewers.Remove(viewer) || _viewers.Count > 0)
                return;
            _hasViewers.Reset();
            _known = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _socket?.Hang(); // nothing is copied for nobody
            var before = Pixels;
            Pixels = PixelMap.Black(before.Width, before.Height);
            before.Dispose();
        }
    }

    /// <summary>Sends input to the host.</summary>
    /// <param name="words">The line's words.</param>
    /// <param name="spare">Whether it may be dropped if the host is late.</param>
    public void Send(string[] words, bool spare = false)
    {
        HostSocket? socket;
        lock (_lock)
            socket = _socket;
        socket?.Send(words, spare);
    }

    /// <summary>A viewer waits for the next notice.</summary>
    public void Want()
    {
        lock (_lock)
        {
            if (!_owesNext || _socket is not { } socket)
                return;
            _owesNext = false;
            socket.Send(["next"]);
        }
    }

    private void Run()
    {
        while (!_isEnding)
        {
            _hasViewers.Wait();
            if (HostSocket.TryConnect(_directory) is { } socket)
                Serve(socket);
            else
                WaitForHost();
        }
    }

    // The directory tells of a new control socket. One that is there and refuses, and a directory that is missing, are tried again.
    private void WaitForHost()
    {
        Settle();
        var watch = Sys.WatchDirectory(_directory, Sys.IN_CREATE | Sys.IN_MOVED_TO | Sys.IN_DELETE_SELF);
        if (watch < 0 || File.Exists(Path.Combine(_directory, Mmm.Protocol.Rendezvous.ControlName)))
            Thread.Sleep(RetryMs);
        else
            Sys.PollIn(watch, -1);
        Sys.Close(watch);
    }

    private void Settle()
    {
        lock (_lock)
            _known.TrySetResult();
    }

    private void Serve(HostSocket socket)
    {
        using (socket)
        {
            socket.Send(["view"]);
            while (socket.ReadLine(out var descriptor) is { } line)
            {
                var isGood = TryTake(socket, line, descriptor);
                Sys.Close(descriptor);
                if (!isGood)
                    break;
            }
            lock (_lock)
                _socket = null;
        }
    }

    private bool TryTake(HostSocket socket, byte[] line, int descriptor)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var notice = json.RootElement;
            if (notice.TryGetProperty("error", out var error))
            {
                Say($"the host answers: {error.GetString()}");
                if (_socket is not null)
                    return true;
                Settle();
                Thread.Sleep(RetryMs); // it has refused to show its screen
                return false;
            }
            if (descriptor >= 0 && !TryReplace(socket, notice, descriptor))
                return false;
            if (notice.TryGetProperty("changed", out _))
                ListChanged?.Invoke();
            if (notice.TryGetProperty("damage", out var damage))
                Damage(damage);
            if (!notice.TryGetProperty("ok", out _) || descriptor >= 0)
                OweNext();
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            Say("the host sends what is not understood; mmm and mmm-view must be of the same version");
            return false;
        }
    }

    // What comes again and again is said once.
    private void Say(string line)
    {
        if (line != _said)
            Console.Error.WriteLine($"mmm-view: {line}");
        _said = line;
    }

    private bool TryReplace(HostSocket socket, JsonElement notice, int descriptor)
    {
        if (PixelMap.TryMap(descriptor, notice.GetProperty("width").GetInt32(), notice.GetProperty("height").GetInt32()) is not { } pixels)
            return false;
        lock (_lock)
        {
            _socket = socket;
            var before = Pixels;
            Pixels = pixels;
            foreach (var viewer in _viewers)
                viewer.Replaced(pixels);
            before.Dispose(); // unmapped when the last viewer has ended its use
            _known.TrySetResult();
            if (_viewers.Count == 0)
                socket.Hang(); // all have left since the connection
        }
        ListChanged?.Invoke();
        return true;
    }

    private void Damage(JsonElement numbers)
    {
        var rects = new Rect[numbers.GetArrayLength() / 4];
        for (var i = 0; i < rects.Length; i++)
        {
            rects[i] = new Rect(numbers[4 * i].GetInt32(), numbers[4 * i + 1].GetInt32(), numbers[4 * i + 2].GetInt32(),
                numbers[4 * i + 3].GetInt32()).Intersect(Pixels.Bounds);
        }
        lock (_lock)
        {
            foreach (var viewer in _viewers)
                viewer.Damaged(rects);
        }
    }

    private void OweNext()
    {
        lock (_lock)
        {
            _owesNext = true;
            if (_viewers.Exists(v => v.IsWaiting))
                Want();
        }
    }

    /// <summary>Ends the connection.</summary>
    public void Dispose()
    {
        _isEnding = true;
        lock (_lock)
            _socket?.Hang();
    }
}
