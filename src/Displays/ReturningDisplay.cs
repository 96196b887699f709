using Mmm;

namespace Displays;

/// <summary>
/// A display whose device may disappear while the host runs: a USB display is unplugged, or a boot framebuffer is replaced by the real
/// driver; or no monitor is connected at the start. The clients continue meanwhile. When the device, or another one that the configuration
/// allows, is there, it is opened. It may then have another size.
/// </summary>
internal sealed class ReturningDisplay : IDisplay
{
    private const long RetryMs = 1000; // only while there is no display
    private bool _isDisposed;
    private const long MonitorRetryMs = 30_000; // a monitor that is connected is told by a uevent; this is for drivers that send none
    private const int FirstWidth = 1024, FirstHeight = 768; // before the first monitor
    private readonly Action<string> _log;
    private readonly WaitSet _waits = new();
    private readonly Func<(int Width, int Height)?, IDisplay> _open;
    private readonly WaitTimer _retry;
    private readonly HashSet<string> _said = [];
    private Uevents? _plugged; // while no monitor is connected
    private bool _keepsSize;
    private IDisplay? _display;
    private bool _hidden;
    private bool _blank;

    /// <param name="log">Receives a line with the reason while the display cannot be opened again, and a line when it has been.</param>
    /// <param name="open">
    /// Opens the display; throws <see cref="MmmException"/> on failure. The argument is the former size, which is
    /// preferred; null the first time.
    /// </param>
    /// <exception cref="MmmException">
    /// The display cannot be opened the first time, for another reason than that no monitor is connected.
    /// </exception>
    public ReturningDisplay(Action<string> log, Func<(int Width, int Height)?, IDisplay> open)
    {
        (_log, _open) = (log, open);
        _retry = new WaitTimer(_waits, OnRetry);
        try
        {
            Adopt(open(null));
        }
        catch (MmmException e) when (e.InnerException is NoMonitorException)
        {
            AwaitMonitor(e);
            (Width, Height, FrameNs, Description) = (FirstWidth, FirstHeight, 1_000_000_000 / 60, "no monitor yet");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public int Width { get; private set; }

    public int Height { get; private set; }

    public long FrameNs { get; private set; }

    public string Description { get; private set; } = "";

    public int? Mounting { get; private set; }

    public int FileDescriptor => _waits.FileDescriptor;

    public void Dispatch() => _waits.Dispatch();

    /// <summary>True while there is a device; false while it is waited for.</summary>
    public bool IsThere => _display is { IsLost: false };

    public bool IsBusy => _display is { IsBusy: true };

    public bool IsBlack => _display is { IsBlack: true };

    public event Action? Ready;

    /// <summary>
    /// Raised when the display has been opened again. Its content is undefined, so the host must paint everything again. Raised after
    /// <see cref="Resized"/>.
    /// </summary>
    public event Action? Returned;

    public event Action? Resized;

    /// <summary>Raised when <see cref="GuardArguments"/> have changed.</summary>
    public event Action? GuardChanged;

    private void Adopt(IDisplay display)
    {
        (_display, FrameNs, Description) = (display, display.FrameNs, display.Description);
        (Width, Height, Mounting) = (display.Width, display.Height, display.Mounting);
        display.Ready += OnReady;
        display.Resized += OnResized;
        if (display.FileDescriptor >= 0)
            _waits.Add(display.FileDescriptor, _ => display.Dispatch());
    }

    // The apps run, and the picture is shown when a monitor is connected.
    private void AwaitMonitor(MmmException why)
    {
        if (_said.Add(why.Message))
            _log($"display: {why.Message}; the picture is shown when a monitor is connected");
        _plugged ??= new Uevents(_waits, "drm", () => _retry.At(WaitSet.Now));
        _retry.After(MonitorRetryMs);
    }

    private void LetGo()
    {
        if (_display is { FileDescriptor: >= 0 })
            _waits.Remove(_display.FileDescriptor);
        _display?.Dispose();
        _display = null;
    }

    private void OnResized()
    {
        var display = _display!;
        (FrameNs, Description, Width, Height) = (display.FrameNs, display.Description, display.Width, display.Height);
        Resized?.Invoke();
    }

    private void OnReady()
    {
        LetGoWhenLost();
        Ready?.Invoke();
    }

    // The display is not closed at once, because this may be called from within one of its methods; the timer closes it.
    private void LetGoWhenLost()
    {
        if (_display is { IsLost: true })
            _retry.At(WaitSet.Now);
    }

    private void OnRetry()
    {
        if (_display is { IsLost: false })
            return;
        if (_display is not null)
            _keepsSize = !_display.IsReplaced;
        LetGo();
        GuardChanged?.Invoke();
        if (_hidden)
            return; // another program has the screen; Show opens the display
        try
        {
            Return(_open(_keepsSize ? (Width, Height) : null));
        }
        catch (MmmException e) when (e.InnerException is NoMonitorException)
        {
            AwaitMonitor(e);
        }
        catch (MmmException e)
        {
            if (_said.Add(e.Message))
                _log($"display: cannot be opened again yet: {e.Message}");
            _retry.After(RetryMs);
        }
    }

    private void Return(IDisplay display)
    {
        var before = (Width, Height);
        _said.Clear();
        _plugged?.Dispose();
        _plugged = null;
        Adopt(display);
        GuardChanged?.Invoke();
        if (_blank)
            display.Blank(true);
        _log($"display: {Description} is back");
        if (before != (Width, Height))
            Resized?.Invoke();
        Returned?.Invoke();
        Ready?.Invoke();
    }

    public void Write(Rect rect, ReadOnlySpan<uint> pixels) => _display?.Write(rect, pixels);

    public Span<uint> Canvas => _display is { } display ? display.Canvas : default;

    public void Drawn(Rect rect) => _display?.Drawn(rect);

    public void Flush()
    {
        _display?.Flush();
        LetGoWhenLost();
    }

    public void Blank(bool blank)
    {
        _blank = blank;
        _display?.Blank(blank);
    }

    public void Read(Span<uint> pixels)
    {
        if (_display is null)
            pixels.Fill(0xFF000000);
        else
            _display.Read(pixels);
    }

    public void Hide()
    {
        _hidden = true;
        _display?.Hide();
    }

    public void Show()
    {
        _hidden = false;
        if (_display is null)
            _retry.At(WaitSet.Now);
        else
            _display.Show();
    }

    public IReadOnlyList<string> GuardArguments => _display?.GuardArguments ?? [];

    public void Dispose()
    {
        if (_isDisposed)
            return; // another descriptor may have the number by now
        _isDisposed = true;
        LetGo();
        _plugged?.Dispose();
        _retry.Dispose();
        _waits.Dispose();
    }
}
