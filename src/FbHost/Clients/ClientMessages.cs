using System.Globalization;
using FbHost.Loop;
using FbHost.Screens;
using Mmm.Protocol;
using Mmm;
using Mmm.Hosting;

namespace FbHost.Clients;

/// <summary>
/// Messages from clients (protocol.md section 5). Every message is passed to the subscribers of <see cref="Received"/>. The host acts on a
/// message only if the configuration allows its first word, for all clients or for the client's app.
/// </summary>
/// <param name="screen">Its size is the size of a full-screen client.</param>
/// <param name="events">Takes the messages that clients send to each other.</param>
/// <param name="allowed">Words that all clients may use.</param>
/// <param name="find">Returns the clients with a title or file name.</param>
internal sealed class ClientMessages(
    Screen screen, ClientEvents events, IReadOnlySet<string> allowed, Func<string, IReadOnlyList<ClientSession>> find)
{
    private const int MostATurn = 64; // so a client that writes without end does not block the loop

    /// <summary>A client sent a message.</summary>
    public event Action<ClientSession, string>? Received;

    /// <summary>Raised when a client that has the permission asks the host to end.</summary>
    public event Action<ClientSession>? QuitAsked;

    /// <summary>Raised when a client that has the permission asks for another master volume, 0 to 100 %.</summary>
    public event Action<int>? VolumeAsked;

    /// <summary>Raised when a client that has the permission asks to turn the screen off (true) or on.</summary>
    public event Action<bool>? BlankAsked;

    /// <summary>
    /// Raised when a client asks for another state of an LED that its app may set. The texts are the LED's name and the state, which is not
    /// checked yet.
    /// </summary>
    public event Action<string, string>? LedAsked;

    /// <summary>
    /// Raised when a client that has the permission asks for a correction of the touch screens. The text is what follows the word
    /// calibrate.
    /// </summary>
    public event Action<ClientSession, string>? CalibrationAsked;

    /// <summary>Words that all clients may use.</summary>
    public IReadOnlySet<string> Allowed { get; set; } = allowed;

    /// <summary>Returns true if the client may use that word.</summary>
    public bool May(ClientSession session, string word) => Allowed.Contains(word) || session.App?.Messages.Contains(word) == true;

    /// <summary>
    /// Returns where a client's picture is shown: by the rule of its app, and by its own position if it may use the word move.
    /// </summary>
    public Placement PlaceOf(ClientSession session, in ClientState state) => Placement.Of(
        session.App?.Place ?? PlaceRule.TopLeft, (Math.Max(1, state.Width), Math.Max(1, state.Height)),
        May(session, "move") ? state.Position : (0, 0), (screen.Display.Width, screen.Display.Height));

    /// <summary>Takes a client's messages. Returns true if there are more, which should be taken soon.</summary>
    /// <param name="session">A served client; after the call it may no longer be served.</param>
    /// <param name="fault">What is wrong with the message ring; null if it is valid.</param>
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
        if (words is ["led", var led, var state] && session.App?.Leds.Contains(led) == true) // the app's list is the permission
            LedAsked?.Invoke(led, state);
        if (!May(session, words[0]))
            return;
        switch (words)
        {
            case ["raise"] or ["lower"]:
                session.StackWish = words[0] == "raise";
                break;
            case ["move", var xText, var yText] when Number(xText, out var x) && Number(yText, out var y):
                session.File!.SetPosition(x, y);
                session.Timer.NoLaterThan(EventLoop.Now); // shown when its timer next runs
                break;
            case ["fullscreen"]:
                session.SizeAsks = 0;
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

    /// <summary>
    /// Asks a client to take the size of the screen. A client that can resize does so when it next reads the desired size.
    /// </summary>
    public void MakeFullScreen(ClientSession session)
    {
        session.File!.SetPosition(0, 0);
        session.File.SetDesiredSize(screen.Display.Width, screen.Display.Height);
        session.IsFullScreen = true;
        session.Bell?.Ring();
    }

    /// <summary>
    /// Asks a client again that was asked to fill the screen and has then set a size of its own, a limited number of times. Called when it
    /// has drawn.
    /// </summary>
    public void AskAgain(ClientSession session, in ClientState state)
    {
        const int most = 10;
        var wanted = (screen.Display.Width, screen.Display.Height);
        if (!session.IsFullScreen || session.SizeAsks >= most || (state.Width, state.Height) == wanted
            || (state.DesiredWidth, state.DesiredHeight) == wanted)
            return;
        session.SizeAsks++;
        MakeFullScreen(session);
    }
}
