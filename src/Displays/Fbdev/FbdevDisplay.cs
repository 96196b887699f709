using Displays.Pixels;
using Mmm.Protocol;
using Mmm;
using Mmm.Linux;
using Tmds.Linux;
using static Displays.LinuxFb;
using static Tmds.Linux.LibC;

namespace Displays;

/// <summary>
/// A framebuffer device with any packed pixel layout. If its memory has room for two pictures, the display flips between them; otherwise
/// written pixels are visible at once. At the end the framebuffer's former content is restored (<see cref="FoundFramebuffer"/>), so that no
/// pixels of the clients remain.
/// </summary>
internal sealed unsafe class FbdevDisplay : IDisplay
{
    /// <summary>The number of the <see cref="DeviceLock"/> that a host holds on its framebuffer.</summary>
    internal const int Lock = 0;

    private readonly string _path;
    private bool _isDisposed;
    private readonly string _id;
    private readonly int _fd;
    private readonly FbdevMode _mode;
    private readonly FoundFramebuffer _found;
    private readonly FbdevPalette? _palette;
    private readonly byte* _mapped; // null if the memory is written by pwrite
    private readonly PixelMemory _memory;
    private readonly FbdevPages? _pages;
    private readonly RectSet? _written; // changes that are in the copy but not on the device yet; null without a copy, or with two pages
    private readonly Action<string> _log;
    private readonly WaitSet _waits;
    private bool _hidden;
    private bool _blanked;
    private readonly Uevents _uevents;
    private bool _saidError;

    /// <param name="path">The path of the device, such as /dev/fb0.</param>
    /// <param name="dither">True to dither layouts of less than 24 bits per pixel.</param>
    /// <param name="log">Receives one line for each thing that the driver refuses.</param>
    /// <exception cref="MmmException">No such device, no permission, not a framebuffer, or a format that is not supported.</exception>
    public FbdevDisplay(string path, bool dither, Action<string> log)
    {
        (_path, _log) = (path, log);
        _fd = Sys.Open(path, O_RDWR);
        if (_fd < 0)
            throw new MmmException($"{path}: {OpenFault(_fd)}");
        try
        {
            TakeAlone();
            fb_var_screeninfo v;
            fb_fix_screeninfo f;
            if (ioctl(_fd, FBIOGET_VSCREENINFO, &v) != 0 || ioctl(_fd, FBIOGET_FSCREENINFO, &f) != 0)
                throw new MmmException($"{path}: not a framebuffer ({Sys.ErrorText(errno)}); name one, as in --display fbdev:/dev/fb0");
            _id = TextRing.Printable(TextRing.Text(new ReadOnlySpan<byte>(f.id, 16)));
            _mode = FbdevMode.Read($"{path} ({_id})", _id, v, f);
            var palette = PixelPalette.For(_mode.Layout, _mode.Visual);
            _found = FoundFramebuffer.Take(_fd, v, _mode, palette);
            _palette = palette is null ? null : new FbdevPalette(_fd, palette);
            _mapped = _mode.IsEmulated ? null : Map(_fd, _mode.Memory);
            _pages = _mode.HasTwoPages ? FbdevPages.TryTake(_fd, _mode, v, log) : null;
            var converter = new PixelConverter(_mode.Layout, dither);
            _written = _mode.IsEmulated && _pages is null ? new RectSet() : null;
            _memory = new PixelMemory(_fd, _mapped, converter, (Width, Height), _mode.Stride,
                _mode.Left, keepCopy: _pages is not null || _written is not null, WritesWholeRows(_mode))
            {
                MissesRowEnds = _mode.IsEmulated,
            };
            Blank(false); // if no console has switched the panel on before, it would stay off
            _waits = new WaitSet();
            _uevents = new Uevents(_waits, "graphics", OnDevicesChanged);
        }
        catch
        {
            _found?.Dispose();
            _waits?.Dispose();
            Sys.Close(_fd);
            throw;
        }
    }

    // One call takes about as long as copying 6 KB. But an emulated framebuffer sends a write that covers several rows to the panel with
    // all pixels of these rows, which is slow for small panels on slow buses.
    private static bool WritesWholeRows(FbdevMode mode) => mode.IsEmulated && mode.Stride is > 2048 and <= 6144;

    // Waits for the lock: the guard of a host that was killed may still be restoring the framebuffer's former content.
    private void TakeAlone()
    {
        const int patienceMs = 2000, pauseMs = 10;
        for (var waited = 0; !DeviceLock.TryTake(_fd, Lock); waited += pauseMs)
        {
            if (waited >= patienceMs)
                throw new MmmException($"{_path}: another mmm uses it; end that one first");
            Thread.Sleep(pauseMs);
        }
    }

