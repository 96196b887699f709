using Displays.Pixels;
using Mmm;
using Mmm.Linux;
using Tmds.Linux;
using static Displays.LinuxFb;
using static Tmds.Linux.LibC;

namespace Displays;

/// <summary>
/// A framebuffer device of any packed pixel layout. With room for two pictures it flips between them; else what is written is seen at once.
/// At the end it has again what it had before (<see cref="FoundFramebuffer"/>): nothing of the clients' stays.
/// </summary>
internal sealed unsafe class FbdevDisplay : IDisplay
{
    /// <summary>The <see cref="DeviceLock"/> that a host holds on the framebuffer that it shows on.</summary>
    internal const int Lock = 0;

    private readonly string _path;
    private readonly string _id;
    private readonly int _fd;
    private readonly FbdevMode _mode;
    private readonly FoundFramebuffer _found;
    private readonly FbdevPalette? _palette;
    private readonly byte* _mapped; // null: written by pwrite
    private readonly PixelMemory _memory;
    private readonly FbdevPages? _pages;
    private readonly RectSet? _written; // what the copy has and the device has not; null: there is no copy, or pages
    private readonly Action<string> _log;
    private readonly WaitSet _waits;
    private bool _hidden;
    private bool _blanked;
    private readonly Uevents _uevents;
    private bool _saidError;

    /// <param name="path">As /dev/fb0.</param>
    /// <param name="dither">Below 24 bits a pixel.</param>
    /// <param name="log">Is told once of what the driver refuses.</param>
    /// <exception cref="MmmException">No such device, no permission, no framebuffer, or a format that is not served.</exception>
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
            Blank(false); // where no console has set the mode before, nothing else does: the panel would stay off
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

    // A call costs about as much as copying 6 KB. What covers several rows an emulated framebuffer sends to the panel with all of their
    // pixels: that is dear for small panels on slow buses.
    private static bool WritesWholeRows(FbdevMode mode) => mode.IsEmulated && mode.Stride is > 2048 and <= 6144;

    // The guard of a host that was killed may still put back what that one found.
    private void TakeAlone()
    {
        const int patienceMs = 2000, pauseMs = 10;
        for (var waited = 0; !DeviceLock.TryTake(_fd, Lock); waited += pauseMs)
        {
            if (waited >= patienceMs)
                throw new MmmException($"{_path}: another mmm shows on it; end that one first");
            Thread.Sleep(pauseMs);
        }
    }

    /// <summary>Another host shows on that framebuffer.</summary>
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
        var e when e == ENOENT || e == ENODEV || e == ENXIO => "there is no such device. Use --display memory:800x480 to go without",
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
            _log($"{_path} ({_id}): cannot be written: {Sys.ErrorText(_memory.Error)}; the clients go on without it");
        _saidError = _memory.Error != 0;
    }

    // An emulated framebuffer sends to the panel what each call wrote: a frame in bands would be as many transfers.
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

    // What is mapped can still be written when the device is gone: only a call tells.
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
        _log($"{_path} ({_id}) is gone; the clients go on without it");
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
        _uevents.Dispose();
        _waits.Dispose();
        if (!_hidden && !IsLost && !_found.PutBack(_fd, force: true)) // when lost, what was its memory may be that of the next driver
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
