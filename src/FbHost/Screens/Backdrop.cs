using FbHost.Images;
using Mmm;

namespace FbHost.Screens;

/// <summary>
/// The picture behind all clients: the splash until the first frame, a page of text while an app keeps failing, else black.
/// </summary>
internal sealed class Backdrop : Surface
{
    private static readonly PixelColor Page = PixelColor.FromRgb(0x182430), Title = PixelColor.FromRgb(0xFFC030),
        Text = PixelColor.FromRgb(0xE8ECF0);
    private const int MostBytes = 32 << 20, MostPixels = 16 << 20; // the largest splash
    private readonly Screen _screen;
    private string _help;
    private readonly Dictionary<string, string> _failing = []; // by app
    private string? _splashFile;
    private byte[]? _splash; // the PNG, until it is ended
    private bool _isSplashOver;
    private uint[]? _pixels; // of the whole screen

    /// <param name="screen">The screen to paint on.</param>
    /// <param name="splash">A PNG that is shown in the middle; null for none.</param>
    /// <param name="help">A text about how to get help, which is shown on the page of an app that keeps failing.</param>
    /// <exception cref="MmmException">The splash cannot be read.</exception>
    public Backdrop(Screen screen, string? splash, string help) : base(SurfaceLevel.Backdrop)
    {
        (_screen, _help, _splashFile) = (screen, help, splash);
        if (splash is not null)
            _splash = ReadFile(splash);
        screen.Add(this);
        Render();
        screen.Resized += RenderAgain;
    }

    // The splash could be shown before, but a larger screen may need more memory than there is.
    private void RenderAgain()
    {
        try
        {
            Render();
        }
        catch (MmmException)
        {
            EndSplash();
        }
    }

    /// <summary>Sets the text about how to get help.</summary>
    public void SetHelp(string help)
    {
        _help = help;
        if (_failing.Count > 0)
            Render();
    }

    /// <summary>Shows another splash. Does nothing after the first client has shown a picture.</summary>
    /// <param name="file">Its name; null for none.</param>
    /// <param name="png">Its content; null for none.</param>
    /// <exception cref="MmmException">It is not a PNG that can be shown; the former one stays.</exception>
    public void SetSplash(string? file, byte[]? png)
    {
        if (_isSplashOver)
            return;
        var before = (_splashFile, _splash);
        (_splashFile, _splash) = (file, png);
        try
        {
            Render();
        }
        catch (MmmException)
        {
            (_splashFile, _splash) = before;
            throw;
        }
    }

    /// <summary>Ends the splash, after the first client has shown a picture.</summary>
    public void EndSplash()
    {
        _isSplashOver = true;
        if (_splash is null)
            return;
        _splash = null;
        Render();
    }

    public override bool Draw(Rect onScreen, Span<uint> pixels, int stride)
    {
        if (_pixels is null)
            return false;
        for (var y = 0; y < onScreen.Height; y++)
        {
            _pixels.AsSpan((onScreen.Y + y) * Bounds.Width + onScreen.X, onScreen.Width)
                .CopyTo(pixels.Slice(y * stride, onScreen.Width));
        }
        return true;
    }

    /// <summary>Reads the file of a splash. May be called on any thread.</summary>
    /// <exception cref="MmmException">It cannot be read.</exception>
    public static byte[] ReadFile(string file)
    {
        try
        {
            return WholeFile.Read(file, MostBytes);
        }
        catch (IOException e)
        {
            throw new MmmException($"display.splash: {file}: the picture cannot be read: {IoFault.Text(e)}; name a PNG file");
        }
    }

    private uint[] DecodeSplash(byte[] splash)
    {
        try
        {
            var png = new PngReader(splash);
            var most = Math.Max(MostPixels, (long)_screen.Display.Width * _screen.Display.Height);
            if ((long)png.Width * png.Height > most)
                throw new InvalidDataException($"{png.Width}x{png.Height} pixels are more than {most:N0}");
            return Centre(png);
        }
        catch (InvalidDataException e)
        {
            throw new MmmException($"display.splash: {_splashFile}: {e.Message}; use a PNG of 8 bits a channel, not interlaced, "
                + "that fits the screen");
        }
        catch (OutOfMemoryException)
        {
            throw new MmmException($"display.splash: {_splashFile}: there is no memory for the picture; use a smaller one, or none");
        }
    }

    // Only the visible part is kept of a picture that is larger than the screen.
    private uint[] Centre(PngReader png)
    {
        var (width, height) = (_screen.Display.Width, _screen.Display.Height);
        var all = new uint[width * height];
        var (dx, dy) = ((width - png.Width) / 2, (height - png.Height) / 2);
        var seen = new Rect(dx, dy, png.Width, png.Height).Intersect(_screen.Bounds);
        png.Read((y, row) =>
        {
            if (y == 0)
                all.AsSpan().Fill(row[0]); // the colour of its top left corner fills the rest of the screen
            if (y + dy >= seen.Y && y + dy < seen.Bottom)
                row.Slice(seen.X - dx, seen.Width).CopyTo(all.AsSpan((y + dy) * width + seen.X));
        });
        return all;
    }

    /// <summary>Shows that an app keeps ending soon after its start: the reason, since when, and how to get help.</summary>
    public void AppFails(string app, DateTime since, string why)
    {
        _failing[app] =
            $"The app \"{app}\" keeps ending: {why}.\nSince {since:HH:mm} on {since:d MMMM yyyy}. The system keeps restarting it.";
        Render();
    }

    /// <summary>An app runs again.</summary>
    public void AppRuns(string app)
    {
        if (_failing.Remove(app))
            Render();
    }

    private void Render()
    {
        var before = _pixels;
        _pixels = _failing.Count > 0 ? TryMakePage() : _splash is { } splash ? DecodeSplash(splash) : null;
        Bounds = _pixels is null ? default : _screen.Bounds;
        if (_pixels != before)
            _screen.Damage();
    }

    private uint[]? TryMakePage()
    {
        try
        {
            return FailurePage();
        }
        catch (OutOfMemoryException)
        {
            return null; // the reason is also in the log
        }
    }

    private uint[] FailurePage()
    {
        var (width, height) = (_screen.Display.Width, _screen.Display.Height);
        var all = new uint[width * height];
        all.AsSpan().Fill(Page.Argb);
        var unit = Math.Max(1, Math.Min(width / 260.0, height / 130.0));
        var text = new StrokeText(all, width, height);
        var margin = (int)(10 * unit);
        var y = text.Write("Something is wrong", margin, margin, unit * 1.8, Title) + margin;
        foreach (var line in _failing.Values)
            y = text.Write(line, margin, y, unit, Text) + margin;
        text.Write(_help, margin, y, unit, Text);
        return all;
    }
}
