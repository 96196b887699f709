using System.Runtime.InteropServices;
using FbHost.Clients;
using Mmm.Protocol;
using Mmm;

namespace FbHost.Input;

/// <summary>
/// The keys that are down, each with the client that got its press: the focus may move, but the release goes to that client. The repeats
/// and the release of a key that was pressed while no client had the focus are not delivered, and neither are those of a key without a
/// recorded press.
/// </summary>
internal sealed class HeldKeys(ClientTable clients)
{
    private struct Key
    {
        public KeyId Id;
        public ClientSession? Client;
        public bool Owed; // the client asked for releases when the key went down
        public byte[] Word; // the word of the press: modifiers may have been released since
    }

    private readonly List<Key> _held = [];

    public void Press(in KeyEvent e)
    {
        var key = new Key { Id = e.Id, Word = e.Word.Text };
        if (e.Word.Text.Length > 0 && clients.Stack.Focus is { } focus && clients.Events.To(focus) is { } events)
        {
            key.Word = e.Word.For(focus);
            key.Owed = focus.Wants(EventKinds.KeyRelease);
            key.Client = (key.Owed ? events.Press(key.Word) : events.Offer(key.Word)) ? focus : null;
        }
        _held.Add(key);
    }

    public void Repeat(in KeyEvent e)
    {
        var at = Find(e.Id);
        if (at >= 0 && _held[at].Client is { } client && client == clients.Stack.Focus && e.Word.Text.Length > 0)
            clients.Events.To(client)?.Offer(e.Word.For(client), spare: true);
    }

    public void Release(in KeyEvent e)
    {
        var at = Find(e.Id);
        if (at < 0)
            return;
        var key = _held[at];
        _held.RemoveAt(at);
        if (key is not { Owed: true, Client: { } client } || clients.Events.To(client) is not { } events)
            return;
        Span<byte> text = stackalloc byte[TextRing.SlotLength];
        events.Release(text[..EventText.KeyRelease(text, key.Word)]);
    }

    public void Forget(ClientSession client)
    {
        foreach (ref var key in CollectionsMarshal.AsSpan(_held))
        {
            if (key.Client == client)
                key.Client = null;
        }
    }

    private int Find(KeyId id)
    {
        var held = CollectionsMarshal.AsSpan(_held);
        for (var i = 0; i < held.Length; i++)
        {
            if (held[i].Id == id)
                return i;
        }
        return -1;
    }
}
