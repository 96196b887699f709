using FbHost.Screens;
using Mmm.Protocol;
using Mmm;

namespace FbHost.Clients;

/// <summary>
/// The stacking order of the clients that have shown a picture. The uppermost client has the focus until another one is pressed. A new
/// client comes on top, but clients of apps keep the order that the configuration gives the apps.
/// </summary>
internal sealed class ClientStack(Screen screen, ClientEvents events)
{
    private readonly List<ClientSession> _order = []; // bottom first

    /// <summary>The clients with a picture, bottom first.</summary>
    public IReadOnlyList<ClientSession> Order => _order;

    private ClientSession? _pressed; // has the focus although it is not the uppermost

    /// <summary>Whether a press on a client gives it the focus; otherwise the uppermost client always has it.</summary>
    public bool FocusFollowsPress { get; set; } = true;

    /// <summary>The client that gets the keys; null if no client has shown a picture.</summary>
    public ClientSession? Focus => _pressed ?? (_order.Count > 0 ? _order[^1] : null);

    /// <summary>A client was pressed.</summary>
    public void Focused(ClientSession session)
    {
        if (!FocusFollowsPress || session == Focus || !_order.Contains(session))
            return;
        _pressed = session;
        TellFocus();
    }

    /// <summary>Raised when a picture was added, removed or moved: another client may be under the pointer.</summary>
    public event Action? Arranged;

    /// <summary>Raises <see cref="Arranged"/>.</summary>
    public void Rearranged() => Arranged?.Invoke();

    /// <summary>Adds a client that has a picture now, at the place that its app's order determines.</summary>
    public void Add(ClientSession session)
    {
        var rank = Rank(session);
        var at = _order.FindIndex(s => Rank(s) < rank);
        if (at < 0)
            at = _order.Count;
        _order.Insert(at, session);
        if (at == _order.Count - 1)
            _pressed = null;
        screen.Add(session.Picture!);
        for (var above = at + 1; above < _order.Count; above++)
            screen.Restack(_order[above].Picture!, toTop: true);
        Changed();
    }

    // A lower rank is nearer to the front. Clients without an app come before all apps except the configured front app.
    private static int Rank(ClientSession session) => session.App switch
    {
        { IsFront: true } => 0,
        null => 1,
        { Order: var order } => 2 + order,
    };

    /// <summary>Removes a client.</summary>
    public void Remove(ClientSession session)
    {
        if (!_order.Remove(session))
            return;
        if (session == _pressed)
            _pressed = null;
        screen.Remove(session.Picture!);
        Changed();
    }

    /// <summary>Moves a client in front of all others, which gives it the focus, or behind all others.</summary>
    public void Restack(ClientSession session, bool toTop)
    {
        if (!_order.Remove(session))
            return;
        _order.Insert(toTop ? _order.Count : 0, session);
        if (toTop || session == _pressed)
            _pressed = null;
        screen.Restack(session.Picture!, toTop);
        Changed();
    }

    /// <summary>Raises the lowest client. Repeated calls raise each client in turn.</summary>
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

    /// <summary>
    /// Sends focus events to the clients that requested them, when a client's focus changes and when a client requests the events.
    /// </summary>
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

    /// <summary>Returns the client whose picture is uppermost at a pixel of the screen; null if there is none.</summary>
    public ClientSession? At(int x, int y)
    {
        if (screen.At(x, y) is not { } picture)
            return null;
        foreach (var session in _order) // called for each motion, so no delegate is allocated
        {
            if (session.Picture == picture)
                return session;
        }
        return null;
    }
}
