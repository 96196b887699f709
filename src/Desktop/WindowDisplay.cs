using Displays;
using Mmm;

namespace Desktop;

/// <summary>
/// A display that is a window on the desktop. Pictures are drawn into a canvas and shown at the pace of the window system. While a window
/// is hidden, the window system asks for no pictures; the clients are then paced by a timer, and the last picture is shown when the window
/// is visible again.
/// </summary>
internal sealed class WindowDisplay : IDisplay
{
    private const int HiddenMs = 100; // a visible window is ready for its next picture within this time
    private bool _isDisposed;
    private readonly IWindow _window;
    private readonly Action<string> _log;
    private readonly WaitSet _waits = new();
    private readonly WaitTimer _hidden;
    private readonly RectSet _changed = new();
    private uint[] _canvas;

    /// <param name="window">The window. The display owns it.</param>
    /// <param name="log">Receives a line when the window is gone.</param>
    public WindowDisplay(IWindow window, Action<string> log)
    {
        (_window, _log) = (window, log);
        (Width, Height) = window.Size;
        _canvas = NewCanvas();
        _hidden = new WaitTimer(_waits, BeReady);
        _waits.Add(window.FileDescriptor, _ => DispatchWindow());
    }

    public int FileDescriptor => _waits.FileDescriptor;

    public int Width { get; private set; }

    public int Height { get; private set; }

    public event Action? Resized;

    public event Action? Ready;

    public string Description => $"{Width}x{Height} in a window ({_window.Description})";

    public bool IsBusy { get; private set; }

    public bool IsLost => _window.Fault is not null;

    public Span<uint> Canvas => _canvas;

    private uint[] NewCanvas()
    {
        var canvas = new uint[Width * Height];
        Array.Fill(canvas, 0xFF000000);
        return canvas;
    }

    public void Write(Rect rect, ReadOnlySpan<uint> pixels)
    {
        for (var y = 0; y < rect.Height; y++)
            pixels.Slice(y * rect.Width, rect.Width).CopyTo(_canvas.AsSpan((rect.Y + y) * Width + rect.X));
        Drawn(rect);
    }

    public void Drawn(Rect rect) => _changed.Add(rect);

    public void Flush()
    {
        TryShow();
        if (_window.CanShow || IsLost)
            return;
        IsBusy = true;
        if (!_hidden.IsRunning)
            _hidden.After(HiddenMs);
    }

    private void TryShow()
    {
        if (_window.NeedsAll)
            _changed.Add(new Rect(0, 0, Width, Height));
        if (_changed.IsEmpty || !_window.CanShow || IsLost)
            return;
        _window.Show(_canvas, _changed.Rects);
        _changed.Clear();
    }

    public void Dispatch() => _waits.Dispatch();

    private void DispatchWindow()
    {
        _window.Dispatch();
        Settle();
    }

    // Follows what the window has become.
    private void Settle()
    {
        if (_window.Fault is { } fault)
        {
            _log($"display: the window is gone: {fault}");
            _waits.Remove(_window.FileDescriptor);
            BeReady();
            return;
        }
        if (_window.Size != (Width, Height))
        {
            (Width, Height) = _window.Size;
            _canvas = NewCanvas();
            _changed.Clear();
            _changed.Add(new Rect(0, 0, Width, Height));
            Resized?.Invoke(); // the host paints, and calls Flush
        }
        else
        {
            TryShow();
        }
        if (_window.CanShow)
            BeReady();
    }

    private void BeReady()
    {
        _hidden.Cancel();
        IsBusy = false;
        Ready?.Invoke();
    }

    /// <summary>Sets the window's title.</summary>
    public void SetTitle(string title) => _window.SetTitle(title);

    /// <summary>Makes the window cover the screen, or gives it its former size.</summary>
    public void ToggleFullScreen() => _window.ToggleFullScreen();

    /// <summary>Exchanges width and height.</summary>
    public void Turn()
    {
        _window.Turn();
        Settle();
    }

    public void Read(Span<uint> pixels) => _canvas.AsSpan().CopyTo(pixels);

    public void Dispose()
    {
        if (_isDisposed)
            return; // another descriptor may have the number by now
        _isDisposed = true;
        _hidden.Dispose();
        _window.Dispose();
        _waits.Dispose();
    }
}
