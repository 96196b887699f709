using FbHost.Loop;
using Mmm;
using Mmm.Linux;

namespace FbHost.Input;

/// <summary>
/// The event* nodes of a directory as they come and go, by inotify: no udev is needed. The directory itself may come later, too, or go and
/// come again.
/// </summary>
internal sealed class InputDirectory : IDisposable
{
    // A new node's group and mode come after it.
    private const uint Nodes = Sys.IN_CREATE | Sys.IN_ATTRIB | Sys.IN_DELETE | Sys.IN_MOVED_FROM | Sys.IN_MOVED_TO
        | Sys.IN_DELETE_SELF | Sys.IN_MOVE_SELF;
    private const uint Parent = Sys.IN_CREATE | Sys.IN_MOVED_TO;

    private readonly EventLoop _loop;
    private readonly HostLog _log;
    private readonly string _path;
    private readonly Action<string> _found;
    private readonly Action<string> _lost;
    private readonly byte[] _records = new byte[4096];
    private Watch? _watch;
    private int _inotify = -1;
    private bool _isHere; // else its parent is watched

    /// <param name="loop">Waits.</param>
    /// <param name="log">Is told when nothing can be watched.</param>
    /// <param name="path">The directory.</param>
    /// <param name="found">Gets the path of a node that is there, or changed; may be told of one again.</param>
    /// <param name="lost">Gets the path of a node that is there no more.</param>
    public InputDirectory(EventLoop loop, HostLog log, string path, Action<string> found, Action<string> lost)
    {
        (_loop, _log, _path, _found, _lost) = (loop, log, Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)), found, lost);
        Look();
    }

    /// <summary>Why there is nothing in it; null when there is.</summary>
    public string? Emptiness { get; private set; }

    // What is there is listed after the watch is set, so nothing is missed between.
    private void Look()
    {
        _isHere = Watch(_path, Nodes);
        var parent = Path.GetDirectoryName(_path);
        if (!_isHere && parent is not null && Watch(parent, Parent) && Directory.Exists(_path))
            _isHere = Watch(_path, Nodes);
        if (_watch is null)
            _log.Warn($"input: {_path}: can not be watched; devices that are plugged in later are not seen");
        List();
    }

    private bool Watch(string directory, uint events)
    {
        Forget();
        if ((_inotify = Sys.WatchDirectory(directory, events)) < 0)
            return false;
        _watch = _loop.Add(_inotify, _ => Read());
        return true;
    }

    private void List()
    {
        try
        {
            var nodes = Directory.GetFileSystemEntries(_path, "event*");
            Array.Sort(nodes, (a, b) => a.Length != b.Length ? a.Length.CompareTo(b.Length) : string.CompareOrdinal(a, b)); // event2, event10
            Emptiness = nodes.Length == 0 ? $"{_path}: no input devices; plug one in" : null;
            Array.ForEach(nodes, _found);
        }
        catch (DirectoryNotFoundException)
        {
            Emptiness = $"{_path}: no such directory; plug in an input device, or load the kernel module \"evdev\"";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Emptiness = $"{_path}: {IoFault.Text(e)}";
        }
    }

    private void Read()
    {
        var again = false;
        var events = new InotifyEvents(_records.AsSpan(0, (int)Math.Max(0, Sys.Read(_inotify, _records))));
        while (events.Next())
        {
            again |= (events.Mask & (Sys.IN_DELETE_SELF | Sys.IN_MOVE_SELF | Sys.IN_IGNORED | Sys.IN_Q_OVERFLOW)) != 0;
            again |= !_isHere && events.Name == Path.GetFileName(_path);
            if (!_isHere || !events.Name.StartsWith("event", StringComparison.Ordinal))
                continue;
            var node = Path.Combine(_path, events.Name);
            if ((events.Mask & (Sys.IN_DELETE | Sys.IN_MOVED_FROM)) != 0)
                _lost(node);
            else
                _found(node);
        }
        if (again)
            Look();
    }

    private void Forget()
    {
        _watch?.Dispose();
        Sys.Close(_inotify);
        (_watch, _inotify) = (null, -1);
    }

    public void Dispose() => Forget();
}
