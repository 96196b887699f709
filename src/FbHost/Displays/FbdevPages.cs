using FbHost.Loop;
using Mmm;
using Mmm.Linux;
using static FbHost.Displays.LinuxFb;
using static Tmds.Linux.LibC;

namespace FbHost.Displays;

/// <summary>
/// Two pictures in a framebuffer's memory, one under the other, of which the driver shows one. The hidden one gets what changed in the last
/// two frames, out of the display's copy, and is then panned to.
/// </summary>
internal sealed unsafe class FbdevPages
{
    private const int MostRects = 16;
    private const long RefreshNs = 1_000_000_000 / 60;
    private readonly int _fd;
    private readonly FbdevMode _mode;
    private readonly HostLog? _log;
    private readonly Rect _all;
    private List<Rect> _damage = [];
    private List<Rect> _before = []; // what the hidden page still lacks
    private readonly fb_var_screeninfo _var;
    private int _shown;
    private long _pannedNs;
    private bool _waits = true;
    private bool _pans = true;

    private FbdevPages(int fd, FbdevMode mode, in fb_var_screeninfo v, HostLog? log)
    {
        (_fd, _mode, _var, _log) = (fd, mode, v, log);
        _all = new Rect(0, 0, mode.Width, mode.Height);
        _before.Add(_all);
    }

    /// <summary>Null, and said so, where the driver states two pages but does not show them.</summary>
    public static FbdevPages? TryTake(int fd, FbdevMode mode, in fb_var_screeninfo v, HostLog? log)
    {
        var pages = new FbdevPages(fd, mode, v, log);
        if (pages.Pan(0) && pages.Pan(1) && pages.Pan(0))
            return pages;
        var error = errno;
        pages.PanTo(v.yoffset);
        log?.Info($"framebuffer: the driver refuses to pan ({Sys.ErrorText(error)}); the picture is drawn where it is seen");
        return null;
    }

    /// <summary>A part of the copy changed.</summary>
    public void Damage(Rect rect)
    {
        if (_damage.Count < MostRects)
            _damage.Add(rect);
        else
            _damage[^1] = _damage[^1].Union(rect);
    }

    /// <summary>Brings the hidden page up to date and shows it.</summary>
    public void Flip(PixelMemory memory)
    {
        if (_damage.Count == 0)
            return;
        var next = _pans ? 1 - _shown : _shown;
        WaitForPan();
        Update(memory, next);
        if (next == _shown)
            return;
        if (Pan(next))
        {
            _pannedNs = EventLoop.Now;
            _shown = next;
            return;
        }
        _log?.Warn($"framebuffer: the driver no longer pans ({Sys.ErrorText(errno)}); the picture is drawn where it is seen");
        _pans = false;
        _damage.Add(_all);
        Update(memory, _shown);
    }

    /// <summary>Shows the first page, which is what a console draws on, with the same picture.</summary>
    public void ToFirst(PixelMemory memory)
    {
        Forget();
        _damage.Add(_all);
        if (_shown == 0)
            Flip(memory);
        _damage.Add(_all);
        Flip(memory);
    }

    /// <summary>Somebody else drew: nothing on either page is known any more.</summary>
    public void Forget()
    {
        fb_var_screeninfo v;
        if (ioctl(_fd, FBIOGET_VSCREENINFO, &v) == 0)
            _shown = v.yoffset >= (uint)_mode.Height ? 1 : 0;
        _before.Clear();
        _before.Add(_all);
    }

    private void Update(PixelMemory memory, int page)
    {
        var origin = page * (long)_mode.Height * _mode.Stride;
        foreach (var rect in _before)
            memory.WriteAgain(origin, rect);
        foreach (var rect in _damage)
            memory.WriteAgain(origin, rect);
        (_before, _damage) = (_damage, _before);
        _damage.Clear();
    }

    // The page that was panned from is still on its way to the panel until the next vertical blank.
    private void WaitForPan()
    {
        uint crtc = 0;
        if (!_waits || EventLoop.Now - _pannedNs >= RefreshNs || ioctl(_fd, FBIO_WAITFORVSYNC, &crtc) == 0)
            return;
        _waits = false;
        _log?.Info($"framebuffer: the driver can not wait for the vertical blank ({Sys.ErrorText(errno)}); going on without");
    }

    private bool Pan(int page) => PanTo((uint)(page * _mode.Height));

    private bool PanTo(uint row)
    {
        var v = _var;
        (v.yoffset, v.activate) = (row, FB_ACTIVATE_VBL);
        return ioctl(_fd, FBIOPAN_DISPLAY, &v) == 0;
    }
}
