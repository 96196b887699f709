using FbHost.Images;
using FbHost.Loop;
using Mmm;

namespace FbHost.Screens;

/// <summary>
/// The picture behind all clients: the splash until the first frame, a page of text while something does not work, else black. Faults that
/// the host has found at its start are shown in front of the clients for some seconds, too.
/// </summary>
internal sealed class Backdrop : Surface
{
    private const int MostBytes = 32 << 20, MostPixels = 16 << 20; // the largest splash
    private const long NoticeMs = 15_000;
    private readonly Screen _screen;
    private readonly LoopTimer _timer;
    private readonly Notice _notice;
    private string _help;
    private readonly Dictionary<string, string> _failing = []; // by app
    private IReadOnlyList<string> _faults = [];
    private string? _splashFile;
    private byte[]? _splash; // the file, until it is ended
    private bool _isSplashOver;
    private uint[]? _pixels; // of the whole screen

    /// <param name="loop">Ends the notice.</param>
    /// <param name="screen">The screen to paint on.</param>
    /// <param name="help">A text about how to get help, which is shown on the page about what does not work.</param>
    public Backdrop(EventLoop loop, Screen screen, string help) : base(SurfaceLevel.Backdrop)
    {
        (_screen, _help) = (screen, help);
        _notice = new Notice(this);
        _timer = loop.CreateTimer(HideNotice);
        screen.Add(this);
        screen.Add(_notice);
        screen.Resized += RenderAgain;
    }

    // The same page in front of the clients.
    private sealed class Notice(Backdrop page) : Surface(SurfaceLevel.Notice)
    {
        public bool IsShown { get; set; }

        public void Fit() => Bounds = IsShown ? page.Bounds : default;

        public override bool Draw(Rect onScreen, Span<uint> pixels, int stride) => page.Draw(onScreen, pixels, stride);
    }

    /// <summary>Shows what is wrong with the configuration or with what it names; one line each. None ends it.</summary>
    public void SetFaults(IReadOnlyList<string> faults)
    {
        _faults = faults;
        _notice.IsShown = faults.Count > 0;
        if (_notice.IsShown)
            _timer.After(NoticeMs);
        Render();
    }

    private void HideNotice()
    {
        _notice.IsShown = false;
        _notice.Fit();
        _screen.Damage();
    }

    private bool HasPage => _failing.Count + _faults.Count > 0;

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
        if (HasPage)
            Render();
    }

    /// <summary>Shows another splash. Does nothing after the first client has shown a picture.</summary>
    /// <param name="file">Its name; null for none.</param>
    /// <param name="content">Its content, a PNG or JPEG; null for none.</param>
    /// <exception cref="MmmException">It is not a picture that can be shown; the former one stays.</exception>
    public void SetSplash(string? file, byte[]? content)
    {
        if (_isSplashOver)
            return;
        var before = (_splashFile, _splash);
        (_splashFile, _splash) = (file, content);
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
            throw new MmmException($"display.splash: {file}: the picture cannot be read: {IoFault.Text(e)}; name a PNG or JPEG file");
        }
    }

    private uint[] DecodeSplash(byte[] splash)
    {
        try
        {
            var picture = PictureReader.Open(splash);
            var most = Math.Max(MostPixels, (long)_screen.Display.Width * _screen.Display.Height);
            if ((long)picture.Width * picture.Height > most)
                throw new InvalidDataException($"{picture.Width}x{picture.Height} pixels are more than {most:N0}");
            return Centre(picture);
        }
        catch (InvalidDataException e)
        {
            throw new MmmException($"display.splash: {_splashFile}: {e.Message}; use a PNG or JPEG that fits the screen");
        }
        catch (OutOfMemoryException)
        {
            throw new MmmException($"display.splash: {_splashFile}: there is no memory for the picture; use a smaller one, or none");
        }
    }

    // Only the visible part is kept of a picture that is larger than the screen.
    private uint[] Centre(PictureReader picture)
    {
        var (width, height) = (_screen.Display.Width, _screen.Display.Height);
        var all = new uint[width * height];
        var (dx, dy) = ((width - picture.Width) / 2, (height - picture.Height) / 2);
        var seen = new Rect(dx, dy, picture.Width, picture.Height).Intersect(_screen.Bounds);
        picture.Read((y, row) =>
        {
            if (y == 0)
                all.AsSpan().Fill(row[0]); // the colour of its top left corner fills the rest of the screen
            if (y + dy >= seen.Y && y + dy < seen.Bottom)
                row.Slice(seen.X - dx, seen.Width).CopyTo(all.AsSpan((y + dy) * width + seen.X));
        });
        return all;
    }

    /// <summary>Shows that an app keeps failing: the reason, since when, and how to get help.</summary>
    public void AppFails(string app, DateTime since, int ends, string why)
    {
        _failing[app] =
            $"The app \"{app}\" keeps failing: {why}.\nSince {since:HH:mm} on {since:d MMMM yyyy}, {ends} times within the last hour. "
            + "The system keeps restarting it.";
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
        _pixels = HasPage ? TryMakePage() : _splash is { } splash ? DecodeSplash(splash) : null;
        Bounds = _pixels is null ? default : _screen.Bounds;
        _notice.Fit();
        if (_pixels != before)
            _screen.Damage();
    }

    private uint[]? TryMakePage()
    {
        try
        {
            return FaultPage.Draw(_screen.Display.Width, _screen.Display.Height, [.. _faults, .. _failing.Values], _help);
        }
        catch (OutOfMemoryException)
        {
            return null; // the reason is also in the log
        }
    }
}
