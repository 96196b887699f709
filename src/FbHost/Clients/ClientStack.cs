using FbHost.Screens;
using Mmm;

namespace FbHost.Clients;

/// <summary>
/// The order of the clients that have shown a picture, and with it the focus: the uppermost one has it. New clients come on top, but
/// those of apps keep the order that the configuration gives their apps.
/// </summary>
internal sealed class ClientStack(Screen screen, ClientEvents events)
{
    private readonly List<ClientSession> _order = []; // bottom first

    /// <summary>Bottom first.</summary>
    public IReadOnlyList<ClientSession> Order => _order;

    /// <summary>Gets the keys; null: nobody has shown a picture.</summary>
    public ClientSession? Focus => _order.Count > 0 ? _order[^1] : null;

    /// <summary>A picture came, went or moved: another client may be under the pointer.</summary>
    public event Action? Arranged;

    /// <summary>Calls <see cref="Arranged"/>.</summary>
    public void Rearranged() => Arranged?.Invoke();

    /// <summary>Puts in a client that has a picture now, at the place that its app gives it.</summary>
    public void Add(ClientSession session)
    {
        var rank = Rank(session);
        var at = _order.FindIndex(s => Rank(s) < rank);
        if (at < 0)
            at = _order.Count;
        _order.Insert(at, session);
        screen.Add(session.Picture!);
        for (var above = at + 1; above < _order.Count; above++)
            screen.Restack(_order[above].Picture!, toTop: true);
        Changed();
    }

    // Nearer to the front is less. Who belongs to no app comes before the apps, but not before the one that is to be in front.
    private static int Rank(ClientSession session) => session.App switch
    {
        { IsFront: true } => 0,
        null => 1,
        { Order: var order } => 2 + order,
    };

    /// <summary>Takes a client out.</summary>
    public void Remove(ClientSession session)
    {
        if (!_order.Remove(session))
            return;
        screen.Remove(session.Picture!);
        Changed();
    }

    /// <summary>Puts a client before all others and gives it the focus, or behind them.</summary>
    public void Restack(ClientSession session, bool toTop)
    {
        if (!_order.Remove(session))
            return;
        _order.Insert(toTop ? _order.Count : 0, session);
        screen.Restack(session.Picture!, toTop);
        Changed();
    }

    /// <summary>Raises the lowest client, so that each gets its turn.</summary>
    public void RaiseNext()
    {
        if (_order.Count > 1)
            Restack(_order[0], toTop: true);
    }

    private void Changed()
    {
        for (var i = 0; i < _order.Count; i++)
            _order[i].File!.SetZ(i);
        TellFocus();
        Rearranged();
    }

    /// <summary>Tells whoever asked for it whether it has the focus: when that changes, and when it asks.</summary>
    public void TellFocus()
    {
        for (var i = 0; i < _order.Count; i++)
        {
            var session = _order[i];
            var has = session == Focus && session.Wants(EventKinds.Focus);
            if (has != session.ToldFocus
                && (!session.Wants(EventKinds.Focus) || events.To(session)?.Offer(has ? EventText.FocusIn : EventText.FocusOut) == true))
                session.ToldFocus = has;
        }
    }

    /// <summary>The client whose picture is uppermost at a pixel of the screen.</summary>
    public ClientSession? At(int x, int y)
    {
        if (screen.At(x, y) is not { } picture)
            return null;
        foreach (var session in _order) // for each motion: no delegate
        {
            if (session.Picture == picture)
                return session;
        }
        return null;
    }
}
