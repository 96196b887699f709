using FbHost.Clients;
using FbHost.Images;
using Mmm;

namespace FbHost.Screens;

/// <summary>What is behind all clients: a splash until the first of them is there, a plain page while an app keeps failing, else black.</summary>
internal sealed class Backdrop
{
    private static readonly Color Page = Color.FromRgb(0x182430), Title = Color.FromRgb(0xFFC030), Text = Color.FromRgb(0xE8ECF0);
    private const int MostBytes = 32 << 20, MostPixels = 16 << 20; // of a splash
    private readonly Screen _screen;
    private readonly string _help;
    private readonly Dictionary<string, string> _failing = []; // by app

    /// <param name="screen">Painted on.</param>
    /// <param name="clients">The first one ends the splash.</param>
    /// <param name="splash">A PNG, shown in the middle; null for none.</param>
    /// <param name="help">How to get help: on the page of an app that keeps failing.</param>
    /// <exception cref="MmmException">The splash cannot be read.</exception>
    public Backdrop(Screen screen, ClientTable clients, string? splash, string help)
    {
        (_screen, _help) = (screen, help);
        if (splash is null)
            return;
        screen.Background = ReadSplash(splash);
        clients.FirstFrame += EndSplash;

        void EndSplash(ClientSession client)
        {
            clients.FirstFrame -= EndSplash;
            if (_failing.Count == 0)
                Show(null);
        }
    }

    private uint[] ReadSplash(string file)
    {
        try
        {
            var png = new PngReader(WholeFile.Read(file, MostBytes));
            var most = Math.Max(MostPixels, (long)_screen.Display.Width * _screen.Display.Height);
            if ((long)png.Width * png.Height > most)
                throw new InvalidDataException($"{png.Width}x{png.Height} pixels are more than {most:N0}");
            return Centre(png);
        }
        catch (IOException e)
        {
            throw new MmmException($"display.splash: {file}: the picture cannot be read: {IoFault.Text(e)}; name a PNG file");
        }
        catch (InvalidDataException e)
        {
            throw new MmmException($"display.splash: {file}: {e.Message}; use a PNG of 8 bits a channel, not interlaced, that fits the screen");
        }
        catch (OutOfMemoryException)
        {
            throw new MmmException($"display.splash: {file}: there is no memory for the picture; use a smaller one, or none");
        }
    }

    // Only what is seen is kept of a picture that is larger than the screen.
    private uint[] Centre(PngReader png)
    {
        var (width, height) = (_screen.Display.Width, _screen.Display.Height);
        var all = new uint[width * height];
        var (dx, dy) = ((width - png.Width) / 2, (height - png.Height) / 2);
        var seen = new Rect(dx, dy, png.Width, png.Height).Intersect(_screen.Bounds);
        png.Read((y, row) =>
        {
            if (y == 0)
                all.AsSpan().Fill(row[0]); // the colour of its corner goes on to the edges of the screen
            if (y + dy >= seen.Y && y + dy < seen.Bottom)
                row.Slice(seen.X - dx, seen.Width).CopyTo(all.AsSpan((y + dy) * width + seen.X));
        });
        return all;
    }

    /// <summary>An app keeps ending soon after its start: says what, since when, and how to get help.</summary>
    public void AppFails(string app, DateTime since, string why)
    {
        _failing[app] = $"The app \"{app}\" keeps ending: {why}.\nSince {since:HH:mm} on {since:d MMMM yyyy}. It is started again and again.";
        ShowFailing();
    }

    /// <summary>An app runs again.</summary>
    public void AppRuns(string app)
    {
        if (_failing.Remove(app))
            ShowFailing();
    }

    private void ShowFailing()
    {
        if (_failing.Count == 0)
        {
            Show(null);
            return;
        }
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
        Show(all);
    }

    private void Show(uint[]? background)
    {
        _screen.Background = background;
        _screen.Repaint();
    }
}
