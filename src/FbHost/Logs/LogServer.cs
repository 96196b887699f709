using System.Text;
using FbHost.Loop;
using Mmm;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Logs;

/// <summary>Where the log server finds its parts.</summary>
internal sealed record LogPlaces(string Memory, string Kept, string Socket, string Output, string Kernel, string Level, string Release)
{
    /// <summary>Those of a device.</summary>
    public static readonly LogPlaces OfDevice = new(DeviceLog.Memory, DeviceLog.Kept, "/dev/log", $"{DeviceLog.Memory}/output",
        "/dev/kmsg", "/data/device/log", "/etc/mmm/release");
}

/// <summary>
/// The log server of a device: takes the lines of the kernel, of programs that use syslog(3) and of what is written to its FIFO, gives each
/// a time, and writes them to a <see cref="DeviceLog"/>. A minute after the first line that is not on the disk, all such lines are written
/// there; after a fault within a second, but not within a minute after the last time. Used only by the loop's thread.
/// </summary>
internal sealed class LogServer : IDisposable
{
    private const long MinuteNs = 60_000_000_000, SoonNs = 1_000_000_000;
    private const int PieceBytes = 16 * 1024, RecordsAtOnce = 64;
    private const string Own = "log", EndText = "the log ends in order";
    private readonly LogPlaces _places;
    private readonly DeviceLog _log;
    private readonly LogBudget _budget = new();
    private readonly List<Watch> _watches = [];
    private readonly LoopTimer _keep;
    private readonly MemoryStream _lines = new(); // that the log in memory does not have yet
    private readonly List<byte> _output = []; // a line of the FIFO that has not ended
    private readonly int _socket, _fifo, _kernel, _console;
    private readonly DateTime _kernelStart;
    private DateTime _last;
    private long _keptNs = -MinuteNs;
    private long _levelReadNs = -SoonNs;
    private int _level = LogLine.Information;
    private string? _fault; // with which lines could not be kept the last time

    /// <summary>Begins to take lines.</summary>
    /// <exception cref="MmmException">The socket or the FIFO cannot be made.</exception>
    public LogServer(EventLoop loop, LogPlaces places)
    {
        _places = places;
        _log = new DeviceLog(places.Memory, places.Kept);
        _keep = loop.CreateTimer(Keep);
        _kernelStart = DateTime.UtcNow - TimeSpan.FromTicks(EventLoop.Now / 100);
        Directory.CreateDirectory(places.Memory);
        _console = OpenConsole();
        _socket = OpenSocket(places.Socket);
        _fifo = OpenFifo(places.Output);
        _kernel = Sys.Open(places.Kernel, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        var isFirst = _log.InMemory.Length == 0;
        if (!isFirst)
            lseek(_kernel, 0, SEEK_END); // the former server has read what is there
        Begin(isFirst);
        foreach (var (fd, read) in (ReadOnlySpan<(int, Func<bool>)>)[(_kernel, ReadKernel), (_fifo, ReadOutput), (_socket, ReadSocket)])
        {
            if (fd >= 0)
                _watches.Add(loop.Add(fd, _ => Read(read)));
        }
        loop.BeforeSleep = Write;
    }

    private static int OpenSocket(string path)
    {
        File.Delete(path); // of a server that was killed
        var fd = Sys.UnixSocket(SOCK_DGRAM);
        var error = fd < 0 ? fd : Sys.UnixAddress(fd, Path.GetDirectoryName(path)!, Path.GetFileName(path), bindIt: true);
        if (error < 0)
            throw new MmmException($"{path}: the socket cannot be made: {Sys.ErrorText(error)}; run mmm-log as root");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite); // apps write to their output instead
        return fd;
    }

