using System.Runtime.InteropServices;
using Displays;
using FbHost.Apps;
using FbHost.Loop;
using Mmm;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost;

/// <summary>
/// Feeds the watchdog of the service manager, and that of the machine: only while the loop turns, the display takes frames, and the app in
/// front is alive (<see cref="Liveness"/>). A dark screen is well while its app answers. When they are not fed, the manager starts the host
/// again, and the machine starts again.
/// </summary>
internal sealed unsafe partial class Watchdog : IDisposable
{
    private const long StuckNs = 5_000_000_000; // a page flip takes some milliseconds
    private const long EndNs = 10_000_000_000; // a frozen app is killed after two seconds; what is left then waits for a device
    private readonly EventLoop _loop;
    private readonly SystemdNotifier _manager;
    private readonly HostLog _log;
    private readonly IDisplay _display;
    private readonly Func<App?> _front;
    private readonly LoopTimer _timer;
    private readonly int _device = -1;
    private readonly long _everyNs;
    private long _busyNs, _frozenNs; // since when; 0 if it is not
    private string? _said;

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial int ioctl(int fd, nuint request, int* argument);

    /// <param name="loop">Runs the timer, which exists only with a watchdog.</param>
    /// <param name="manager">The service manager.</param>
    /// <param name="device">The watchdog's device node; null for none.</param>
    /// <param name="seconds">Its timeout: without being fed, it restarts the machine after this time. Drivers may choose another.</param>
    /// <param name="display">The display.</param>
    /// <param name="front">Returns the app in front; null if there is none.</param>
    /// <param name="log">Takes a line when the watchdog is not fed any more.</param>
    public Watchdog(EventLoop loop, SystemdNotifier manager, string? device, int seconds, IDisplay display,
        Func<App?> front, HostLog log)
    {
        (_loop, _manager, _display, _front, _log) = (loop, manager, display, front, log);
        _timer = loop.CreateTimer(Look);
        display.Ready += () => _busyNs = 0;
        _everyNs = manager.WatchdogNs / 2;
        if (device is not null)
        {
            _device = Open(device, ref seconds);
            var half = seconds * 1_000_000_000L / 2;
            _everyNs = _everyNs == 0 || (_device >= 0 && half < _everyNs) ? half : _everyNs;
        }
        if (manager.WatchdogNs > 0 || _device >= 0)
            Look();
    }

    private int Open(string device, ref int seconds)
    {
        const uint setTimeout = 0xC0045706; // WDIOC_SETTIMEOUT of linux/watchdog.h
        var fd = Sys.Open(device, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
        if (fd < 0)
        {
            _log.Warn($"watchdog.device is {device}; it cannot be opened: {Sys.ErrorText(fd)}; nothing restarts the machine if it hangs");
            return -1;
        }
        var timeout = seconds;
        if (ioctl(fd, setTimeout, &timeout) == 0 && timeout > 0)
            seconds = timeout; // what the driver has made of it
        _log.Info($"watchdog: {device}, {seconds} s");
        return fd;
    }

    private void Look()
    {
        var fault = Fault();
        if (fault is null)
        {
            _manager.Alive();
            if (_device >= 0)
                Sys.Write(_device, "a"u8); // anything but V
        }
        if (fault is not null && fault != _said)
            _log.Warn($"the watchdog is not fed: {fault}");
        _said = fault;
        _timer.At(EventLoop.Now + _everyNs);
    }

    /// <summary>Returns what is stuck; null if nothing is.</summary>
    private string? Fault()
    {
        var now = EventLoop.Now;
        _busyNs = _display is { IsBusy: true, IsLost: false } ? _busyNs == 0 ? now : _busyNs : 0;
        var app = _front();
        _frozenNs = app?.Frozen is null ? 0 : _frozenNs == 0 ? now : _frozenNs;
        return _busyNs > 0 && now - _busyNs >= StuckNs ? "the display has not finished a frame for 5 s"
            : _frozenNs > 0 && now - _frozenNs >= EndNs ? $"the app {app!.Name} is frozen and cannot be ended"
            : null;
    }

    /// <summary>Switches the machine's watchdog off: the host ends in order.</summary>
    public void Dispose()
    {
        _loop.Remove(_timer);
        if (_device < 0)
            return;
        Sys.Write(_device, "V"u8);
        Sys.Close(_device);
    }
}
