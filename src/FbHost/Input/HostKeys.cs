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
    private readonly Action<HostAction> _act;
    private readonly Action<int>? _switchTerminal;
    private readonly List<KeyId> _down = []; // held keys that the host has handled

    /// <param name="options">The configured keys.</param>
    /// <param name="own">The keys of this kind of host, such as a window; the configured ones have precedence.</param>
    /// <param name="act">Carries out an action.</param>
    /// <param name="switchTerminal">Shows the virtual terminal of a number; null if there are no virtual terminals.</param>
    public HostKeys(HostKeyOptions options, IReadOnlyList<(byte[] Word, HostAction Action)> own, Action<HostAction> act,
        Action<int>? switchTerminal) => (Options, Own, _act, _switchTerminal) = (options, own, act, switchTerminal);

    /// <summary>The configured keys.</summary>
    public HostKeyOptions Options { get; set; }

    /// <summary>The keys of this kind of host, such as a window; the configured ones have precedence.</summary>
    public IReadOnlyList<(byte[] Word, HostAction Action)> Own { get; set; }

    /// <summary>The word of the power key.</summary>
    public static ReadOnlySpan<byte> PowerWord => "power"u8;

    private static ReadOnlySpan<byte> QuitWord => "control-alt-backspace"u8;

    /// <summary>Carries out the action of an event if its key is one of the host's keys. Returns false if it is not.</summary>
    public bool TryHandle(in KeyEvent e)
    {
        switch (e.Kind)
        {
            case InputKind.KeyPress when TryAct(e):
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

    private HostAction? ConfiguredFor(ReadOnlySpan<byte> word) => Find(Options.Keys, word) ?? Find(Own, word);

    private static HostAction? Find(IReadOnlyList<(byte[] Word, HostAction Action)> keys, ReadOnlySpan<byte> word)
    {
        for (var i = 0; i < keys.Count; i++) // called for each key, so no enumerator is allocated
        {
            if (word.SequenceEqual(keys[i].Word))
                return keys[i].Action;
        }
        return null;
    }

    private bool TryAct(in KeyEvent e)
    {
        ReadOnlySpan<byte> word = e.Word.Text;
        var isPowerEvent = e.Id.Device == KeyId.GpioButtons && word.SequenceEqual(PowerWord); // of a button, which is not the power key
        var action = isPowerEvent ? Find(Options.Keys, word) : ConfiguredFor(word);
        action ??= (!Options.Lock && word.SequenceEqual(QuitWord) ? HostAction.Quit : null);
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
