using FbHost.Loop;
using FbHost.Options;
using InputEvdev;
using Mmm;
using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Input;

/// <summary>Connects the input devices to the loop as they are plugged in and unplugged.</summary>
internal sealed class InputDevices : IDisposable
{
    private const string Nodes = "/dev/input";
    private const long PatienceMs = 1000; // udev may not have set a new node's group yet; a shortage may end
    private const int MostDevices = 256; // and as many that cannot be used, since a user may fill a directory

    private readonly EventLoop _loop;
    private readonly HostLog _log;
    private DeviceRules _rules;
    private readonly PanelToScreen _panel;
    private readonly Seat _seat;
    private readonly List<Source> _devices = [];
    private readonly List<InputDirectory> _directories = [];
    private readonly Dictionary<string, (OpenFault Fault, bool Told)> _refused = []; // by path
    private readonly HashSet<string> _saidExcess = []; // paths; bounded by the number of devices
    private readonly LoopTimer _patience;
    private readonly LoopTimer _press;
    private readonly bool _started; // true after the start: further devices were plugged in
    private CalibrationMatrix? _calibration;

    // A device in the loop, and the handler of its events.
    private sealed record Source(EvdevDevice Device, Watch Watch, InputHandler Handler);

    /// <param name="loop">Waits for the devices' events.</param>
    /// <param name="log">Takes lines about devices that are added or removed, or cannot be used.</param>
    /// <param name="inputs">auto, none, terminal (not read here), directories, or paths of devices and FIFOs.</param>
    /// <param name="rules">The configured settings of devices.</param>
    /// <param name="panel">Its pixels are the coordinates that FIFOs use.</param>
    /// <param name="seat">Receives the events.</param>
    /// <param name="refused">Takes one line for a device that was named and cannot be used; null if that is an exception.</param>
    /// <exception cref="MmmException">A device that was named cannot be used.</exception>
    public InputDevices(EventLoop loop, HostLog log, IReadOnlyList<string> inputs, DeviceRules rules, PanelToScreen panel, Seat seat,
        Action<string>? refused = null)
    {
        (_loop, _log, _rules, _panel, _seat) = (loop, log, rules, panel, seat);
        panel.Resized += Resize;
        _patience = loop.CreateTimer(TryAgain);
        _press = loop.CreateTimer(Elapse);
        foreach (var input in inputs)
        {
            if (input is "none" or "terminal")
                continue;
            if (input == "auto" || input == Nodes || Path.EndsInDirectorySeparator(input) || Directory.Exists(input))
                AddAll(input == "auto" ? Nodes : input);
            else if (TryAdd(input, isStream: !IsNode(input)) is not { } fault)
                Follow(input);
            else if (refused is not null)
                refused($"input: {fault.Reason}");
            else
                throw new MmmException($"input: {fault.Reason}");
        }
        Tell();
        _started = true;
    }

    public int Count => _devices.Count;

    /// <summary>
    /// Sets the calibration of all touch screens, including those that are plugged in later. It replaces the configured calibration.
    /// </summary>
    /// <exception cref="ArgumentException">The matrix is not usable.</exception>
    public void SetCalibration(CalibrationMatrix calibration)
    {
        foreach (var device in TouchScreens)
            device.Calibration = calibration;
        _calibration = calibration;
    }

    /// <summary>
    /// Opens all devices anew with other settings. What is held down is released first. The configured calibration replaces one that was
    /// set meanwhile.
    /// </summary>
    /// <param name="rules">The configured settings of devices.</param>
    /// <param name="between">Called while no device is open.</param>
    public void Reopen(DeviceRules rules, Action between)
    {
        string[] paths = [.. _devices.Select(d => d.Device.Path), .. _refused.Keys];
        foreach (var path in paths)
            Lost(path);
        (_rules, _calibration) = (rules, null);
        between();
        foreach (var path in paths)
            Found(path);
    }

    /// <summary>The calibration of the touch screen that was found first; null if there is none.</summary>
    public CalibrationMatrix? Calibration => TouchScreens.FirstOrDefault()?.Calibration;

    /// <summary>
    /// Converts fractions of that touch screen, after calibration, to fractions of the screen: first by the rotation of the touch screen
    /// against the panel, then by the panel's orientation.
    /// </summary>
    public CalibrationMatrix ToScreen =>
        CalibrationMatrix.Turn(TouchScreens.FirstOrDefault()?.Turn ?? _rules.Touch.Rotate ?? 0).Then(_panel.Matrix);

    private IEnumerable<EvdevDevice> TouchScreens => _devices.Select(d => d.Device).Where(d => d.Pointer == PointerKind.Touch);

    private void AddAll(string path)
    {
        var directory = new InputDirectory(_loop, _log, path, Found, Lost);
        _directories.Add(directory);
        if (directory.Emptiness is { } emptiness)
            _log.Info($"input: {emptiness}");
    }

    // Watches the name of a device that was named and opened: after it was unplugged, the next device of that name is used. The name may be
    // a symbolic link that udev maintains.
    private void Follow(string path)
    {
        var full = Path.GetFullPath(path);
        _directories.Add(new InputDirectory(_loop, _log, Path.GetDirectoryName(full)!,
            _ => Found(path), _ => Lost(path), Path.GetFileName(full)));
    }

