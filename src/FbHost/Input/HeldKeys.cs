using System.Runtime.InteropServices;
using FbHost.Clients;
using InputEvdev;
using Mmm;

namespace FbHost.Input;

/// <summary>
/// Keys that are down, each with the client that had its press: the focus may move, and the release is for that one. A key that went down
/// for nobody (it woke the screen, or nobody had the focus) is silent until it is up.
/// </summary>
internal sealed class HeldKeys(ClientTable clients)
{
    private struct Key
    {
        public int Device;
        public KeyCode Code;
        public ClientSession? Client;
        public bool Owed; // the client asked for releases when the key went down
        public byte[] Word; // as it went down: modifiers may be up by now
    }

    private readonly List<Key> _held = [];
    private readonly KeyWords _words = new();

    public void Press(in InputEvent e, bool forNobody)
    {
        var word = _words.Of(e);
        var key = new Key { Device = e.Device, Code = e.Key, Word = word };
        if (!forNobody && word.Length > 0 && clients.Stack.Focus is { } focus && clients.Events.To(focus) is { } events)
        {
            key.Owed = focus.Wants(EventKinds.KeyRelease);
            key.Client = (key.Owed ? events.Press(word) : events.Offer(word)) ? focus : null;
        }
        _held.Add(key);
    }

    public void Repeat(in InputEvent e)
    {
        var at = Find(e);
        if (at >= 0 && _held[at].Client is { } client && client == clients.Stack.Focus && _words.Of(e) is { Length: > 0 } word)
            clients.Events.To(client)?.Offer(word, spare: true);
    }

    public void Release(in InputEvent e)
    {
        var at = Find(e);
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

    private int Find(in InputEvent e)
    {
        var held = CollectionsMarshal.AsSpan(_held);
        for (var i = 0; i < held.Length; i++)
        {
            if (held[i].Device == e.Device && held[i].Code == e.Key)
                return i;
        }
        return -1;
    }
}
