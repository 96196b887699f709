namespace GpioButtons.Gestures;

/// <summary>
/// Finds gestures in the presses and releases of buttons. It has neither I/O nor a clock: it is given events with their times, and says
/// when it must be called again. So what it reports depends on the times of the events only, and not on when it is called, except that
/// repeats that were missed are not reported later.
/// </summary>
/// <remarks>
/// The press of a button that belongs to a chord is held back for the window of the chord, or until the button goes up. If all members of a
/// chord go down within its window, the chord is pressed, and its members have no gestures until they are up again. The chord is released
/// with the first of them. If several chords are complete, the one with the most members is pressed; one that is part of a larger chord
/// waits until the window ends. What is held back for nothing is reported with the time of its press.
/// </remarks>
public sealed class GestureEngine
{
    private const long Never = long.MaxValue;

    private enum Phase
    {
        Up,
        HeldBack,
        Down,
        InChord,
    }

    private sealed class Button(int index, GestureRules rules)
    {
        public int Index => index;

        public GestureRules Rules => rules;

        public Phase Phase { get; set; }

        public bool IsDown { get; set; } // the button itself

        public long PressedNs { get; set; }

        public bool IsSecond { get; set; } // the second press of a double click

        public bool HasActed { get; set; } // a long press or repeat was reported

        public long WindowEndsNs { get; set; } = Never;

        public long HoldEndsNs { get; set; } = Never;

        public long RepeatsNs { get; set; } = Never;

        public long ClicksNs { get; set; } = Never; // it is up, and was clicked

        public long WindowNs { get; set; } // the longest of its chords

        public long DueNs => Math.Min(Math.Min(WindowEndsNs, HoldEndsNs), Math.Min(RepeatsNs, ClicksNs));

        public void Shift(long ns)
        {
            PressedNs += ns;
            WindowEndsNs += WindowEndsNs == Never ? 0 : ns;
            HoldEndsNs += HoldEndsNs == Never ? 0 : ns;
            RepeatsNs += RepeatsNs == Never ? 0 : ns;
            ClicksNs += ClicksNs == Never ? 0 : ns;
        }
    }

    private readonly Button[] _all;
    private readonly Button[] _chords; // those with the most members first
    private readonly MonotonicTime _time = new();
    private readonly Action<GestureEvent> _report;

    /// <param name="rules">The rules of the buttons and chords, by their indices.</param>
    /// <param name="report">Receives the gestures in their order.</param>
    /// <exception cref="ArgumentException">A chord has a member that is no button.</exception>
    public GestureEngine(IReadOnlyList<GestureRules> rules, Action<GestureEvent> report)
    {
        _report = report;
        _all = [.. rules.Select((r, i) => new Button(i, r))];
        _chords = [.. _all.Where(b => b.Rules.Members.Count > 0).OrderByDescending(b => b.Rules.Members.Count)];
        foreach (var chord in _chords)
        {
            foreach (var member in chord.Rules.Members)
            {
                if (member < 0 || member >= _all.Length || _all[member].Rules.Members.Count > 0)
                    throw new ArgumentException($"chord {chord.Index}: {member} is no button", nameof(rules));
                _all[member].WindowNs = Math.Max(_all[member].WindowNs, chord.Rules.WindowNs);
            }
        }
    }

    /// <summary>
    /// When <see cref="Elapse"/> must be called, in the time of the events; <see cref="long.MaxValue"/> if it need not be called.
    /// </summary>
    public long DueNs
    {
        get
        {
            var due = Never;
            foreach (var button in _all)
                due = Math.Min(due, button.DueNs);
            return due;
        }
    }

    /// <summary>Handles a press or release. One that changes nothing is ignored.</summary>
    /// <param name="index">The index of the button's rules. For a chord, the chord itself is pressed or released.</param>
    /// <param name="pressed">True for a press.</param>
    /// <param name="timestampNs">When it happened.</param>
    public void Feed(int index, bool pressed, long timestampNs)
    {
        var now = Elapse(timestampNs);
        var button = _all[index];
        if (button.IsDown == pressed)
            return;
        button.IsDown = pressed;
        if (pressed)
            Press(button, now);
        else
            Release(button, now);
    }

    /// <summary>Reports what has become complete by now.</summary>
    /// <returns>The time that counts: that given, or a later one.</returns>
    public long Elapse(long nowNs)
    {
        var now = _time.Advance(nowNs);
        if (_time.Shift != 0)
            Array.ForEach(_all, b => b.Shift(_time.Shift));
        while (Next() is { } button && button.DueNs <= now)
            Complete(button, button.DueNs, now);
        return now;
    }

