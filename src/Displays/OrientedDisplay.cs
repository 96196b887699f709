using Displays.Pixels;
using Mmm;

namespace Displays;

/// <summary>
/// A panel that is mounted rotated or mirrored, which can change. Pixels are rotated band by band when they are written, while they are in
/// the cache; on an upright panel they are passed on.
/// </summary>
/// <param name="panel">The panel. This object owns it.</param>
/// <param name="orientation">Its first orientation.</param>
internal sealed class OrientedDisplay(IDisplay panel, Orientation orientation) : IDisplay
{
    private readonly IDisplay _panel = panel;
    private Orientation _orientation = orientation;
    private Action? _resized;
    private uint[] _turned = [];

    /// <summary>How the panel is mounted.</summary>
    public Orientation Orientation => _orientation;

    /// <summary>The panel is mounted in another way from now on. Raises <see cref="Resized"/>: everything must be painted.</summary>
    public void Turn(Orientation orientation)
    {
        if (orientation == _orientation)
            return;
        _orientation = orientation;
        _resized?.Invoke();
    }

    public int Width => _orientation.Size(_panel.Width, _panel.Height).Width;

    public int Height => _orientation.Size(_panel.Width, _panel.Height).Height;

    public long FrameNs => _panel.FrameNs;

    public string Description => _orientation.IsUpright ? _panel.Description : $"{_panel.Description}, turned to {Width}x{Height}";

    public bool IsSideways => _orientation.IsSideways;

    public int? Mounting => _panel.Mounting;

    public int FileDescriptor => _panel.FileDescriptor;

    public void Dispatch() => _panel.Dispatch();

    public bool IsBusy => _panel.IsBusy;

    public bool IsBlack => _panel.IsBlack;

    public event Action? Ready
    {
        add => _panel.Ready += value;
        remove => _panel.Ready -= value;
    }

    public event Action? Resized
    {
        add
        {
            _panel.Resized += value;
            _resized += value;
        }
        remove
        {
            _panel.Resized -= value;
            _resized -= value;
        }
    }

    public Span<uint> Canvas => _orientation.IsUpright ? _panel.Canvas : default;

    public void Drawn(Rect rect) => _panel.Drawn(rect);

    public void Write(Rect rect, ReadOnlySpan<uint> pixels)
    {
        if (_orientation.IsUpright)
        {
            _panel.Write(rect, pixels);
            return;
        }
        if (_turned.Length < pixels.Length)
            _turned = new uint[pixels.Length];
        var onPanel = _orientation.ToPanel(rect, _panel.Width, _panel.Height);
        _orientation.Copy(pixels, rect.Width, rect.Width, rect.Height, _turned, onPanel.Width);
        _panel.Write(onPanel, _turned.AsSpan(0, pixels.Length));
    }

    public void Flush() => _panel.Flush();

    public void Blank(bool blank) => _panel.Blank(blank);

    /// <summary>Reads the picture as the clients drew it: upright.</summary>
    public void Read(Span<uint> pixels)
    {
        if (_orientation.IsUpright)
        {
            _panel.Read(pixels);
            return;
        }
        var panel = new uint[_panel.Width * _panel.Height];
        _panel.Read(panel);
        for (var y = 0; y < _panel.Height; y++)
        {
            for (var x = 0; x < _panel.Width; x++)
            {
                var (cx, cy) = _orientation.ToClient(x, y, _panel.Width, _panel.Height);
                pixels[cy * Width + cx] = panel[y * _panel.Width + x];
            }
        }
    }

    public void Dispose() => _panel.Dispose();
}
