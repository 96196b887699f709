using System.Text;
using FbHost.Clients;
using FbHost.Loop;
using FbHost.Options;
using FbHost.Screens;
using GpioButtons;
using GpioButtons.Gestures;
using InputEvdev;

namespace FbHost.Input;

/// <summary>
/// The configured buttons: GPIO lines, keys of input devices, chords of these, encoders and keypads. Finds their gestures, presses the keys
/// that are their actions, and passes the other actions on.
/// </summary>
internal sealed class Buttons : IDisposable
{
    /// <summary>What can be pressed: a button, one direction of an encoder, or one key of a keypad.</summary>
    private readonly record struct Handle(string Label, int Entry, int Part);

    private sealed class Encoder(int entry, bool a, bool b, int steps)
    {
        public int Entry => entry;

        public bool A { get; set; } = a;

        public bool B { get; set; } = b;

        public QuadratureDecoder Decoder { get; } = new(a, b, steps);
    }

    private readonly EventLoop _loop;
    private readonly Seat _seat;
    private readonly ClientStack _stack;
    private readonly Blanker _blanker;
    private readonly Func<bool> _isShown;
    private readonly Action<string> _warn;
    private readonly PressedKeys _keys;
    private readonly LoopTimer _timer;
    private readonly HashSet<int> _swallowed = []; // buttons whose press has turned the screen on, until their release
    private readonly List<(KeyId Id, int Entry)> _heldKeys = []; // -1 for a key of a former configuration
    private IReadOnlyList<ButtonEntry> _entries = [];
    private List<Handle> _handles = [];
    private List<(byte[] Word, int Entry)> _words = [];
    private List<(int Entry, Encoder? Encoder, bool IsA)> _lines = []; // by the index of the line
    private GestureEngine? _engine;
    private ButtonSet? _set;
    private Watch? _watch;
    private bool _isActing;
    private long _lastNs; // the latest time of the gestures

    /// <param name="loop">Waits for events, and runs the timer.</param>
    /// <param name="seat">Receives keys and events for apps, and gives the keys of input devices.</param>
    /// <param name="stack">The client in front.</param>
    /// <param name="blanker">Is notified of all presses.</param>
    /// <param name="isShown">Returns false while another terminal has the screen.</param>
    /// <param name="keyboard">How keys repeat.</param>
    /// <param name="warn">Receives one line if a line fails later.</param>
    public Buttons(EventLoop loop, Seat seat, ClientStack stack, Blanker blanker, Func<bool> isShown, Func<KeyboardOptions> keyboard,
        Action<string> warn)
    {
        (_loop, _seat, _stack, _blanker, _isShown, _warn) = (loop, seat, stack, blanker, isShown, warn);
        _keys = new PressedKeys(loop, seat, keyboard);
        _timer = loop.CreateTimer(Dispatch);
        seat.Buttons = TryTake;
    }

    /// <summary>Opens lines and keypads.</summary>
    public Func<IReadOnlyList<ButtonConfig>, IReadOnlyList<KeypadConfig>, Action<string>, ButtonSet> OpenLines { get; init; } =
        (lines, keypads, warn) => ButtonSet.Open(lines, keypads, warn);

    /// <summary>Carries out an action that is neither a key nor an event.</summary>
    public Action<ButtonEntry, ButtonAction>? Act { get; set; }

    /// <summary>Reads the events of all input devices that wait.</summary>
    public Action? ReadInput { get; set; }

    /// <summary>The number of buttons.</summary>
    public int Count => _entries.Count;

    /// <summary>What can be pressed, for viewers.</summary>
    public IEnumerable<string> Labels => _handles.Select(h => h.Label);

    /// <summary>Opens these buttons instead of the current ones, whose pressed ones are released.</summary>
    /// <exception cref="GpioLineException">A button cannot be opened. Those of the former ones that can be are open again.</exception>
    public void Set(IReadOnlyList<ButtonEntry> entries)
    {
        Close();
        try
        {
            Open(entries);
        }
        catch (GpioLineException)
        {
            OpenAgain(_entries);
            throw;
        }
    }

    private void OpenAgain(IReadOnlyList<ButtonEntry> former)
    {
        try
        {
            Open(former);
        }
        catch (GpioLineException) // the chip of one of them is gone
        {
            Open([]);
            SetThoseThatWork(former, _warn);
        }
    }

    /// <summary>Opens those of these buttons that can be opened.</summary>
    /// <param name="entries">The buttons.</param>
    /// <param name="fault">Called with one line for each of the others.</param>
    public void SetThoseThatWork(IReadOnlyList<ButtonEntry> entries, Action<string> fault)
    {
        List<ButtonEntry> working = [];
        foreach (var entry in entries)
        {
            try
            {
                Set([.. working, entry]);
                working.Add(entry);
            }
            catch (GpioLineException e)
            {
                fault(e.Message);
            }
        }
    }

