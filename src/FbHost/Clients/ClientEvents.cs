using FbHost.Loop;
using Mmm.Protocol;
using Mmm;

namespace FbHost.Clients;

/// <summary>
/// Events to clients (protocol.md section 5). They are gathered while the loop handles its work, and written into the rings before it
/// sleeps.
/// </summary>
internal sealed class ClientEvents(HostLog log)
{
    private const int FirstRetryMs = 4, LastRetryMs = 100; // while an event waits for a client that reads late
    private readonly List<ClientSession> _unsent = [];

    /// <summary>A client's ring or file cannot be used.</summary>
    public event Action<ClientSession>? Broken;

    /// <summary>Events were written for a client, which must be woken.</summary>
    public event Action<ClientSession>? Sent;

    /// <summary>True if there are events that <see cref="Deliver()"/> has not handled yet.</summary>
    public bool HasUnsent => _unsent.Count > 0;

    /// <summary>
    /// Returns the queue to a client's ring; null if the client is no longer served. Its events are sent before the loop sleeps.
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

    /// <summary>
    /// Writes an event text for a client at once. Returns false if the client's ring is full or the client is not served.
    /// </summary>
    public bool Push(ClientSession session, ReadOnlySpan<byte> text) =>
        session.Phase == Phase.Serving && To(session)?.OfferNow(text) == true;

    /// <summary>Sends the queued events. Called before the loop sleeps.</summary>
    public void Deliver()
    {
        for (var i = 0; i < _unsent.Count; i++) // a client that is dropped here moves the focus, which may add events
        {
            _unsent[i].IsUnsent = false;
            Deliver(_unsent[i], late: false);
        }
        _unsent.Clear();
    }

    /// <summary>Tries again to send the events that wait. Called when the client may have read its ring.</summary>
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
