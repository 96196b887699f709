using Mmm;
using Mmm.Linux;
using static Displays.LinuxFb;
using static Tmds.Linux.LibC;

namespace Displays;

/// <summary>
/// Two pages in a framebuffer's memory, one below the other, of which the driver shows one. The changes of the last two frames are copied
/// from the display's copy to the hidden page, and the driver then pans to it.
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
    private RectSet _before = new(); // the changes that the hidden page lacks
    private int _shown;
    private long _pannedNs;
    private bool _waits = true;
    private bool _pans = true;

    /// <param name="mode">A mode with two pages.</param>
    /// <param name="pan">Shows the memory from the given row on; returns false if the driver refuses.</param>
    /// <param name="waitForBlank">Waits for the next vertical blank; returns false if the driver cannot.</param>
    /// <param name="log">Receives one line for each thing that the driver refuses.</param>
    public FbdevPages(FbdevMode mode, Func<uint, bool> pan, Func<bool> waitForBlank, Action<string>? log)
    {
        (_mode, _pan, _waitForBlank, _log) = (mode, pan, waitForBlank, log);
        _all = new Rect(0, 0, mode.Width, mode.Height);
        _before.Add(_all);
    }

    /// <summary>Creates the pages. Logs a line and returns null if the driver states two pages but cannot pan to them.</summary>
    public static FbdevPages? TryTake(int fd, FbdevMode mode, fb_var_screeninfo v, Action<string>? log)
    {
        var found = v.yoffset;
        var pages = new FbdevPages(mode, Pan, WaitForBlank, log);
        if (pages.Pan(0) && pages.Pan(1) && pages.Pan(0))
            return pages;
        log?.Invoke($"framebuffer: the driver refuses to pan ({Sys.ErrorText(errno)}); frames are drawn into the visible page");
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

    /// <summary>Records that a part of the copy has changed.</summary>
    public void Damage(Rect rect) => _damage.Add(rect);

    /// <summary>Updates the hidden page and shows it.</summary>
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
        _log?.Invoke($"framebuffer: the driver no longer pans ({Sys.ErrorText(errno)}); each change is now drawn on both pages");
        _pans = false;
    }

    /// <summary>Draws the picture on both pages and shows the first one, which is the page that a console draws on.</summary>
    public void ToFirst(PixelMemory memory)
    {
        _damage.Add(_all);
        ToBoth(memory);
        if (_pans)
            Pan(0);
    }

    /// <summary>Marks the content of both pages as unknown. Call this when another program has drawn on them, and perhaps panned.</summary>
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

    // After a pan the old page is still sent to the panel until the next vertical blank, so it must not be written before.
    private void WaitForPan()
    {
        if (!_waits || WaitSet.Now - _pannedNs >= RefreshNs || _waitForBlank())
            return;
        _waits = false;
        _log?.Invoke($"framebuffer: the driver cannot wait for the vertical blank ({Sys.ErrorText(errno)}); frames do not wait for it");
    }

    private bool Pan(int page) => _pan((uint)(page * _mode.Height));
}
