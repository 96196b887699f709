using System.Globalization;
using FbHost.Loop;
using FbHost.Screens;
using Mmm;
using Mmm.Host;

namespace FbHost.Clients;

/// <summary>
/// What clients may say (protocol.md section 5): messages are shown to whoever watches, and acted on where the configuration allows that
/// word, to all clients or to those of one app.
/// </summary>
/// <param name="screen">Its size is what a client in full screen gets.</param>
/// <param name="events">Take what clients send each other.</param>
/// <param name="allowed">Words that all clients may use.</param>
/// <param name="find">The clients of a title or file name.</param>
internal sealed class ClientMessages(
    Screen screen, ClientEvents events, IReadOnlySet<string> allowed, Func<string, IReadOnlyList<ClientSession>> find)
{
    private const int MostATurn = 64; // a client that writes without end does not keep the loop from the others

    /// <summary>A client sent a message.</summary>
    public event Action<ClientSession, string>? Received;

    /// <summary>A client that may asked the host to end.</summary>
    public event Action<ClientSession>? QuitAsked;

    /// <summary>A client that may asked for another volume of everything, 0 to 100 %.</summary>
    public event Action<int>? VolumeAsked;

    /// <summary>A client that may wants the screen turned off (true) or on.</summary>
    public event Action<bool>? BlankAsked;

    /// <summary>A client that may wants the touch screens corrected; what follows the word calibrate.</summary>
    public event Action<ClientSession, string>? CalibrationAsked;

    /// <summary>True when the client may use that word.</summary>
    public bool May(ClientSession session, string word) => allowed.Contains(word) || session.App?.Messages.Contains(word) == true;

    /// <summary>Where a client's picture is shown: it chooses itself only when it may move.</summary>
    public (int X, int Y) PlaceOf(ClientSession session, in ClientState state) => May(session, "move") ? state.Position : (0, 0);

    /// <summary>Takes what a client has written. True: there is more, to be looked at again soon.</summary>
    /// <param name="session">Served; it may not be any more afterwards.</param>
    /// <param name="fault">The message ring is broken in this way.</param>
    public bool Take(ClientSession session, out string? fault)
    {
        for (var i = 0; i < MostATurn; i++)
        {
            if (!session.File!.TryTakeMessage(out var message, out fault))
                return false;
            Received?.Invoke(session, message);
            Act(session, message);
            if (session.Phase != Phase.Serving)
                return false;
        }
        fault = null;
        return true;
    }

    private void Act(ClientSession session, string message)
    {
        var words = message.Split(' ', 3);
        if (!May(session, words[0]))
            return;
        switch (words)
        {
            case ["raise"] or ["lower"]:
                session.StackWish = words[0] == "raise";
                break;
            case ["move", var xText, var yText] when Number(xText, out var x) && Number(yText, out var y):
                session.File!.SetPosition(x, y);
                session.Timer.NoLaterThan(EventLoop.Now); // shown at its next look
                break;
            case ["fullscreen"]:
                MakeFullScreen(session);
                break;
            case ["send", var to, var text]:
                foreach (var other in find(to))
                    events.Push(other, EventText.Message(text));
                break;
            case ["volume", var text]
                when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent <= 100:
                VolumeAsked?.Invoke(percent);
                break;
            case ["blank"] or ["unblank"]:
                BlankAsked?.Invoke(words[0] == "blank");
                break;
            case ["calibrate", ..]:
                CalibrationAsked?.Invoke(session, message["calibrate".Length..].Trim());
                break;
            case ["quit"]:
                QuitAsked?.Invoke(session);
                break;
        }
    }

    private static bool Number(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);

    /// <summary>Asks a client for the size of the screen; it follows at its next check, if it is one that can.</summary>
    public void MakeFullScreen(ClientSession session)
    {
        session.File!.SetPosition(0, 0);
        session.File.SetDesiredSize(screen.Display.Width, screen.Display.Height);
        session.IsFullScreen = true;
        session.Bell?.Ring();
    }
}
