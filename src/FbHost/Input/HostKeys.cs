using FbHost.Options;
using InputEvdev;
using static InputEvdev.KeyCode;

namespace FbHost.Input;

/// <summary>
/// Keys that the host keeps for itself: Control+Alt+F1 to F12 for another terminal, Control+Alt+Backspace for the end, and those of the
/// configuration. No client sees them, nor their repeats and releases.
/// </summary>
internal sealed class HostKeys
{
    private readonly HostKeyOptions _options;
    private readonly Action<HostAction> _act;
    private readonly Action<int>? _switchTerminal;
    private readonly KeyWords _words = new();
    private readonly List<(int Device, KeyCode Key)> _taken = [];

    /// <param name="options">The configuration's.</param>
    /// <param name="act">Does it.</param>
    /// <param name="switchTerminal">Shows the virtual terminal of a number; null: there are none.</param>
    public HostKeys(HostKeyOptions options, Action<HostAction> act, Action<int>? switchTerminal) =>
        (_options, _act, _switchTerminal) = (options, act, switchTerminal);

    private static ReadOnlySpan<byte> QuitWord => "control-alt-backspace"u8;

    /// <summary>Does what the event stands for, if it is the host's. False: it is not.</summary>
    public bool TryHandle(in InputEvent e)
    {
        switch (e.Kind)
        {
            case InputKind.KeyPress when TryAct(e):
                _taken.Add((e.Device, e.Key));
                return true;
            case InputKind.KeyRepeat when _taken.Contains((e.Device, e.Key)):
                // The volume goes on for as long as its key is held; all else is done once.
                if (ConfiguredFor(_words.Of(e)) is (HostAction.VolumeUp or HostAction.VolumeDown) and var action)
                    _act(action);
                return true;
            case InputKind.KeyRelease:
                return _taken.Remove((e.Device, e.Key));
            default:
                return false;
        }
    }

    private HostAction? ConfiguredFor(ReadOnlySpan<byte> word)
    {
        foreach (var (known, action) in _options.Keys)
        {
            if (word.SequenceEqual(known))
                return action;
        }
        return null;
    }

    private bool TryAct(in InputEvent e)
    {
        ReadOnlySpan<byte> word = _words.Of(e);
        if (ConfiguredFor(word) is { } configured)
        {
            _act(configured);
            return true;
        }
        if (_options.Lock)
            return false;
        if (word.SequenceEqual(QuitWord))
        {
            _act(HostAction.Quit);
            return true;
        }
        var isControlAlt = (e.Modifiers & ~Modifiers.CapsLock) == (Modifiers.Control | Modifiers.Alt);
        if (!isControlAlt || _switchTerminal is null || TerminalOf(e.Meaning) is not { } number)
            return false;
        _switchTerminal(number);
        return true;
    }

    private static int? TerminalOf(KeyCode key) => key switch
    {
        >= KEY_F1 and <= KEY_F10 => key - KEY_F1 + 1,
        KEY_F11 => 11,
        KEY_F12 => 12,
        _ => null,
    };
}
