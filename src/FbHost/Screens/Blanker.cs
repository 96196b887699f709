using FbHost.Clients;
using FbHost.Loop;
using Mmm;

namespace FbHost.Screens;

/// <summary>
/// Turns the screen off after a time without input, or when told to, and on again. Clients that asked for visibility get hidden and shown.
/// </summary>
internal sealed class Blanker
{
    private readonly Screen _screen;
    private readonly ClientTable _clients;
    private readonly LoopTimer _timer;
    private readonly long _afterNs;
    private long _lastInputNs = EventLoop.Now;

    /// <param name="loop">Runs the timer.</param>
    /// <param name="screen">Turned off and on.</param>
    /// <param name="clients">Told of it.</param>
    /// <param name="after">Time without input; zero: never by itself.</param>
    public Blanker(EventLoop loop, Screen screen, ClientTable clients, TimeSpan after)
    {
        (_screen, _clients) = (screen, clients);
        _afterNs = (long)after.TotalNanoseconds;
        _timer = loop.CreateTimer(OnTimer);
        Arm();
    }

    private void Arm()
    {
        if (_afterNs > 0)
            _timer.At(_lastInputNs + _afterNs);
    }

    /// <summary>
    /// Somebody touched something. True: the screen was off and is on now, so what woke it is not for an app.
    /// </summary>
    public bool NoteInput()
    {
        _lastInputNs = EventLoop.Now; // the timer is not set anew for each event: it looks here when it runs
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
        Tell(EventText.Hidden);
    }

    /// <summary>Turns the screen on.</summary>
    public void Unblank()
    {
        if (!_screen.IsBlank)
            return;
        _lastInputNs = EventLoop.Now;
        Arm();
        _screen.Blank(false);
        Tell(EventText.Shown);
    }

    private void Tell(ReadOnlySpan<byte> text)
    {
        foreach (var client in _clients.Serving)
        {
            client.File!.RefreshValues(); // seldom enough: who asked just now is told too
            if (client.Wants(EventKinds.Visibility))
                _clients.Post(client)?.Offer(text);
        }
    }
}
