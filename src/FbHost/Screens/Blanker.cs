using FbHost.Loop;

namespace FbHost.Screens;

/// <summary>Turns the screen off after a time without input or on request, and turns it on again.</summary>
internal sealed class Blanker
{
    private readonly Screen _screen;
    private readonly LoopTimer _timer;
    private long _afterNs;
    private long _lastInputNs = EventLoop.Now; // or when the screen was turned on
    private long? _realInputNs; // null before any

    /// <param name="loop">Runs the timer.</param>
    /// <param name="screen">The screen that is turned off and on.</param>
    /// <param name="after">Time without input after which the screen is turned off; zero for never.</param>
    public Blanker(EventLoop loop, Screen screen, TimeSpan after)
    {
        _screen = screen;
        _afterNs = (long)after.TotalNanoseconds;
        _timer = loop.CreateTimer(OnTimer);
        Arm();
    }

    /// <summary>Sets the time without input after which the screen is turned off; zero for never.</summary>
    public void SetTime(TimeSpan after)
    {
        _afterNs = (long)after.TotalNanoseconds;
        _timer.Cancel();
        if (!_screen.IsBlank)
            Arm();
    }

    /// <summary>True while the screen is off.</summary>
    public bool IsBlank => _screen.IsBlank;

    /// <summary>The screen was turned off (true) or on.</summary>
    public event Action<bool>? Changed;

    private void Arm()
    {
        if (_afterNs > 0)
            _timer.At(_lastInputNs + _afterNs);
    }

    /// <summary>Notes input: the time without input begins anew. A screen that is off stays off.</summary>
    public void NoteInput() => // the timer is not set anew for each event; it reads the time when it runs
        _realInputNs = _lastInputNs = EventLoop.Now;

    /// <summary>Returns whether there was input within a time.</summary>
    public bool HadInputWithin(TimeSpan time) =>
        _realInputNs is { } last && EventLoop.Now - last < time.TotalNanoseconds;

    /// <summary>Notes input, and turns the screen on. Returns false if the screen was already on.</summary>
    public bool TryWake()
    {
        NoteInput();
        if (!_screen.IsBlank)
            return false;
        Unblank();
        return true;
    }

    private void OnTimer()
    {
        if (_screen.IsBlank)
            return;
        if (EventLoop.Now - _lastInputNs >= _afterNs)
            Blank();
        else
            Arm();
    }

    /// <summary>Turns the screen off.</summary>
    public void Blank()
    {
        if (_screen.IsBlank)
            return;
        _timer.Cancel();
        _screen.Blank(true);
        Changed?.Invoke(true);
    }

    /// <summary>Turns the screen on.</summary>
    public void Unblank()
    {
        if (!_screen.IsBlank)
            return;
        _lastInputNs = EventLoop.Now;
        Arm();
        _screen.Blank(false);
        Changed?.Invoke(false);
    }
}
