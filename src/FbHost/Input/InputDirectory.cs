using FbHost.Loop;
using Mmm;
using Mmm.Linux;

namespace FbHost.Input;

/// <summary>
/// The event* nodes of a directory, or its one node of a name, as they come and go, by inotify: no udev is needed. The directory itself may
/// come later, too, or go and come again, and so may those above it.
/// </summary>
internal sealed class InputDirectory : IDisposable
{
    // A new node's group and mode come after it.
    private const uint Nodes = Sys.IN_CREATE | Sys.IN_ATTRIB | Sys.IN_DELETE | Sys.IN_MOVED_FROM | Sys.IN_MOVED_TO
        | Sys.IN_DELETE_SELF | Sys.IN_MOVE_SELF;
    private const uint Above = Sys.IN_CREATE | Sys.IN_MOVED_TO | Sys.IN_DELETE_SELF | Sys.IN_MOVE_SELF;

    private const int MostNodes = 1024; // somebody may fill the directory

    private readonly EventLoop _loop;
    private readonly HostLog _log;
    private readonly string _path;
    private readonly string? _name; // null: all event*
    private readonly Action<string> _found;
    private readonly Action<string> _lost;
    private readonly byte[] _records = new byte[4096];
    private Watch? _watch;
    private int _inotify = -1;
    private string _next = ""; // what is awaited in the directory that is watched, one above it; "": it is here itself

    /// <param name="loop">Waits.</param>
    /// <param name="log">Is told when nothing can be watched.</param>
    /// <param name="path">The directory.</param>
    /// <param name="found">Gets the path of a node that is there, or changed; may be told of one again.</param>
    /// <param name="lost">Gets the path of a node that is there no more.</param>
    /// <param name="name">Of the one node that counts; null: all event* do.</param>
    public InputDirectory(EventLoop loop, HostLog log, string path, Action<string> found, Action<string> lost, string? name = null)
    {
        (_loop, _log, _path, _found, _lost, _name) = (loop, log,
            Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)), found, lost, name);
        Look();
    }

    /// <summary>Why there is nothing in it; null when there is.</summary>
    public string? Emptiness { get; private set; }

    // What is there is listed after the watch is set, so nothing is missed between.
    private void Look()
    {
        Forget();
        var at = _path;
        while (!Watch(at) && Path.GetDirectoryName(at) is { } above)
            at = above;
        while (_next.Length > 0 && Watch(Path.Combine(at, _next))) // made meanwhile
            at = Path.Combine(at, _next);
        if (_watch is null)
            _log.Warn($"input: {_path}: cannot be watched; devices that are plugged in later are not seen");
        List();
    }

    // The directory or one above it, in place of what is watched; false: it is not there, or may not be read.
    private bool Watch(string directory)
    {
        var inotify = Sys.WatchDirectory(directory, directory == _path ? Nodes : Above);
        if (inotify < 0)
            return false;
        Forget();
        _inotify = inotify;
        _watch = _loop.Add(_inotify, _ => Read());
        _next = _path[directory.Length..].TrimStart('/').Split('/')[0];
        return true;
    }

    private void List()
    {
        try
        {
            var nodes = Directory.EnumerateFileSystemEntries(_path).Where(node => Counts(Path.GetFileName(node))).Take(MostNodes).ToArray();
            // event2 before event10.
            Array.Sort(nodes, (a, b) => a.Length != b.Length ? a.Length.CompareTo(b.Length) : string.CompareOrdinal(a, b));
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
            again |= _next.Length > 0 && events.Name == _next;
            if (_next.Length > 0 || !Counts(events.Name))
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

    private bool Counts(string node) => _name is null ? node.StartsWith("event", StringComparison.Ordinal) : node == _name;

    private void Forget()
    {
        _watch?.Dispose();
        Sys.Close(_inotify);
        (_watch, _inotify, _next) = (null, -1, "");
    }

    public void Dispose() => Forget();
}
