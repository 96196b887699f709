using FbHost.Loop;
using FbHost.Options;
using InputEvdev;

namespace FbHost.Input;

/// <summary>
/// Presses keys for buttons, by their names: they take the way of every key (<see cref="Seat"/>), and repeat as keys of keyboards do.
/// </summary>
internal sealed class PressedKeys : IDisposable
{
    private readonly record struct Held(int Button, KeyId Id, KeyWord Word, bool Wakes);

    private readonly EventLoop _loop;
    private readonly Seat _seat;
    private readonly Func<KeyboardOptions> _options;
    private readonly LoopTimer _timer;
    private readonly List<Held> _held = [];
    private Held? _repeating;
    private int _last;

    /// <param name="loop">Runs the timer for repeats.</param>
    /// <param name="seat">Receives the keys.</param>
    /// <param name="options">How keys repeat.</param>
    public PressedKeys(EventLoop loop, Seat seat, Func<KeyboardOptions> options)
    {
        (_loop, _seat, _options) = (loop, seat, options);
        _timer = loop.CreateTimer(Repeat);
    }

    /// <summary>Presses a key until <see cref="Release"/>.</summary>
    /// <param name="button">The button that presses it.</param>
    /// <param name="word">The name of the key, or any event text.</param>
    /// <param name="isKey">False for an event text, which does not repeat.</param>
    /// <param name="wakes">False to deliver it although the screen is off.</param>
    public void Press(int button, string word, bool isKey, bool wakes)
    {
        var held = new Held(button, new KeyId(isKey ? KeyId.Actions : KeyId.GpioButtons, ++_last), KeyWord.Of(word), wakes);
        _held.Add(held);
        Send(held, InputKind.KeyPress);
        var options = _options();
        if (!isKey || options.RepeatRate == 0 || !TypedKey.MayRepeat(word))
            return;
        _repeating = held;
        _timer.After(options.RepeatDelayMs);
    }

    /// <summary>Presses a key and releases it.</summary>
    public void Tap(int button, string word, bool isKey, bool wakes)
    {
        Press(button, word, isKey, wakes);
        ReleaseAt(_held.Count - 1);
    }

    /// <summary>Releases all keys that a button has pressed.</summary>
    public void Release(int button)
    {
        for (var i = _held.Count - 1; i >= 0; i--)
        {
            if (_held[i].Button == button)
                ReleaseAt(i);
        }
    }

    /// <summary>Releases all keys.</summary>
    public void ReleaseAll()
    {
        while (_held.Count > 0)
            ReleaseAt(_held.Count - 1);
    }

    private void ReleaseAt(int at)
    {
        var held = _held[at];
        _held.RemoveAt(at);
        if (_repeating?.Id == held.Id)
        {
            _repeating = null;
            _timer.Cancel();
        }
        Send(held with { Word = KeyWord.None }, InputKind.KeyRelease);
    }

    private void Repeat()
    {
        if (_repeating is not { } held || _options().RepeatRate is not (> 0 and var rate))
            return;
        _timer.After(1000 / rate);
        Send(held, InputKind.KeyRepeat);
    }

    private void Send(in Held held, InputKind kind) => _seat.Take(new KeyEvent(kind, held.Id, held.Word), held.Wakes);

    public void Dispose() => _loop.Remove(_timer);
}
