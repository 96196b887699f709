using FbHost.Loop;
using Mmm;
using Mmm.Linux;

namespace FbHost.Input;

/// <summary>
/// Watches the event* nodes of a directory, or one node of a given name, as they are created and removed. It uses inotify, so no udev is
/// needed. The directory itself and the directories above it may also be created later, or be removed and created again.
/// </summary>
internal sealed class InputDirectory : IDisposable
{
    // IN_ATTRIB, because udev sets the group and mode of a new node after creating it.
    private const uint Nodes = Sys.IN_CREATE | Sys.IN_ATTRIB | Sys.IN_DELETE | Sys.IN_MOVED_FROM | Sys.IN_MOVED_TO
        | Sys.IN_DELETE_SELF | Sys.IN_MOVE_SELF;
    private const uint Above = Sys.IN_CREATE | Sys.IN_MOVED_TO | Sys.IN_DELETE_SELF | Sys.IN_MOVE_SELF;

    private const int MostNodes = 1024; // a limit, since a user may fill the directory

    private readonly EventLoop _loop;
    private readonly HostLog _log;
    private readonly string _path;
    private readonly string? _name; // null: all event*
    private readonly Action<string> _found;
    private readonly Action<string> _lost;
    private readonly byte[] _records = new byte[4096];
    private Watch? _watch;
    private int _inotify = -1;
    private string _next = ""; // the name that is awaited in the watched directory above; "" if the directory itself is watched

    /// <param name="loop">Waits for changes.</param>
    /// <param name="log">Takes one line if nothing can be watched.</param>
    /// <param name="path">The directory.</param>
    /// <param name="found">Called with the path of a node that exists or has changed; possibly several times for the same node.</param>
    /// <param name="lost">Called with the path of a node that was removed.</param>
    /// <param name="name">The name of the only node that counts; null if all event* nodes count.</param>
    public InputDirectory(EventLoop loop, HostLog log, string path, Action<string> found, Action<string> lost, string? name = null)
    {
        (_loop, _log, _path, _found, _lost, _name) = (loop, log,
            Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)), found, lost, name);
        Look();
    }

    /// <summary>Why the directory has no nodes; null if it has some.</summary>
    public string? Emptiness { get; private set; }

    // The directory is listed after the watch is set, so nothing is missed in between.
    private void Look()
    {
        Forget();
        var at = _path;
        while (!Watch(at) && Path.GetDirectoryName(at) is { } above)
            at = above;
        while (_next.Length > 0 && Watch(Path.Combine(at, _next))) // created meanwhile
            at = Path.Combine(at, _next);
        if (_watch is null)
            _log.Warn($"input: {_path}: cannot be watched; devices that are plugged in later are not found");
        List();
    }

    // Watches the directory or one above it, in place of the one that was watched. Returns false if it does not exist or cannot be read.
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
            // Sorts event2 before event10.
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
