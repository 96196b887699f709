using FbHost.Options;
using InputEvdev;

namespace FbHost.Input;

/// <summary>
/// Keys that the host keeps for itself: Control+Alt+F1 to F12 for another terminal, Control+Alt+Backspace for the end, and those of the
/// configuration. No client sees them, nor their repeats and releases.
/// </summary>
internal sealed class HostKeys
{
    private static readonly byte[][] TerminalWords =
        [.. Enumerable.Range(1, 12).Select(n => System.Text.Encoding.UTF8.GetBytes($"control-alt-F{n}"))];
    private readonly HostKeyOptions _options;
    private readonly Action<HostAction> _act;
    private readonly Action<int>? _switchTerminal;
    private readonly List<KeyId> _down = []; // the host's

    /// <param name="options">The configuration's.</param>
    /// <param name="act">Does it.</param>
    /// <param name="switchTerminal">Shows the virtual terminal of a number; null: there are none.</param>
    public HostKeys(HostKeyOptions options, Action<HostAction> act, Action<int>? switchTerminal) =>
        (_options, _act, _switchTerminal) = (options, act, switchTerminal);

    private static ReadOnlySpan<byte> QuitWord => "control-alt-backspace"u8;

    /// <summary>Does what the event stands for, if it is the host's. False: it is not.</summary>
    public bool TryHandle(in KeyEvent e)
    {
        switch (e.Kind)
        {
            case InputKind.KeyPress when TryAct(e.Word):
                _down.Add(e.Id);
                return true;
            case InputKind.KeyRepeat when _down.Contains(e.Id):
                // The volume goes on for as long as its key is held; all else is done once.
                if (ConfiguredFor(e.Word) is (HostAction.VolumeUp or HostAction.VolumeDown) and var action)
                    _act(action);
                return true;
            case InputKind.KeyRelease:
                return _down.Remove(e.Id);
            default:
                return false;
        }
    }

    private HostAction? ConfiguredFor(ReadOnlySpan<byte> word)
    {
        for (var i = 0; i < _options.Keys.Count; i++) // for each key: no enumerator
        {
            if (word.SequenceEqual(_options.Keys[i].Word))
                return _options.Keys[i].Action;
        }
        return null;
    }

    private bool TryAct(ReadOnlySpan<byte> word)
    {
        var action = ConfiguredFor(word) ?? (!_options.Lock && word.SequenceEqual(QuitWord) ? HostAction.Quit : null);
        if (action is { } known)
        {
            _act(known);
            return true;
        }
        for (var i = 0; i < TerminalWords.Length && !_options.Lock && _switchTerminal is not null; i++)
        {
            if (!word.SequenceEqual(TerminalWords[i]))
                continue;
            _switchTerminal(i + 1);
            return true;
        }
        return false;
    }
}
