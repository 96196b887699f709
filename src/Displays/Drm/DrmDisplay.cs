using System.Runtime.InteropServices;
using Displays.Pixels;
using Mmm;
using Mmm.Linux;
using Tmds.Linux;
using static Displays.LinuxDrm;
using static Tmds.Linux.LibC;

namespace Displays;

/// <summary>
/// A KMS display: two dumb buffers that follow a shadow of XRGB8888 in ordinary memory. Large changes are shown by a page flip, whose event
/// reports when the next picture can be shown; small changes are copied into the shown buffer. The second buffer is created for the first
/// flip. When the monitor is unplugged, the shadow is kept, and it is shown again when a monitor is connected.
/// </summary>
internal sealed unsafe partial class DrmDisplay : IDisplay
{
    private const long LostFlipMs = 1000; // longer than the time of any frame
    private bool _isDisposed;
    private readonly DrmDevice _device;
    private readonly Action<string> _log;
    private readonly DrmMode? _wish;
    private readonly WaitSet _waits;
    private readonly DrmConnector _connector;
    private readonly uint _crtc;
    private readonly drm_mode_crtc _before;
    private readonly uint* _shadow;
    private readonly BufferDamage _damage;
    private readonly DumbBuffer?[] _buffers = new DumbBuffer?[2];
    private readonly Uevents? _uevents;
    private readonly WaitTimer? _flipLost;
    private readonly PageFlip _flip;
    private readonly OtherOutputs? _others;
    private readonly byte[] _events = new byte[1024];
    private DrmFormat _format = DrmFormat.Xrgb8888;
    private PixelConverter? _converter;
    private drm_mode_modeinfo _mode;
    private int _front;
    private ulong _flips; // the number of flips; also the number of the pending flip
    private long _flipNs;
    private bool _flushAgain;
    private bool _mayFlip = true;
    private bool _needsDirty = true;
    private bool _on;
    private bool _hidden;
    private bool _blank;
    private bool _unplugged;
    private bool _saidKept, _saidNotBack;

