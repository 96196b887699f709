using System.Globalization;
using FbHost.Loop;
using Mmm;

namespace FbHost.Clients;

// Messages of clients (protocol.md section 5): acted on where the configuration allows that word, and shown to whoever watches.
internal sealed partial class ClientTable
{
    private const int MessagesATurn = 64; // a client that writes without end does not keep the loop from the others
    private readonly IReadOnlySet<string> _allowedMessages;

    /// <summary>A client asked the host to end.</summary>
    public event Action<ClientSession>? QuitAsked;

    /// <summary>A client asked for another volume of everything, 0 to 100 %.</summary>
    public event Action<int>? VolumeAsked;

    /// <summary>A client that may wants the touch screens corrected; what follows the word calibrate.</summary>
    public event Action<ClientSession, string>? CalibrationAsked;

    private void TakeMessages(ClientSession session)
    {
        for (var i = 0; i < MessagesATurn; i++)
        {
            if (session.File!.TryTakeMessage(out var message, out var fault))
            {
                MessageReceived?.Invoke(session, message);
                Act(session, message);
                if (session.Phase != Phase.Serving)
                    return;
                continue;
            }
            if (fault is not null)
                Drop(session, FileFault(session) ?? fault);
            return;
        }
        session.Timer!.NoLaterThan(EventLoop.Now + FastPollMs * 1_000_000L);
    }

    private void Act(ClientSession session, string message)
    {
        var words = message.Split(' ', 3);
        if (!_allowedMessages.Contains(words[0]))
            return;
        switch (words)
        {
            case ["raise"] or ["lower"]:
                Restack(session, toTop: words[0] == "raise");
                break;
            case ["move", var xText, var yText] when Number(xText, out var x) && Number(yText, out var y):
                session.File!.SetPosition(x, y);
                session.Timer!.NoLaterThan(EventLoop.Now); // shown at its next look
                break;
            case ["fullscreen"]:
                MakeFullScreen(session);
                break;
            case ["send", var to, var text]:
                foreach (var other in Find(to))
                    Push(other, EventText.Message(text));
                break;
            case ["volume", var text] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent <= 100:
                VolumeAsked?.Invoke(percent);
                break;
            case ["calibrate", ..]:
                CalibrationAsked?.Invoke(session, message["calibrate".Length..].Trim());
                break;
            case ["quit"]:
                QuitAsked?.Invoke(session);
                break;
        }
    }

    /// <summary>Asks a client for the size of the screen; it follows at its next check, if it is one that can.</summary>
    public void MakeFullScreen(ClientSession session)
    {
        session.File!.SetPosition(0, 0);
        session.File.SetDesiredSize(_screen.Display.Width, _screen.Display.Height);
        Ring(session);
    }

    /// <summary>Raises the lowest client, so that each gets its turn.</summary>
    public void RaiseNext()
    {
        if (_stack.Count > 1)
            Restack(_stack[0], toTop: true);
    }

    private static bool Number(string text, out double value) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);

    /// <summary>That there is no such client, for people.</summary>
    public string NobodyIs(string nameOrTitle)
    {
        var there = string.Join(", ", _stack.Select(c => c.DisplayName));
        return $"no client is named {nameOrTitle}; {(there.Length == 0 ? "there are none" : $"there is {there}")}";
    }

    /// <summary>The clients of that title or file name.</summary>
    public IReadOnlyList<ClientSession> Find(string nameOrTitle) => _stack.FindAll(s => s.Serves(nameOrTitle));
}
