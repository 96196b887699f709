using FbHost.Options;
using InputEvdev;

namespace FbHost.Input;

/// <summary>
/// The keys that the host handles itself: Control+Alt+F1 to F12 switch to another terminal, Control+Alt+Backspace ends the host, and
/// further keys are configured. They are not delivered to any client, nor are their repeats and releases.
/// </summary>
internal sealed class HostKeys
{
    private static readonly byte[][] TerminalWords =
        [.. Enumerable.Range(1, 12).Select(n => System.Text.Encoding.UTF8.GetBytes($"control-alt-F{n}"))];
    private readonly IReadOnlyList<(byte[] Word, HostAction Action)> _window;
    private readonly Action<HostAction> _act;
    private readonly Action<int>? _switchTerminal;
    private readonly List<KeyId> _down = []; // held keys that the host has handled

    /// <param name="options">The configured keys.</param>
    /// <param name="window">The keys of a host that is a window; the configured ones have precedence.</param>
    /// <param name="act">Carries out an action.</param>
    /// <param name="switchTerminal">Shows the virtual terminal of a number; null if there are no virtual terminals.</param>
    public HostKeys(HostKeyOptions options, IReadOnlyList<(byte[] Word, HostAction Action)> window, Action<HostAction> act,
        Action<int>? switchTerminal) => (Options, _window, _act, _switchTerminal) = (options, window, act, switchTerminal);

    /// <summary>The configured keys.</summary>
    public HostKeyOptions Options { get; set; }

    private static ReadOnlySpan<byte> QuitWord => "control-alt-backspace"u8;

    /// <summary>Carries out the action of an event if its key is one of the host's keys. Returns false if it is not.</summary>
    public bool TryHandle(in KeyEvent e)
    {
        switch (e.Kind)
        {
            case InputKind.KeyPress when TryAct(e.Word.Text):
                _down.Add(e.Id);
                return true;
            case InputKind.KeyRepeat when _down.Contains(e.Id):
                // The volume changes for as long as its key is held; every other action is carried out once.
                if (ConfiguredFor(e.Word.Text) is (HostAction.VolumeUp or HostAction.VolumeDown) and var action)
                    _act(action);
                return true;
            case InputKind.KeyRelease:
                return _down.Remove(e.Id);
            default:
                return false;
        }
    }

    private HostAction? ConfiguredFor(ReadOnlySpan<byte> word) => Find(Options.Keys, word) ?? Find(_window, word);

    private static HostAction? Find(IReadOnlyList<(byte[] Word, HostAction Action)> keys, ReadOnlySpan<byte> word)
    {
        for (var i = 0; i < keys.Count; i++) // called for each key, so no enumerator is allocated
        {
            if (word.SequenceEqual(keys[i].Word))
                return keys[i].Action;
        }
        return null;
    }

    private bool TryAct(ReadOnlySpan<byte> word)
    {
        var action = ConfiguredFor(word) ?? (!Options.Lock && word.SequenceEqual(QuitWord) ? HostAction.Quit : null);
        if (action is { } known)
        {
            _act(known);
            return true;
        }
        for (var i = 0; i < TerminalWords.Length && !Options.Lock && _switchTerminal is not null; i++)
        {
            if (!word.SequenceEqual(TerminalWords[i]))
                continue;
            _switchTerminal(i + 1);
            return true;
        }
        return false;
    }
}