    /// <param name="path">The path of the device, /dev/dri/cardN.</param>
    /// <param name="connector">The name of the connector, such as HDMI-A-1; empty for the first connector with a monitor.</param>
    /// <param name="wish">
    /// The mode to set if the monitor has it. Null for a mode of the size <paramref name="before"/>, or the monitor's preferred mode.
    /// </param>
    /// <param name="before">
    /// The size in pixels that the display had when it was lost; a mode of that size is preferred. Null if none.
    /// </param>
    /// <param name="format">The pixel format; null for the format that the driver prefers or accepts.</param>
    /// <param name="dither">True to dither formats of less than 24 bits per pixel.</param>
    /// <param name="log">Receives a line when a monitor is lost or found.</param>
    /// <param name="others">What the other outputs of the card show.</param>
    /// <param name="atomic">False to flip by the legacy call even if the driver has atomic modesetting.</param>
    /// <exception cref="MmmException">
    /// The display cannot be opened; one line that says what is available instead, or what to do.
    /// </exception>
    public DrmDisplay(string path, string connector, DrmMode? wish, (int Width, int Height)? before,
        DrmFormat? format, bool dither, Action<string> log,
        bool atomic = true, OtherOutputsUse others = OtherOutputsUse.Off)
    {
        (_wish, _log) = (wish, log);
        _device = new DrmDevice(path);
        _waits = new WaitSet();
        try
        {
            _connector = Choose(_device, connector);
            _mode = ChooseMode(before);
            (Width, Height) = (_mode.hdisplay, _mode.vdisplay);
            _crtc = _device.CrtcFor(_connector);
            if (_crtc == 0)
                throw new MmmException($"{path} ({_device.Driver}): there is no CRTC for the connector {_connector.Name}");
            _before = _device.ReadCrtc(_crtc);
            _damage = new BufferDamage(Width, Height);
            _shadow = MapShadow();
            Shadow.Fill(0xFF000000);
            Begin(format, dither);
            _others = new OtherOutputs(_device, _connector.Id, _crtc, others, _format, _converter!, log);
            _others.Update(Shadow, Width, Height);
            _flip = new PageFlip(_device, _crtc, Front.FbId, atomic);
            _flipLost = new WaitTimer(_waits, OnFlipLost);
            _waits.Add(_device.Fd, OnReadable);
            _uevents = new Uevents(_waits, "drm", OnHotplug);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private static DrmConnector Choose(DrmDevice device, string name)
    {
        var all = device.Connectors();
        if (DrmConnector.Choose(all, name) is { } connector)
            return connector;
        var what = name.Length == 0 ? "no monitor is connected"
            : all.Any(c => c.Name == name) ? $"nothing is connected to {name}"
            : $"no connector {name}";
        var isThere = name.Length == 0 || all.Any(c => c.Name == name);
        throw new MmmException($"{device.Path} ({device.Driver}): {what}; it has {string.Join(", ", all.Select(c => c.Description))}",
            innerException: isThere ? new NoMonitorException() : null);
    }

    private drm_mode_modeinfo ChooseMode((int Width, int Height)? before)
    {
        var modes = _connector.Modes;
        if (modes.Length == 0)
            throw new MmmException($"{_device.Path} ({_device.Driver}): {_connector.Name} has no modes",
                innerException: new NoMonitorException());
        var i = DrmMode.Choose(modes, _wish, before);
        if (i >= 0)
            return modes[i];
        i = DrmMode.Choose(modes, null, before);
        _log($"{_device.Path} ({_device.Driver}): {_connector.Name} has no mode {_wish}; it has {_connector.ModeNames}; "
            + $"{DrmMode.Name(modes[i])} is used");
        return modes[i];
    }

    private void Begin(DrmFormat? wish, bool dither)
    {
        MmmException? fault = null;
        var offered = _device.Formats(_crtc);
        var formats = DrmFormat.Order(wish, _device.PreferredDepth, offered);
        if (formats.Length == 0)
            throw new MmmException($"{_device.Path} ({_device.Driver}): no pixel format can be used; it offers {DrmFormat.Names(offered)}");
        foreach (var format in formats)
        {
            try
            {
                (_format, _converter) = (format, new PixelConverter(format.Layout, dither));
                BeginFormat();
                if (fault is not null)
                    _log($"{fault.Message}; the format {format} is used instead");
                return;
            }
            catch (MmmException e)
            {
                fault ??= e;
                DisposeBuffers();
            }
        }
        var offers = offered.Count > 0 ? $"; it offers {DrmFormat.Names(offered)}" : "";
        throw new MmmException(wish is null
            ? $"{fault!.Message}{offers}"
            : $"{fault!.Message}{offers}; remove display.format to use a format that the driver supports");
    }

    // Creates a buffer and shows it at once: drivers without atomic modesetting may create a buffer and then refuse to show it.
    private void BeginFormat()
    {
        _buffers[0] = NewBuffer();
        var error = SetCrtc();
        if (error < 0)
            throw new MmmException($"{_device.Path} ({_device.Driver}): {_connector.Name} cannot be set to "
                + $"{DrmMode.Name(_mode)} {_format}: {Sys.ErrorText(error)}");
    }

    private DumbBuffer NewBuffer() => new(_device, Width, Height, _format, _converter!);

    public int Width { get; }

    public int Height { get; }

    public long FrameNs => 1_000_000_000_000 / DrmMode.MilliHz(_mode);

    public string Description =>
        $"{DrmMode.Name(_mode)} {_format} on {_device.Path}:{_connector.Name} ({_device.Driver}, {_flip.Description})";

    public int? Mounting => _connector.Mounting;

    public int FileDescriptor => _waits.FileDescriptor;

    public void Dispatch() => _waits.Dispatch();

    public bool IsBusy => _damage.FlipPending;

    public bool IsBlack { get; private set; } = true;

    public bool IsLost { get; private set; }

    public bool IsReplaced { get; private set; }

    public event Action? Ready;

    private size_t ShadowBytes => (size_t)((ulong)Width * (ulong)Height * sizeof(uint));

    // MAP_POPULATE maps all pages in one call: a page fault for each page takes ten times as long.
    private uint* MapShadow()
    {
        const int MAP_POPULATE = 0x8000;
        var at = mmap(null, ShadowBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, (off_t)0L);
        return at != (void*)-1 ? (uint*)at : throw new MmmException($"no memory for {Width}x{Height} pixels: {Sys.ErrorText(errno)}");
    }

    private Span<uint> Shadow => new(_shadow, Width * Height);

    private DumbBuffer Front => _buffers[_front]!;

    public void Write(Rect rect, ReadOnlySpan<uint> pixels)
    {
        var shadow = Shadow;
        if (rect.Width == Width)
            pixels.CopyTo(shadow[(rect.Y * Width)..]);
        else
        {
            for (var y = 0; y < rect.Height; y++)
                pixels.Slice(y * rect.Width, rect.Width).CopyTo(shadow[((rect.Y + y) * Width + rect.X)..]);
        }
        Drawn(rect);
    }

    public Span<uint> Canvas => Shadow;

    public void Drawn(Rect rect) => _damage.Add(rect);

    public void Read(Span<uint> pixels)
    {
        if (_hidden || _blank)
            pixels.Fill(0xFF000000);
        else
            Shadow.CopyTo(pixels);
    }

    public void Flush()
    {
        _flushAgain = IsBusy;
        if (!_on)
            return; // the shadow keeps the changes
        var mayFlip = _mayFlip && !IsBlack; // on a black screen nothing tears, and creating the second buffer takes time
        IsBlack = false;
        switch (_damage.Next(mayFlip))
        {
            case Presentation.Front:
                ShowInFront();
                break;
            case Presentation.Flip:
                BeginFlip();
                break;
        }
        if (_device.IsGone)
            Lose();
    }

    private void ShowInFront()
    {
        foreach (var r in _damage.Copy)
            Front.Copy(r, Shadow, Width);
        Dirty(_damage.Copy);
        _others?.Show(_damage.Copy, Shadow);
    }

    // Tells drivers that keep a copy of their own (virtual and USB displays, panels on SPI) which parts to copy. Other drivers
    // do not have this call.
    private void Dirty(ReadOnlySpan<Rect> damage)
    {
        if (!_needsDirty)
            return;
        var clips = stackalloc drm_clip_rect[RectSet.Capacity];
        var count = 0;
        foreach (var r in damage)
            clips[count++] = new drm_clip_rect { x1 = (ushort)r.X, y1 = (ushort)r.Y, x2 = (ushort)r.Right, y2 = (ushort)r.Bottom };
        var dirty = new drm_mode_fb_dirty_cmd { fb_id = Front.FbId, num_clips = (uint)count, clips_ptr = (ulong)clips };
        var error = -_device.Ioctl(DRM_IOCTL_MODE_DIRTYFB, &dirty);
        _needsDirty = error != ENOSYS && error != EOPNOTSUPP;
    }

    private void BeginFlip()
    {
        if (TryMakeBack() is not { } back)
        {
            ShowWithoutFlip();
            return;
        }
        foreach (var r in _damage.Copy)
            back.Copy(r, Shadow, Width);
        var error = _flip.Begin(back.FbId, _damage.Copy, ++_flips);
        if (error >= 0)
        {
            _others?.Show(_damage.Copy, Shadow);
            _flipNs = WaitSet.Now;
            if (_flipLost is { IsRunning: false })
                _flipLost.After(LostFlipMs);
            return;
        }
        // If the device is busy (EBUSY) or another program is the master (EACCES), only this frame is shown without a flip. After any other
        // error no flip is tried again.
        if (error != -EBUSY && error != -EACCES)
        {
            _mayFlip = false;
            _log($"{_device.Path} ({_device.Driver}): page flips do not work ({Sys.ErrorText(error)}); the picture may tear");
        }
        ShowWithoutFlip();
    }

    private DumbBuffer? TryMakeBack()
    {
        ref var back = ref _buffers[1 - _front];
        try
        {
            back ??= NewBuffer();
        }
        catch (MmmException e)
        {
            _mayFlip = false;
            _log($"{e.Message}; without a second buffer the picture may tear");
        }
        return back;
    }

    private void ShowWithoutFlip()
    {
        _damage.FlipFailed();
        _damage.Next(mayFlip: false);
        ShowInFront();
    }

    private void OnReadable(int flags)
    {
        var n = Sys.Read(_device.Fd, _events);
        if (n <= 0 && (flags & EPOLLHUP) != 0)
        {
            _waits.Remove(_device.Fd);
            Lose();
            return;
        }
        for (var rest = _events.AsSpan(0, (int)Math.Max(0, n)); rest.Length >= sizeof(drm_event);)
        {
            var e = MemoryMarshal.Read<drm_event>(rest);
            if (e.length < sizeof(drm_event) || e.length > rest.Length)
                return;
            if (e.type == DRM_EVENT_FLIP_COMPLETE && e.length >= sizeof(drm_event_vblank))
                OnFlipped(MemoryMarshal.Read<drm_event_vblank>(rest).user_data);
            rest = rest[(int)e.length..];
        }
    }

    private void OnFlipped(ulong number)
    {
        if (!IsBusy || number != _flips)
            return; // the event of a flip that was given up
        _front = 1 - _front;
        _damage.Flipped();
        GoOn();
    }

    private void GoOn()
    {
        Ready?.Invoke();
        if (_flushAgain)
            Flush();
    }

    // The timer runs at most once a second and is not set for each frame, so this only checks the age of the pending flip.
    private void OnFlipLost()
    {
        if (!IsBusy)
            return;
        var due = _flipNs + LostFlipMs * 1_000_000;
        if (WaitSet.Now < due)
        {
            _flipLost?.At(due);
            return;
        }
        _log($"{_device.Path} ({_device.Driver}): a page flip did not end within {LostFlipMs} ms; setting the mode again");
        _damage.FlipFailed();
        SetMode();
        GoOn();
    }

    // Copies the whole shadow into the front buffer and sets the mode. Returns 0 or minus errno.
    private int SetMode()
    {
        _damage.AddAll();
        _damage.Next(mayFlip: false);
        foreach (var r in _damage.Copy)
            Front.Copy(r, Shadow, Width);
        var result = SetCrtc();
        if (_on)
            Dirty(_damage.Copy);
        if (_on)
            _others?.Update(Shadow, Width, Height);
        return result;
    }

    private int SetCrtc()
    {
        var result = _device.SetCrtc(_crtc, _connector.Id, Front.FbId, _mode);
        _on = result >= 0;
        return result;
    }

    // The text console appears again when the buffers are unmapped and the device is closed.
    public void Dispose()
    {
        if (_isDisposed)
            return; // another descriptor may have the number by now
        _isDisposed = true;
        _waits.Remove(_device.Fd);
        _uevents?.Dispose();
        _flipLost?.Dispose();
        _waits.Dispose();
        _others?.Dispose();
        if (_crtc != 0)
        {
            var restored = _before.mode_valid != 0 && _before.fb_id != 0
                && _device.SetCrtc(_crtc, _connector.Id, _before.fb_id, _before.mode, _before.x, _before.y) >= 0;
            if (!restored)
                _device.DisableCrtc(_crtc);
        }
        DisposeBuffers();
        if (_shadow != null)
            munmap(_shadow, ShadowBytes);
        _device.Dispose();
    }

    private void DisposeBuffers()
    {
        for (var i = 0; i < _buffers.Length; i++)
        {
            _buffers[i]?.Dispose();
            _buffers[i] = null;
        }
    }
}