    private void Open(IReadOnlyList<ButtonEntry> entries)
    {
        List<ButtonConfig> lines = [];
        List<KeypadConfig> keypads = [];
        foreach (var entry in entries)
        {
            lines.AddRange(entry.Line is { } line ? [line] : entry.Encoder is { } e ? [e.A, e.B] : []);
            keypads.AddRange(entry.Keypad is { } keypad ? [keypad] : []);
        }
        var set = lines.Count + keypads.Count == 0 ? null : OpenLines(lines, keypads, _warn);
        (_entries, _set, _lines, _handles, _words) = (entries, set, [], [], []);
        for (var i = 0; i < entries.Count; i++)
            Add(i, entries[i]);
        foreach (var (entry, i) in entries.Select((e, i) => (e, i)).Where(e => e.e.Keypad is not null))
            _lines.AddRange(Enumerable.Repeat((i, (Encoder?)null, false), entry.Keypad!.Keys.Count));
        _engine = new GestureEngine([.. entries.Select(RulesOf)], OnGesture);
        if (set is null)
            return;
        _watch = _loop.Add(set.FileDescriptor, _ => Dispatch());
        _timer.At(set.DueNs); // a keypad's key may be held
    }

    private GestureRules RulesOf(ButtonEntry entry)
    {
        int[] members = [.. entry.Members.Select(m => _entries.ToList().FindIndex(e => e.Name == m))];
        return members.Contains(-1) ? new GestureRules() : entry.Rules with { Members = members }; // one of them could not be opened
    }

    private IEnumerable<ButtonEntry> ChordsOf(ButtonEntry entry) =>
        entry.Name is { } name ? _entries.Where(c => c.Members.Contains(name)) : [];

    // A button of its chord has turned the screen on, or been ignored, and is still down.
    private bool IsWithSwallowed(ButtonEntry entry) => _swallowed.Count > 0
        && ChordsOf(entry).Any(c => _swallowed.Any(s => _entries[s].Name is { } other && c.Members.Contains(other)));

    private void Add(int index, ButtonEntry entry)
    {
        if (entry.Encoder is { } lines)
        {
            var encoder = new Encoder(index, _set!.IsPressed(_lines.Count), _set.IsPressed(_lines.Count + 1), lines.Steps);
            _lines.AddRange([(index, encoder, true), (index, encoder, false)]);
            _handles.Add(new Handle($"{entry.Label} left", index, -1));
            _handles.Add(new Handle($"{entry.Label} right", index, 1));
        }
        else if (entry.Keypad is { } keypad)
        {
            _handles.AddRange(keypad.Keys.Select((k, i) => new Handle(k, index, i)).Where(h => h.Label.Length > 0));
        }
        else
        {
            _handles.Add(new Handle(entry.Label, index, 0));
            if (entry.Line is not null)
                _lines.Add((index, null, false));
            if (entry.Key is { } key)
                _words.Add((Encoding.UTF8.GetBytes(key), index));
        }
    }

    /// <summary>Presses a button for a viewer, or releases it.</summary>
    /// <param name="handle">Its place in <see cref="Labels"/>.</param>
    /// <param name="pressed">True for a press; an encoder turns by one detent.</param>
    public void Press(int handle, bool pressed)
    {
        if (handle < 0 || handle >= _handles.Count)
            return; // the configuration has changed
        var (_, index, part) = _handles[handle];
        var entry = _entries[index];
        if (entry.Encoder is not null && pressed)
            Turn(index, part);
        else if (entry.Keypad is { } keypad)
            Type(index, keypad, part, pressed);
        else if (entry.Encoder is null)
            Feed(index, pressed, EventLoop.Now);
        Arm();
    }

    // What has happened before now is read first: if the loop was busy, a release may wait that makes a click of what looks like a long
    // press.
    private void Dispatch()
    {
        var now = EventLoop.Now;
        _set?.Dispatch(Take);
        if (_engine?.DueNs <= now)
            ReadInput?.Invoke();
        _engine?.Elapse(_lastNs = Math.Max(_lastNs, now));
        Arm();
    }

    private void Arm() => _timer.At(Math.Min(_engine?.DueNs ?? long.MaxValue, _set?.DueNs ?? long.MaxValue));

    private void Take(ButtonEvent e)
    {
        var (index, encoder, isA) = _lines[e.Index];
        if (encoder is null && _entries[index].Keypad is { } keypad)
        {
            Type(index, keypad, e.Index - _lines.FindIndex(l => l.Entry == index), e.Pressed);
        }
        else if (encoder is null)
        {
            Feed(index, e.Pressed, e.TimestampNs);
        }
        else
        {
            (encoder.A, encoder.B) = isA ? (e.Pressed, encoder.B) : (encoder.A, e.Pressed);
            Turn(index, encoder.Decoder.Turn(encoder.A, encoder.B));
        }
    }

    private void Type(int index, KeypadConfig keypad, int key, bool pressed)
    {
        var (text, id) = (keypad.Keys[key], _entries.Count + (index << 8) + key);
        if (pressed && text.Length > 0)
            _keys.Press(id, text, isKey: TypedKey.IsKey(text), wakes: true);
        else
            _keys.Release(id);
    }

    private void Feed(int index, bool pressed, long ns)
    {
        if (pressed ? IsWithSwallowed(_entries[index]) || !IsForAction(_entries[index]) : _swallowed.Remove(index))
            _ = pressed && _swallowed.Add(index);
        else
            _engine?.Feed(index, pressed, TimeOf(ns));
    }

