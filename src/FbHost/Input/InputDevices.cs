using FbHost.Loop;
using InputEvdev;
using Mmm;
using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Input;

/// <summary>The input devices in the loop.</summary>
internal sealed class InputDevices : IDisposable
{
    private readonly EventLoop _loop;
    private readonly HostLog _log;
    private readonly SeatKeyboard _keyboard;
    private readonly List<EvdevDevice> _devices = [];

    /// <param name="loop">Reads them.</param>
    /// <param name="log">Is told of devices that can not be used.</param>
    /// <param name="inputs">auto, none, terminal (not read here), or paths of devices and FIFOs.</param>
    /// <param name="width">The screen's, for FIFOs.</param>
    /// <param name="height">The screen's, for FIFOs.</param>
    /// <param name="keyboard">Gets the events.</param>
    /// <exception cref="MmmException">A device that was named can not be used.</exception>
    public InputDevices(EventLoop loop, HostLog log, IReadOnlyList<string> inputs, int width, int height, SeatKeyboard keyboard)
    {
        (_loop, _log, _keyboard) = (loop, log, keyboard);
        foreach (var input in inputs)
        {
            if (input is "none" or "terminal")
                continue;
            if (input == "auto")
                Scan();
            else
                Add(Open(input, width, height));
        }
    }

    public int Count => _devices.Count;

    private void Scan()
    {
        var scan = DeviceScan.Open();
        foreach (var reason in scan.Reasons)
            _log.Info($"input: {reason}");
        foreach (var device in scan.Devices)
            Add(device);
    }

    private static EvdevDevice Open(string path, int width, int height)
    {
        EvdevDevice? device;
        string? reason;
        var isNode = File.Exists(path) ? IsCharacterDevice(path) : path.StartsWith("/dev/", StringComparison.Ordinal);
        if (!isNode && (width < 2 || height < 2))
            throw new MmmException($"input: {path}: touches need a screen of 2x2 pixels or more; it has {width}x{height}");
        if (isNode
            ? EvdevDevice.TryOpen(path, out device, out reason)
            : EvdevDevice.TryOpenStream(path, width, height, out device, out reason))
            return device;
        throw new MmmException($"input: {reason}");
    }

    // The runtime's file attributes do not tell.
    private static unsafe bool IsCharacterDevice(string path)
    {
        const uint S_IFMT = 0xF000, S_IFCHR = 0x2000;
        stat s;
        fixed (byte* p = Sys.Path(path))
            return stat(p, &s) == 0 && ((uint)s.st_mode & S_IFMT) == S_IFCHR;
    }

    private void Add(EvdevDevice device)
    {
        Watch? watch = null;
        try
        {
            watch = _loop.Add(device.FileDescriptor, _ => Drain(device, watch!));
        }
        catch (MmmException)
        {
            device.Dispose();
            throw new MmmException($"input: {device.Path}: can not be waited for; it must be an input device or a FIFO");
        }
        _devices.Add(device);
        _keyboard.Add(device);
    }

    private void Drain(EvdevDevice device, Watch watch)
    {
        if (device.Drain(_keyboard.Handler))
            return;
        watch.Dispose();
        _devices.Remove(device);
        _keyboard.Remove(device);
        device.Dispose();
        _log.Info($"input: {device.Path} ({device.Name}) is gone");
    }

    public void Dispose() => _devices.ForEach(d => d.Dispose());
}