    private void Found(string path)
    {
        if (_devices.Exists(d => d.Device.Path == path) || (_refused.Count >= MostDevices && !_refused.ContainsKey(path)))
            return;
        if (TryAdd(path, isStream: FileType(path) == S_IFIFO) is not { } fault)
        {
            _refused.Remove(path);
            return;
        }
        if (!_refused.TryGetValue(path, out var before) || before.Fault != fault)
            _refused[path] = (fault, Told: false);
        else if (!fault.Passes)
            return;
        _patience.NoLaterThan(EventLoop.Now + PatienceMs * 1_000_000);
    }

    private void Lost(string path)
    {
        _refused.Remove(path);
        if (_devices.Find(d => d.Device.Path == path) is not { } source)
            return;
        source.Device.ReleaseAll(source.Handler);
        Remove(source);
    }

    private void TryAgain()
    {
        _patience.Cancel();
        foreach (var (path, (fault, _)) in _refused.ToArray())
        {
            if (fault.Passes)
                Found(path);
        }
        Tell();
    }

    private void Tell()
    {
        foreach (var (path, (fault, told)) in _refused.OrderBy(r => r.Key.Length).ThenBy(r => r.Key, StringComparer.Ordinal).ToArray())
        {
            if (!told)
                _log.Info($"input: {fault.Reason}");
            _refused[path] = (fault, Told: true);
        }
    }

    // Returns null if the device is in the loop now.
    private OpenFault? TryAdd(string path, bool isStream)
    {
        if (_devices.Count >= MostDevices)
            return new OpenFault($"{path}: not read; there are {MostDevices} input devices already", Passes: false);
        var (width, height) = _panel.PanelSize;
        if (isStream && (width < 2 || height < 2))
            return new OpenFault($"{path}: touches need a screen of 2x2 pixels or more; it has {width}x{height}", Passes: false);
        if (isStream
            ? !EvdevDevice.TryOpenStream(path, width, height, _rules, out var device, out var fault)
            : !EvdevDevice.TryOpen(path, _rules, out device, out fault))
            return fault;
        return TryWatch(device)
            ? null
            : new OpenFault($"{path}: cannot be waited for; it must be an input device or a FIFO", Passes: false);
    }

    private bool TryWatch(EvdevDevice device)
    {
        Source? source = null;
        Watch watch;
        try
        {
            watch = _loop.Add(device.FileDescriptor, _ => Drain(source!));
        }
        catch (MmmException)
        {
            device.Dispose();
            return false;
        }
        source = new Source(device, watch, _seat.Add(device));
        _devices.Add(source);
        if (_calibration is { } calibration && device.Pointer == PointerKind.Touch)
            device.Calibration = calibration;
        if (_started)
            _log.Info($"input: {device.Path} ({device.Name}) is here: {Kind(device)}");
        foreach (var note in device.Notes)
            _log.Info($"input: {device.Path}: {device.Name}: {note}");
        return true;
    }

    private static string Kind(EvdevDevice device)
    {
        var pointer = device.Pointer switch
        {
            PointerKind.Touch => "touch screen",
            PointerKind.Tablet => "tablet",
            PointerKind.Mouse => "mouse",
            PointerKind.Touchpad => "touchpad",
            _ => "",
        };
        var keys = !device.IsKeyboard ? "" : device.Role == DeviceRole.Scanner ? "scanner" : "keys";
        return (keys, pointer) switch
        {
            ("", "") => "wheel",
            (_, "") => keys,
            ("", _) => pointer,
            _ => $"{keys}, {pointer}",
        };
    }

    /// <summary>Reads the events of all devices that wait.</summary>
    public void ReadAll()
    {
        foreach (var source in _devices.ToArray())
        {
            if (_devices.Contains(source))
                Drain(source);
        }
    }

    private void Drain(Source source)
    {
        if (!source.Device.Drain(source.Handler))
            Remove(source);
        else
            AwaitPress(source.Device);
        if (source.Device.Excess is { } excess && _saidExcess.Add(source.Device.Path))
            _log.Info($"input: {source.Device.Path}: {source.Device.Name}: {excess}");
    }

    private void Elapse()
    {
        foreach (var (device, _, handler) in _devices)
        {
            device.Elapse(handler);
            AwaitPress(device);
        }
    }

    // A press that is still shorter than the minimum counts once that time has elapsed, without another event. long.MaxValue means that
    // there is none.
    private void AwaitPress(EvdevDevice device) => _press.NoLaterThan(device.DueNs);

    private void Resize()
    {
        var (width, height) = _panel.PanelSize;
        foreach (var (device, _, _) in _devices)
            device.Resize(width, height);
    }

    private void Remove(Source source)
    {
        if (!_devices.Remove(source))
            return; // its releases have already removed it
        var device = source.Device;
        source.Watch.Dispose();
        _saidExcess.Remove(device.Path);
        _seat.Remove(device);
        device.Dispose();
        _log.Info($"input: {device.Path} ({device.Name}) is gone");
    }

    private const uint S_IFCHR = 0x2000, S_IFIFO = 0x1000;

    private static bool IsNode(string path) =>
        File.Exists(path) ? FileType(path) == S_IFCHR : path.StartsWith("/dev/", StringComparison.Ordinal);

    // The runtime's file attributes do not distinguish these types.
    private static unsafe uint FileType(string path)
    {
        const uint S_IFMT = 0xF000;
        stat s;
        fixed (byte* p = Sys.Path(path))
            return stat(p, &s) == 0 ? (uint)s.st_mode & S_IFMT : 0;
    }

    public void Dispose()
    {
        _directories.ForEach(d => d.Dispose());
        _devices.ForEach(d => d.Device.Dispose());
    }
}