    /// <summary>Releases all buttons. A click that waits for a second one is reported.</summary>
    public void ReleaseAll(long nowNs)
    {
        var now = Elapse(nowNs);
        foreach (var button in _all)
        {
            if (button.IsDown)
                Feed(button.Index, pressed: false, now);
            if (button.ClicksNs != Never)
                Click(button, now);
        }
    }

    private Button? Next()
    {
        Button? next = null;
        foreach (var button in _all)
        {
            if (next is null || button.DueNs < next.DueNs)
                next = button;
        }
        return next;
    }

    private void Complete(Button button, long at, long now)
    {
        if (button.ClicksNs == at)
        {
            Click(button, at);
        }
        else if (button.WindowEndsNs == at)
        {
            Decide(button, at);
        }
        else if (button.HoldEndsNs == at)
        {
            button.HoldEndsNs = Never;
            button.HasActed = true;
            Report(button, Gesture.LongPress, at);
        }
        else
        {
            button.RepeatsNs = at + button.Rules.RepeatNs > now ? at + button.Rules.RepeatNs : now + button.Rules.RepeatNs;
            button.HasActed = true;
            Report(button, Gesture.Repeat, at);
        }
    }

    private void Press(Button button, long now)
    {
        button.PressedNs = now;
        button.IsSecond = button.ClicksNs != Never;
        button.ClicksNs = Never;
        if (button.WindowNs == 0)
        {
            Begin(button);
            return;
        }
        (button.Phase, button.WindowEndsNs) = (Phase.HeldBack, now + button.WindowNs);
        if (ChordOf(button, now) is { } chord && !Array.Exists(_chords, c => IsPartOf(chord, c)))
            Begin(chord, now);
    }

    // The largest chord with the button whose members are all held back, and were pressed within its window.
    private Button? ChordOf(Button button, long now) => Array.Find(_chords, c => !c.IsDown && c.Rules.Members.Contains(button.Index)
        && c.Rules.Members.All(m => _all[m].Phase == Phase.HeldBack)
        && c.Rules.Members.Max(m => _all[m].PressedNs) - c.Rules.Members.Min(m => _all[m].PressedNs) <= c.Rules.WindowNs);

    private static bool IsPartOf(Button chord, Button larger) =>
        larger.Rules.Members.Count > chord.Rules.Members.Count && chord.Rules.Members.All(larger.Rules.Members.Contains);

    // The press of a button is not held back any longer.
    private void Decide(Button button, long now)
    {
        if (ChordOf(button, now) is { } chord)
            Begin(chord, now);
        else
            Begin(button);
    }

    private void Begin(Button chord, long now)
    {
        foreach (var index in chord.Rules.Members)
        {
            var member = _all[index];
            (member.Phase, member.WindowEndsNs) = (Phase.InChord, Never);
            if (member.IsSecond)
                Report(member, Gesture.Click, now); // of the press before
            member.IsSecond = false;
        }
        chord.IsDown = true;
        Press(chord, now);
    }

    private void Begin(Button button)
    {
        var (rules, pressed) = (button.Rules, button.PressedNs);
        (button.Phase, button.WindowEndsNs, button.HasActed) = (Phase.Down, Never, false);
        Report(button, Gesture.Press, pressed);
        if (button.IsSecond)
        {
            Report(button, Gesture.DoubleClick, pressed);
            return;
        }
        if (rules.HoldNs > 0)
            button.HoldEndsNs = pressed + rules.HoldNs;
        if (rules.RepeatNs > 0)
            button.RepeatsNs = pressed + rules.RepeatDelayNs;
    }

    private void Release(Button button, long now)
    {
        if (button.Phase == Phase.HeldBack)
        {
            Decide(button, now);
            Elapse(now); // a time that counts from the press may have passed
        }
        if (button.Phase == Phase.InChord)
        {
            button.Phase = Phase.Up;
            if (Array.Find(_chords, c => c.IsDown && c.Rules.Members.Contains(button.Index)) is { } chord)
            {
                chord.IsDown = false;
                Release(chord, now);
            }
            return;
        }
        (button.Phase, button.HoldEndsNs, button.RepeatsNs) = (Phase.Up, Never, Never);
        Report(button, Gesture.Release, now);
        if (button.IsSecond || button.HasActed)
            return;
        if (button.Rules.DoubleClickNs > 0)
            button.ClicksNs = now + button.Rules.DoubleClickNs;
        else
            Report(button, Gesture.Click, now);
    }

    private void Click(Button button, long at)
    {
        button.ClicksNs = Never;
        Report(button, Gesture.Click, at);
    }

    private void Report(Button button, Gesture gesture, long at) => _report(new GestureEvent(button.Index, gesture, at));
}