    /// <summary>Whether another host uses the framebuffer.</summary>
    internal static bool IsUsed(string path)
    {
        var fd = Sys.Open(path, O_RDWR);
        var isUsed = fd >= 0 && DeviceLock.IsTaken(fd, Lock);
        Sys.Close(fd);
        return isUsed;
    }

    private static byte* Map(int fd, uint length)
    {
        var at = mmap(null, (size_t)(ulong)length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)0L);
        return at == (void*)-1 ? null : (byte*)at;
    }

    private static string OpenFault(int error) => -error switch
    {
        var e when e == ENOENT || e == ENODEV || e == ENXIO => "no such device. To run without a display, use --display memory:800x480",
        var e when e == EACCES || e == EPERM => "permission denied. Add the user to the group \"video\": sudo usermod -aG video $USER",
        _ => Sys.ErrorText(error),
    };

    public int Width => _mode.Width;

    public int Height => _mode.Height;

    public string Description => $"{Width}x{Height} {_mode.Layout} on {_path} ({_id}{(_pages is null ? "" : ", two pages")})";

    private long Origin => _mode.Top * (long)_mode.Stride;

    public void Write(Rect rect, ReadOnlySpan<uint> pixels)
    {
        if (_hidden || IsLost)
            return;
        _memory.Write(Origin, rect, pixels);
        Drawn(rect);
    }

    public Span<uint> Canvas => _memory.Canvas;

    public void Drawn(Rect rect)
    {
        if (_hidden || IsLost)
            return;
        _pages?.Damage(rect);
        _written?.Add(rect);
    }

    public void Flush()
    {
        if (_hidden || IsLost)
            return;
        _pages?.Flip(_memory);
        WriteGathered();
        if (_memory.Error == ENODEV)
            Lose();
        else if (_memory.Error != 0 && !_saidError)
            _log($"{_path} ({_id}): cannot be written: {Sys.ErrorText(_memory.Error)}; the clients continue without it");
        _saidError = _memory.Error != 0;
    }

    // An emulated framebuffer transfers the pixels of each call to the panel. The bands of a frame are therefore gathered; otherwise each
    // band would be a transfer.
    private void WriteGathered()
    {
        if (_written is null)
            return;
        foreach (var rect in _written.Rects)
            _memory.WriteAgain(Origin, rect);
        _written.Clear();
    }

    public int FileDescriptor => _waits.FileDescriptor;

    public void Dispatch() => _waits.Dispatch();

    public bool IsLost { get; private set; }

    public IReadOnlyList<string> GuardArguments => [CrashGuard.Framebuffer, _path, _found.FilePath];

    public event Action? Ready;

    // Mapped memory can still be written when the device is gone, so only an ioctl detects that.
    private void OnDevicesChanged()
    {
        fb_var_screeninfo v;
        if (ioctl(_fd, FBIOGET_VSCREENINFO, &v) != 0 && errno == ENODEV)
            Lose();
    }

    private void Lose()
    {
        if (IsLost)
            return;
        IsLost = true;
        _log($"{_path} ({_id}) is gone; the clients continue without it");
        Ready?.Invoke();
    }

    public void Blank(bool blank)
    {
        _blanked = blank;
        if (!_hidden)
            ioctl(_fd, FBIOBLANK, blank ? FB_BLANK_POWERDOWN : FB_BLANK_UNBLANK);
    }

    public void Read(Span<uint> pixels)
    {
        if (_hidden || IsLost || !_memory.Read(Origin, pixels))
            pixels.Fill(0xFF000000);
    }

    public void Hide() => _hidden = true;

    public void Show()
    {
        _hidden = false;
        _found.PutBackMode(_fd, force: true);
        _palette?.Set();
        _pages?.Forget();
        Blank(_blanked);
    }

    private void Clear()
    {
        var row = new uint[Width];
        row.AsSpan().Fill(0xFF000000);
        for (var y = 0; y < Height; y++)
            Write(new Rect(0, y, Width, 1), row);
        Flush();
    }

    public void Dispose()
    {
        if (_isDisposed)
            return; // another descriptor may have the number by now
        _isDisposed = true;
        _uevents.Dispose();
        _waits.Dispose();
        // If the device is lost, nothing is written: its memory may belong to the next driver.
        if (!_hidden && !IsLost && !_found.PutBack(_fd, force: true))
        {
            Clear();
            _pages?.ToFirst(_memory);
            _found.PutBackMode(_fd, force: true);
        }
        _found.Dispose();
        if (_mapped != null)
            munmap(_mapped, (size_t)(ulong)_mode.Memory);
        Sys.Close(_fd);
    }
}
