using Mmm;

namespace View.Tests.Support;

/// <summary>An app in the test's own process, whose picture the test chooses.</summary>
internal sealed class Painter : IDisposable
{
    private readonly MmmHost _host;
    private readonly MmmClient _client;

    public Painter(MmmHost host, string title = "Painter")
    {
        _host = host;
        _client = MmmClient.Open(new MmmClientOptions { Title = title, Directory = host.Path, Signals = [] });
    }

    /// <summary>When the last frame was presented.</summary>
    public DateTime PresentedAt { get; private set; }

    /// <summary>Draws a pixel at each place, and waits until the host shows it.</summary>
    public void Draw(Func<int, int, int> color, Rect? part = null)
    {
        var rect = part ?? new Rect(0, 0, _host.Width, _host.Height);
        Wait.Until(() => TryDraw(color, rect), "the host takes the frame");
        var expected = _host.Picture();
        for (var y = rect.Y; y < rect.Bottom; y++)
        {
            for (var x = rect.X; x < rect.Right; x++)
                expected[y * _host.Width + x] = color(x, y);
        }
        Wait.Until(() => _host.Picture().SequenceEqual(expected), "the host shows the frame");
    }

    private bool TryDraw(Func<int, int, int> color, Rect rect)
    {
        while (_client.TryReadEvent(out _))
        {
        }
        if (!_client.CanBeginFrame)
            return false;
        using (var frame = _client.BeginFrame(rect))
        {
            if ((frame.Width, frame.Height) != (_host.Width, _host.Height))
                return false;
            for (var y = rect.Y; y < rect.Bottom; y++)
            {
                var row = frame.Row(y);
                for (var x = rect.X; x < rect.Right; x++)
                    row[x] = (uint)color(x, y) | 0xFF000000;
            }
            PresentedAt = DateTime.UtcNow;
            frame.Present();
        }
        return true;
    }

    public void Dispose() => _client.Dispose();

    /// <summary>Like the surface of an app: areas of few colours, lines, and text.</summary>
    public static int Interface(int x, int y) => (x / 40 + y / 30) % 5 switch
    {
        0 => 0x203040,
        1 => (x * 7 + y * 3) % 11 == 0 ? 0xFFFFFF : 0x306090,
        2 => y % 6 == 0 ? 0xFFC030 : 0x102030,
        3 => (x ^ y) % 13 * 0x051015,
        _ => 0xE0E0E0,
    };

    /// <summary>Like a photo: nearly each pixel has a colour of its own.</summary>
    public static int Photo(int x, int y) => (int)(128 + 100 * Math.Sin(x / 31.0) + x * 7 % 19) << 16
        | (int)(128 + 90 * Math.Cos(y / 23.0) + y * 5 % 23) << 8 | (x * 3 + y * 2 + x * y % 17) % 256;
}