    // Open for writing, too, so that it does not end when the last writer closes it.
    private static int OpenFifo(string path)
    {
        var fd = Sys.Open(path, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
        return fd >= 0 ? fd : throw new MmmException($"{path}: {Sys.ErrorText(fd)}; make it with mkfifo");
    }

    // What the host says is also on a serial console, but not on one that is the screen.
    private static int OpenConsole()
    {
        var name = Figures.KernelText.Read("/sys/class/tty/console/active")?.Split(' ')[^1] ?? "tty";
        return name.StartsWith("tty", StringComparison.Ordinal) && name[3..].All(char.IsAsciiDigit) ? -1
            : Sys.Open("/dev/console", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    }

    /// <summary>Serves a device until the process is to end.</summary>
    public static int Run()
    {
        using var loop = new EventLoop();
        using var server = new LogServer(loop, LogPlaces.OfDevice);
        using (new EndSignals(() => loop.Post(loop.Stop), _ => { }))
            loop.Run();
        return 0;
    }

    private void Begin(bool isFirst)
    {
        if (!isFirst)
        {
            AddOwn(LogLine.Warning, "the log server was started anew");
            return;
        }
        var version = Figures.KernelText.Read(_places.Release)?.Split('\n')
            .FirstOrDefault(l => l.StartsWith("VERSION=", StringComparison.Ordinal))?["VERSION=".Length..];
        var last = _log.LastKept;
        AddOwn(LogLine.Information, LogWriter.Printable($"the device was started, version {version ?? "unknown"}, "
            + $"Linux {Figures.KernelText.Read("/proc/sys/kernel/osrelease")}"
            + (last.Length == 0 || last.EndsWith($" {Own}: {EndText}\n", StringComparison.Ordinal) ? ""
                : "; before, it ended without being shut down, as by a power cut")));
    }

    // A part of what is there: further lines wake the loop again.
    private void Read(Func<bool> read)
    {
        if (EventLoop.Now - _levelReadNs >= SoonNs)
        {
            _levelReadNs = EventLoop.Now;
            _level = LogLine.LevelOf(Figures.KernelText.Read(_places.Level) ?? "") ?? LogLine.Information;
        }
        for (var records = 0; records < RecordsAtOnce && read(); records++)
        {
        }
    }

    private bool ReadKernel()
    {
        Span<byte> record = stackalloc byte[8 * 1024]; // CONSOLE_EXT_LOG_MAX: a shorter buffer is refused
        var n = Sys.Read(_kernel, record);
        if (n == -EPIPE)
            AddOwn(LogLine.Warning, "lines of the kernel were lost: there were too many at once");
        else if (n > 0 && LogLine.OfKernel(record[..(int)n]) is var (line, microseconds))
            Take(line, _kernelStart.AddMicroseconds(microseconds));
        return n > 0 || n == -EPIPE;
    }

    private bool ReadSocket()
    {
        Span<byte> datagram = stackalloc byte[8 * 1024];
        var n = Sys.Receive(_socket, datagram);
        if (n > 0)
            Take(LogLine.OfDatagram(datagram[..(int)n]));
        return n >= 0;
    }

    private bool ReadOutput()
    {
        const int longestLine = 4096; // a writer's line is one piece up to this length
        Span<byte> piece = stackalloc byte[PieceBytes];
        var n = Sys.Read(_fifo, piece);
        for (var i = 0; i < n; i++)
        {
            if (piece[i] != '\n')
                _output.Add(piece[i]);
            if (piece[i] == '\n' || _output.Count >= longestLine)
                EndOutputLine();
        }
        return n > 0;
    }

    private void EndOutputLine()
    {
        var line = LogLine.OfOutput([.. _output]);
        _output.Clear();
        if (line.Text.Length > 0 && Take(line) && _console >= 0)
            Sys.Write(_console, Encoding.UTF8.GetBytes($"{line.Source}: {line.Text}\n"));
    }

    // Returns whether the line is in the log.
    private bool Take(in LogLine line, DateTime? at = null)
    {
        if (line.Level > (line.IsOfKernel && _level < LogLine.Debug ? LogLine.Warning : _level))
            return false;
        var bytes = Encoding.UTF8.GetBytes(line.At(at ?? Time()));
        var now = EventLoop.Now;
        if (!_budget.TryTake(line.Source, bytes.Length, now / 1_000_000))
        {
            _keep.NoLaterThan(now + MinuteNs); // says how many were left out
            return false;
        }
        Add(bytes, isFault: line.Level <= LogLine.Warning && !line.IsOfKernel);
        return true;
    }

    private void AddOwn(int level, string text) =>
        Add(Encoding.UTF8.GetBytes(new LogLine(level, Own, text).At(Time())), isFault: false);

    private void Add(byte[] line, bool isFault)
    {
        _lines.Write(line);
        if (_lines.Length >= PieceBytes)
            Write();
        var now = EventLoop.Now;
        _keep.NoLaterThan(isFault ? Math.Max(now + SoonNs, _keptNs + MinuteNs) : now + MinuteNs);
    }

    // No two lines have the same time, also when the clock is set.
    private DateTime Time()
    {
        var now = DateTime.UtcNow;
        return _last = now > _last || _last - now > TimeSpan.FromSeconds(1) ? now : _last.AddMicroseconds(1);
    }

    private void Write()
    {
        if (_lines.Length == 0)
            return;
        _log.Add(_lines.GetBuffer().AsSpan(0, (int)_lines.Length)); // without memory, the lines are lost
        _lines.SetLength(0);
    }

    private void Keep()
    {
        foreach (var (source, lines) in _budget.TakeLeftOut())
            AddOwn(LogLine.Warning, $"{lines:N0} lines of {source} were left out: it writes too much; mmmctl logs has an app's last ones");
        Write();
        var fault = _log.Keep();
        _keptNs = EventLoop.Now;
        if (fault is null)
            _keep.Cancel();
        else if (fault != _fault)
            AddOwn(LogLine.Warning, $"{fault}; the log is only in memory until that works");
        else
            _keep.At(_keptNs + MinuteNs);
        _fault = fault;
    }

    /// <summary>Takes what was written so far, keeps it, and ends.</summary>
    public void Dispose()
    {
        foreach (var read in (Func<bool>[])[ReadKernel, ReadOutput, ReadSocket])
            Read(read);
        AddOwn(LogLine.Information, EndText);
        Keep();
        _watches.ForEach(w => w.Dispose());
        foreach (var fd in (int[])[_socket, _fifo, _kernel, _console])
            Sys.Close(fd);
        File.Delete(_places.Socket);
    }
}
