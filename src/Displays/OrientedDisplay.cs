using Displays.Pixels;
using Mmm;

namespace Displays;

/// <summary>
/// A panel that is mounted rotated or mirrored. Pixels are rotated band by band when they are written, while they are in the cache.
/// </summary>
internal sealed class OrientedDisplay : IDisplay
{
    private readonly IDisplay _panel;
    private readonly Orientation _orientation;
    private uint[] _turned = [];

    private OrientedDisplay(IDisplay panel, Orientation orientation)
    {
        (_panel, _orientation) = (panel, orientation);
    }

    /// <summary>Returns a display with this orientation over the panel; the panel itself if it is upright.</summary>
    public static IDisplay Over(IDisplay panel, Orientation orientation) =>
        orientation.IsUpright ? panel : new OrientedDisplay(panel, orientation);

    public int Width => _orientation.Size(_panel.Width, _panel.Height).Width;

    public int Height => _orientation.Size(_panel.Width, _panel.Height).Height;

    public long FrameNs => _panel.FrameNs;

    public string Description => $"{_panel.Description}, turned to {Width}x{Height}";

    public bool IsSideways => _orientation.IsSideways;

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
        add => _panel.Resized += value;
        remove => _panel.Resized -= value;
    }

    public void Write(Rect rect, ReadOnlySpan<uint> pixels)
    {
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
