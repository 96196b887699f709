using FbHost.Loop;

namespace FbHost.Clients;

/// <summary>Reads the names in a directory. Those of a very full directory are read in batches, with pauses.</summary>
internal sealed class DirectoryScan : IDisposable
{
    private const int NamesATurn = 256; // names per batch, since any user may fill the directory
    private const long NextTurnMs = 5;
    private readonly EventLoop _loop;
    private readonly int _fd;
    private readonly DirectoryCalls _calls;
    private readonly LoopTimer _timer;
    private bool _isAnew;
    private IEnumerator<string>? _names; // used only on the thread of the calls

    /// <param name="loop">Runs the callbacks.</param>
    /// <param name="fd">A descriptor of the directory.</param>
    /// <param name="calls">The directory's calls.</param>
    public DirectoryScan(EventLoop loop, int fd, DirectoryCalls calls)
    {
        (_loop, _fd, _calls) = (loop, fd, calls);
        _timer = loop.CreateTimer(Continue);
    }

    /// <summary>True while names are being read.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>A name exists.</summary>
    public event Action<string>? Named;

    /// <summary><see cref="Named"/> was raised for every name.</summary>
    public event Action? AllNamed;

    /// <summary>The names cannot be read.</summary>
    public event Action? Failed;

    /// <summary>Reads all names, from the first one on.</summary>
    public void Start()
    {
        _isAnew = true;
        Continue();
    }

    private void Continue()
    {
        if (IsRunning)
            return;
        var anew = _isAnew;
        IsRunning = _calls.Run(() => Next(anew), Report);
        if (IsRunning)
            _isAnew = false;
        else
            _timer.After(NextTurnMs);
    }

    // Runs on the thread. Returns null if the directory was removed just now. A batch that is not full is the last one.
    private List<string>? Next(bool anew)
    {
        if (anew)
            End();
        var names = new List<string>();
        try
        {
            _names ??= Directory.EnumerateFileSystemEntries($"/proc/self/fd/{_fd}/").GetEnumerator();
            while (names.Count < NamesATurn && _names.MoveNext())
                names.Add(Path.GetFileName(_names.Current));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            names = null;
        }
        if (names is null || names.Count < NamesATurn)
            End();
        return names;
    }

    /// <summary>Closes the directory that is being read. A call of the directory's.</summary>
    public void End()
    {
        _names?.Dispose();
        _names = null;
    }

    private void Report(List<string>? names)
    {
        IsRunning = false;
        foreach (var name in names ?? [])
            Named?.Invoke(name);
        if (names is null)
            Failed?.Invoke();
        else if (_isAnew || names.Count == NamesATurn)
            _timer.After(NextTurnMs);
        else
            AllNamed?.Invoke();
    }

    /// <summary>Reads no more names.</summary>
    public void Dispose() => _loop.Remove(_timer);
}
