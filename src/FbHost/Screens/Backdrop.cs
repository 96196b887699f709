using FbHost.Clients;
using Mmm;

namespace FbHost.Screens;

/// <summary>What is behind all clients: a splash until the first of them is there, a plain page while an app keeps failing, else black.</summary>
internal sealed class Backdrop
{
    private static readonly Color Page = Color.FromRgb(0x182430), Title = Color.FromRgb(0xFFC030), Text = Color.FromRgb(0xE8ECF0);
    private readonly Screen _screen;
    private readonly string _help;
    private readonly Dictionary<string, string> _failing = []; // by app

    /// <param name="screen">Painted on.</param>
    /// <param name="clients">The first one ends the splash.</param>
    /// <param name="splash">A PNG, shown in the middle; null for none.</param>
    /// <param name="help">How to get help: on the page of an app that keeps failing.</param>
    /// <exception cref="MmmException">The splash can not be read.</exception>
    public Backdrop(Screen screen, ClientTable clients, string? splash, string help)
    {
        (_screen, _help) = (screen, help);
        if (splash is null)
            return;
        screen.Background = Centre(PngReader.Read(splash));
        clients.FirstFrame += EndSplash;

        void EndSplash(ClientSession client)
        {
            clients.FirstFrame -= EndSplash;
            if (_failing.Count == 0)
                Show(null);
        }
    }

    private uint[] Centre((int Width, int Height, uint[] Pixels) picture)
    {
        var (width, height) = (_screen.Display.Width, _screen.Display.Height);
        var all = new uint[width * height];
        all.AsSpan().Fill(picture.Pixels[0]); // the colour of its corner goes on to the edges of the screen
        var (dx, dy) = ((width - picture.Width) / 2, (height - picture.Height) / 2);
        var seen = new Rect(dx, dy, picture.Width, picture.Height).Intersect(_screen.Bounds);
        for (var y = seen.Y; y < seen.Bottom; y++)
            picture.Pixels.AsSpan((y - dy) * picture.Width + seen.X - dx, seen.Width).CopyTo(all.AsSpan(y * width + seen.X));
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
