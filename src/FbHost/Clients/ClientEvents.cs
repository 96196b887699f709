using FbHost.Loop;
using Mmm;

namespace FbHost.Clients;

/// <summary>Events to clients (protocol.md section 5): gathered while the loop turns, in the rings before it sleeps.</summary>
internal sealed class ClientEvents(HostLog log)
{
    private const int FirstRetryMs = 4, LastRetryMs = 100; // while something waits for a client that reads late
    private readonly List<ClientSession> _unsent = [];

    /// <summary>A client's ring or file cannot be used.</summary>
    public event Action<ClientSession>? Broken;

    /// <summary>A client got events, and is to look.</summary>
    public event Action<ClientSession>? Sent;

    /// <summary>Something was put that <see cref="Deliver()"/> has not looked at yet.</summary>
    public bool HasUnsent => _unsent.Count > 0;

    /// <summary>
    /// The way to a client's ring; null when it is not served any more. What is put there goes out before the loop sleeps.
    /// </summary>
    public EventQueue? To(ClientSession session)
    {
        if (session.Events is { } events && !session.IsUnsent)
        {
            session.IsUnsent = true;
            _unsent.Add(session);
        }
        return session.Events;
    }

    /// <summary>Gives an event text to a client now. False: its ring is full, or it is not served.</summary>
    public bool Push(ClientSession session, ReadOnlySpan<byte> text) =>
        session.Phase == Phase.Serving && To(session)?.OfferNow(text) == true;

    /// <summary>Sends what was put; called before the loop sleeps.</summary>
    public void Deliver()
    {
        for (var i = 0; i < _unsent.Count; i++) // a client that is dropped here moves the focus: more may come
        {
            _unsent[i].IsUnsent = false;
            Deliver(_unsent[i], late: false);
        }
        _unsent.Clear();
    }

    /// <summary>The client has done something, or had time to: perhaps it has read.</summary>
    public void Retry(ClientSession session)
    {
        if (session.Events is { HoldsSome: true })
            Deliver(session, late: true);
    }

    private void Deliver(ClientSession session, bool late)
    {
        if (session.Events is not { } events)
            return;
        var sent = events.Flush(late);
        if (events.IsBroken)
        {
            Broken?.Invoke(session);
            return;
        }
        if (events.Dropped > 0 && session.Said.Add("full"))
            log.AboutClient(
                $"{session.DisplayName} (pid {session.Pid}) does not read its events: {TextRing.Slots - 1} wait, further ones are lost");
        if (sent)
            Sent?.Invoke(session);
        if (!events.HoldsSome)
        {
            session.RetryMs = 0;
            return;
        }
        if (sent || session.RetryMs == 0)
            session.RetryMs = FirstRetryMs;
        else if (late)
            session.RetryMs = Math.Min(2 * session.RetryMs, LastRetryMs);
        session.Timer.NoLaterThan(EventLoop.Now + session.RetryMs * 1_000_000L);
    }
}
