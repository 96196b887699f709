using Mmm;
using Mmm.Linux;
using static Displays.LinuxFb;
using static Tmds.Linux.LibC;

namespace Displays;

/// <summary>
/// Two pictures in a framebuffer's memory, one under the other, of which the driver shows one. The hidden one gets what changed in the last
/// two frames, out of the display's copy, and is then panned to.
/// </summary>
internal sealed unsafe class FbdevPages
{
    private const long RefreshNs = 1_000_000_000 / 60;
    private readonly FbdevMode _mode;
    private readonly Func<uint, bool> _pan;
    private readonly Func<bool> _waitForBlank;
    private readonly Action<string>? _log;
    private readonly Rect _all;
    private RectSet _damage = new();
    private RectSet _before = new(); // what the hidden page still lacks
    private int _shown;
    private long _pannedNs;
    private bool _waits = true;
    private bool _pans = true;

    /// <param name="mode">One with two pages.</param>
    /// <param name="pan">Shows the memory from that row on; false: refused.</param>
    /// <param name="waitForBlank">Waits for the next vertical blank; false: cannot.</param>
    /// <param name="log">Is told once of what is refused.</param>
    public FbdevPages(FbdevMode mode, Func<uint, bool> pan, Func<bool> waitForBlank, Action<string>? log)
    {
        (_mode, _pan, _waitForBlank, _log) = (mode, pan, waitForBlank, log);
        _all = new Rect(0, 0, mode.Width, mode.Height);
        _before.Add(_all);
    }

    /// <summary>Null, and said so, where the driver states two pages but does not show them.</summary>
    public static FbdevPages? TryTake(int fd, FbdevMode mode, fb_var_screeninfo v, Action<string>? log)
    {
        var found = v.yoffset;
        var pages = new FbdevPages(mode, Pan, WaitForBlank, log);
        if (pages.Pan(0) && pages.Pan(1) && pages.Pan(0))
            return pages;
        log?.Invoke($"framebuffer: the driver refuses to pan ({Sys.ErrorText(errno)}); the picture is drawn where it is seen");
        Pan(found);
        return null;

        bool Pan(uint row)
        {
            var to = v;
            (to.yoffset, to.activate) = (row, FB_ACTIVATE_VBL);
            return ioctl(fd, FBIOPAN_DISPLAY, &to) == 0;
        }

        bool WaitForBlank()
        {
            uint crtc = 0;
            return ioctl(fd, FBIO_WAITFORVSYNC, &crtc) == 0;
        }
    }

    /// <summary>A part of the copy changed.</summary>
    public void Damage(Rect rect) => _damage.Add(rect);

    /// <summary>Brings the hidden page up to date and shows it.</summary>
    public void Flip(PixelMemory memory)
    {
        if (_damage.IsEmpty)
            return;
        if (!_pans)
        {
            ToBoth(memory);
            return;
        }
        var next = 1 - _shown;
        WaitForPan();
        Update(memory, next);
        if (Pan(next))
        {
            _pannedNs = WaitSet.Now;
            _shown = next;
            return;
        }
        GiveUp();
        _damage.Add(_all);
        ToBoth(memory);
    }

    private void ToBoth(PixelMemory memory)
    {
        foreach (var rect in _damage.Rects)
        {
            memory.WriteAgain(0, rect);
            memory.WriteAgain(_mode.Height * (long)_mode.Stride, rect);
        }
        _damage.Clear();
    }

    private void GiveUp()
    {
        _log?.Invoke($"framebuffer: the driver no longer pans ({Sys.ErrorText(errno)}); both pages are drawn");
        _pans = false;
    }

    /// <summary>Shows the first page, which is what a console draws on, with the same picture.</summary>
    public void ToFirst(PixelMemory memory)
    {
        _damage.Add(_all);
        ToBoth(memory);
        if (_pans)
            Pan(0);
    }

    /// <summary>Somebody else drew, and perhaps panned: nothing on either page is known any more.</summary>
    public void Forget()
    {
        _before.Clear();
        _before.Add(_all);
        if (_pans && Pan(0))
            _shown = 0;
    }

    private void Update(PixelMemory memory, int page)
    {
        var origin = page * (long)_mode.Height * _mode.Stride;
        foreach (var rect in _before.Rects)
            memory.WriteAgain(origin, rect);
        foreach (var rect in _damage.Rects)
            memory.WriteAgain(origin, rect);
        (_before, _damage) = (_damage, _before);
        _damage.Clear();
    }

    // The page that was panned from is still on its way to the panel until the next vertical blank.
    private void WaitForPan()
    {
        if (!_waits || WaitSet.Now - _pannedNs >= RefreshNs || _waitForBlank())
            return;
        _waits = false;
        _log?.Invoke($"framebuffer: the driver cannot wait for the vertical blank ({Sys.ErrorText(errno)}); going on without");
    }

    private bool Pan(int page) => _pan((uint)(page * _mode.Height));
}