    // Devices are read one after the other, so the events of one may be late by as long as the loop was busy. They count as now: the clock
    // itself never goes back.
    private long TimeOf(long ns)
    {
        var now = EventLoop.Now;
        return _lastNs = ns <= 0 ? now : Math.Max(_lastNs, Math.Min(ns, now));
    }

    private void Turn(int index, int detents)
    {
        var entry = _entries[index];
        if (detents == 0 || !IsForAction(entry))
            return;
        for (var i = Math.Abs(detents); i > 0; i--)
            Do(index, entry.On[detents < 0 ? ButtonEntry.Left : ButtonEntry.Right], hold: false);
    }

    // A button that only has an event and is in no chord is a key like any other: the seat decides.
    private bool IsForAction(ButtonEntry entry)
    {
        if (!_isShown())
            return false;
        var decides = entry.WhenBlank is not null || entry.On.Any(a => a.Count > 0) || ChordsOf(entry).Any();
        if (!_blanker.IsBlank || !decides)
        {
            if (decides)
                _blanker.NoteInput();
            return true;
        }
        var mode = entry.WhenBlank ?? WhenBlank.Wake;
        if (mode is WhenBlank.Wake or WhenBlank.WakeAndAct)
            _blanker.TryWake();
        return mode is WhenBlank.Act or WhenBlank.WakeAndAct;
    }

    // A key of an input device. A key that an action has pressed is not one of these buttons again.
    private bool TryTake(in KeyEvent e)
    {
        var id = e.Id;
        var at = _heldKeys.FindIndex(h => h.Id == id);
        if (e.Kind == InputKind.KeyPress && at < 0)
        {
            var index = _isActing ? -1 : Find(e.Word.Text);
            if (index < 0)
                return false;
            if (_heldKeys.Exists(h => h.Entry == index))
                IsForAction(_entries[index]); // it may turn the screen on
            else
                Feed(index, pressed: true, e.TimeNs);
            _heldKeys.Add((e.Id, index));
            Arm();
        }
        else if (e.Kind == InputKind.KeyRelease && at >= 0)
        {
            var index = _heldKeys[at].Entry;
            _heldKeys.RemoveAt(at);
            if (index >= 0 && !_heldKeys.Exists(h => h.Entry == index))
                Feed(index, pressed: false, e.TimeNs);
            Arm();
            return true;
        }
        return at >= 0 || e.Kind == InputKind.KeyPress;
    }

    private int Find(ReadOnlySpan<byte> word)
    {
        foreach (var (its, entry) in _words)
        {
            if (word.SequenceEqual(its))
                return entry;
        }
        return -1;
    }

    private void OnGesture(GestureEvent e)
    {
        var entry = _entries[e.Index];
        if (e.Gesture == Gesture.Release)
            Guarded(() => _keys.Release(e.Index));
        if (e.Gesture == Gesture.Press && entry.Event is { } text)
            Guarded(() => _keys.Press(e.Index, text, isKey: false, Wakes(entry)));
        Do(e.Index, entry.On.Count > 0 ? entry.On[(int)e.Gesture] : [], hold: e.Gesture is Gesture.Press or Gesture.LongPress);
    }

    private bool Wakes(ButtonEntry entry) => entry.Members.Count == 0 ? entry.WhenBlank != WhenBlank.Act
        : _entries.Any(e => e.Name is { } name && entry.Members.Contains(name) && e.WhenBlank != WhenBlank.Act);

    private void Do(int index, IReadOnlyList<ButtonAction> actions, bool hold)
    {
        var entry = _entries[index];
        foreach (var action in actions)
        {
            if (action.OnlyApp is { } app && !app.Equals(_stack.Focus?.App?.Name, StringComparison.OrdinalIgnoreCase))
                continue;
            Guarded(() =>
            {
                var isKey = action.Kind == ActionKind.Key;
                if (!isKey && action.Kind != ActionKind.Event)
                    Act?.Invoke(entry, action);
                else if (hold)
                    _keys.Press(index, action.Words[0], isKey, Wakes(entry));
                else
                    _keys.Tap(index, action.Words[0], isKey, Wakes(entry));
            });
        }
    }

    private void Guarded(Action act)
    {
        var before = _isActing;
        _isActing = true;
        act();
        _isActing = before;
    }

    private void Close()
    {
        _set?.ReleaseAll(Take);
        _engine?.ReleaseAll(EventLoop.Now);
        for (var i = 0; i < _heldKeys.Count; i++)
            _heldKeys[i] = (_heldKeys[i].Id, -1);
        _keys.ReleaseAll();
        _swallowed.Clear();
        CloseLines();
    }

    private void CloseLines()
    {
        _timer.Cancel();
        _watch?.Dispose();
        _set?.Dispose();
        (_set, _watch, _engine) = (null, null, null);
    }

    public void Dispose()
    {
        _seat.Buttons = null;
        CloseLines();
        _loop.Remove(_timer);
        _keys.Dispose();
    }
}
