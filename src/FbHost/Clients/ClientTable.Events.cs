using FbHost.Loop;
using Mmm;

namespace FbHost.Clients;

// Events to clients (protocol.md section 5): gathered while the loop turns, in the rings before it sleeps.
internal sealed partial class ClientTable
{
    private const int FirstRetryMs = 4, LastRetryMs = 100; // while something waits for a client that reads late
    private readonly List<ClientSession> _unsent = [];

    /// <summary>A picture came, went or moved: another client may be under the pointer.</summary>
    public event Action? Arranged;

    /// <summary>The way to a client's ring; null when it is not served any more. What is put there goes out before the loop sleeps.</summary>
    public EventQueue? Post(ClientSession session)
    {
        if (session.Events is { } events && !session.IsUnsent)
        {
            session.IsUnsent = true;
            _unsent.Add(session);
        }
        return session.Events;
    }

    /// <summary>Gives an event text to a client now. False: its ring is full, or it is not served.</summary>
    public bool Push(ClientSession session, ReadOnlySpan<byte> text) => session.Phase == Phase.Serving && Post(session)?.OfferNow(text) == true;

    /// <summary>Sends what was put; called before the loop sleeps.</summary>
    public void Deliver()
    {
        for (var i = 0; i < _unsent.Count; i++) // a client that is dropped here moves the focus: more may come
            Deliver(_unsent[i], late: false);
        _unsent.Clear();
    }

    private void Deliver(ClientSession session, bool late)
    {
        session.IsUnsent &= late; // still in the list
        if (session.Events is not { } events)
            return;
        var sent = events.Flush(late);
        if (events.IsBroken)
        {
            Drop(session, FileFault(session) ?? session.File!.EventFault());
            return;
        }
        if (events.Dropped > 0 && session.Said.Add("full"))
            _log.AboutClient($"{session.DisplayName} (pid {session.Pid}) does not read its events: {TextRing.Slots - 1} wait, further ones are lost");
        if (sent)
        {
            session.Polls = 0;
            if (session.Bell < 0)
                session.Timer!.NoLaterThan(EventLoop.Now + FastPollMs * 1_000_000L);
            Ring(session);
        }
        if (!events.HoldsSome)
            session.RetryMs = 0;
        else if (sent || session.RetryMs == 0)
            session.RetryMs = FirstRetryMs;
        else if (late)
            session.RetryMs = Math.Min(2 * session.RetryMs, LastRetryMs);
        if (events.HoldsSome)
            session.Timer!.NoLaterThan(EventLoop.Now + session.RetryMs * 1_000_000L);
    }

    // The client has done something, or had time to: perhaps it has read.
    private void Retry(ClientSession session)
    {
        if (session.Events is { HoldsSome: true })
            Deliver(session, late: true);
    }

    // The client may have asked for other events.
    private void Follow(ClientSession session)
    {
        session.File!.RefreshValues();
        if (session.File.Kinds == session.Asked)
            return;
        session.Asked = session.File.Kinds;
        TellFocus();
    }

    // Who asks for it knows whether it has the focus: told when that changes, and when it asks.
    private void TellFocus()
    {
        for (var i = 0; i < _stack.Count; i++)
        {
            var session = _stack[i];
            var has = session == Focus && session.Wants(EventKinds.Focus);
            if (has != session.ToldFocus
                && (!session.Wants(EventKinds.Focus) || Post(session)?.Offer(has ? EventText.FocusIn : EventText.FocusOut) == true))
                session.ToldFocus = has;
        }
    }
}
