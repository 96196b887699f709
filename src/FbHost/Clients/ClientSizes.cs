using FbHost.Screens;

namespace FbHost.Clients;

/// <summary>
/// Tells clients the size of the screen, and asks those that fill the screen to follow it when it changes: the ones that requested it, and
/// the ones that have taken exactly the size that they were told.
/// </summary>
internal sealed class ClientSizes
{
    private readonly Screen _screen;
    private readonly ClientMessages _messages;
    private readonly ClientFrames _frames;
    private readonly IReadOnlyList<ClientSession> _serving;
    private (int Width, int Height) _size;

    /// <param name="screen">The screen.</param>
    /// <param name="messages">Asks a client to take the size of the screen.</param>
    /// <param name="frames">Reports the clients' first frames.</param>
    /// <param name="serving">The clients that are served.</param>
    public ClientSizes(Screen screen, ClientMessages messages, ClientFrames frames, IReadOnlyList<ClientSession> serving)
    {
        (_screen, _messages, _frames, _serving, _size) = (screen, messages, frames, serving, SizeOf(screen));
        screen.Resized += Follow;
        frames.FirstFrame += session =>
        {
            // The screen's size has changed between the client's start and its first frame, perhaps while the client read it.
            var (width, height) = SizeOf(session);
            if ((width, height) != _size && (width == session.ToldSize.Width || width == _size.Width)
                && (height == session.ToldSize.Height || height == _size.Height))
                messages.MakeFullScreen(session);
        };
    }

    private static (int, int) SizeOf(Screen screen) => (screen.Display.Width, screen.Display.Height);

    private static (int, int) SizeOf(ClientSession session) => (session.File!.State.Width, session.File.State.Height);

    /// <summary>Tells a new client the size of the screen.</summary>
    public void Tell(ClientSession session)
    {
        session.ToldSize = _size;
        Write(session);
    }

    private void Write(ClientSession session)
    {
        session.File!.SetValue("host-width", _size.Width.ToString());
        session.File.SetValue("host-height", _size.Height.ToString());
    }

    private void Follow()
    {
        var before = _size;
        _size = SizeOf(_screen);
        foreach (var session in _serving.ToArray()) // one that is broken is removed
        {
            Write(session);
            session.SizeAsks = 0;
            if (session.Picture is { } picture) // it may be centred or scaled
                _frames.Place(session, picture.State);
            if (session.IsFullScreen || SizeOf(session) == before || SizeOf(session) == session.ToldSize)
                _messages.MakeFullScreen(session);
        }
    }
}
