namespace InputEvdev.Tests;

/// <summary>A keyboard of the seat with what it said, and a clock that the test turns.</summary>
internal sealed class Typist : IDisposable
{
    public Typist(KeyboardOptions? options = null, string libraryName = LibXkbCommon.DefaultName) =>
        Keyboard = new Keyboards(options ?? new KeyboardOptions(), Log.Add, libraryName);

    public Keyboards Keyboard { get; }
    public List<InputEvent> Events { get; } = [];
    public List<string> Log { get; } = [];
    public long NowNs { get; private set; }

    public Typist Press(params KeyCode[] keys)
    {
        foreach (var key in keys) Take(InputKind.KeyPress, key);
        return this;
    }

    public Typist Release(params KeyCode[] keys)
    {
        foreach (var key in keys) Take(InputKind.KeyRelease, key);
        return this;
    }

    /// <summary>Presses and releases one key after the other.</summary>
    public Typist Tap(params KeyCode[] keys)
    {
        foreach (var key in keys) Press(key).Release(key);
        return this;
    }

    /// <summary>Taps a key with others held.</summary>
    public Typist With(KeyCode held, params KeyCode[] keys) => Press(held).Tap(keys).Release(held);

    public void Take(InputKind kind, KeyCode key, int device = 1) =>
        Keyboard.Take(new InputEvent { Kind = kind, Key = key, Device = device, TimeNs = NowNs }, NowNs, Keep);

    /// <summary>Lets the time go by, with repeats when they are due.</summary>
    public Typist WaitMs(int milliseconds)
    {
        var end = NowNs + milliseconds * 1_000_000L;
        while (Keyboard.NextRepeatNs <= end)
        {
            NowNs = Math.Max(NowNs, Keyboard.NextRepeatNs);
            Keyboard.Repeat(NowNs, Keep);
        }
        NowNs = end;
        return this;
    }

    public void Keep(in InputEvent e) => Events.Add(e);

    public string Said => string.Join("; ", Events.Select(Recorder.Line));

    /// <summary>The texts of all presses and repeats, one behind the other.</summary>
    public string Text => string.Concat(Events.Where(e => e.Kind != InputKind.KeyRelease).Select(e => e.Text.ToString()));

    public void Dispose() => Keyboard.Dispose();
}
