using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using GpioButtons;
using GpioButtons.Gestures;

namespace FbHost.Options;

/// <summary>The objects of "buttons"; see docs/configuration.md.</summary>
internal static class ButtonsConfig
{
    private const int LongestName = 64, LongestEvent = ButtonAction.LongestEvent, MostMembers = 8;
    private const long Ms = 1_000_000;
    private static readonly string[] Lines = ["chip", "activeLow", "pull", "debounceMs"];
    private static readonly string[] Gestures = ["event", "on", "holdMs", "doubleClickMs", "repeatDelayMs", "repeatMs"];

    // The keys of each kind of button, by the key that makes it this kind.
    private static readonly (string Kind, string[] Keys)[] Kinds =
    [
        ("line", [.. Lines, "driver", .. Gestures, "whenBlank"]),
        ("key", [.. Gestures, "whenBlank"]),
        ("buttons", [.. Gestures, "chordMs"]),
        ("encoder", [.. Lines, "driver", "steps", "on", "whenBlank"]),
        ("rows", [.. Lines, "columns", "keys"]),
    ];

    // In the order of ButtonEntry.On.
    private static readonly string[] OnKeys = ["press", "release", "click", "doubleClick", "longPress", "repeat", "left", "right"];

    private static readonly string[] OnDescriptions =
    [
        "When the button goes down.", "When the button goes up.", "After a short press.", "After two short presses.",
        "When the button has been down for holdMs.", "Again and again while the button is down.",
        "For each step to the left of an encoder.", "For each step to the right of an encoder.",
    ];

    private sealed class Draft
    {
        public HashSet<string> Given { get; } = [];

        public ButtonConfig Line { get; set; } = new(0, 0, ActiveLow: false, "");

        public int? DebounceMs { get; set; }

        public string? Name { get; set; }

        public string? Event { get; set; }

        public string? Key { get; set; }

        public IReadOnlyList<string> Members { get; set; } = [];

        public IReadOnlyList<GpioLine> Encoder { get; set; } = [];

        public int Steps { get; set; } = 4;

        public IReadOnlyList<GpioLine> Rows { get; set; } = [];

        public IReadOnlyList<GpioLine> Columns { get; set; } = [];

        public IReadOnlyList<IReadOnlyList<string>> Keys { get; set; } = [];

        public IReadOnlyList<ButtonAction>[] On { get; } = new IReadOnlyList<ButtonAction>[ButtonEntry.Gestures];

        public int HoldMs { get; set; } = 800;

        public int DoubleClickMs { get; set; } = 300;

        public int RepeatDelayMs { get; set; } = 500;

        public int RepeatMs { get; set; } = 100;

        public int ChordMs { get; set; } = 80;

        public WhenBlank? WhenBlank { get; set; }

        public bool Has(int gesture) => On[gesture] is { Count: > 0 };
    }

    /// <summary>Buttons, keys, encoders and keypads, and what they do.</summary>
    public static ConfigKey<ServeOptions> Buttons() => new ConfigKey<ServeOptions, IReadOnlyList<ButtonEntry>>("buttons",
        new ListType<ButtonEntry>(new ButtonType()), (o, v) => o.Buttons = v,
        "Buttons, keys, encoders and keypads, and what they do.", keepsValidItems: true);

    // Reads an object into a draft, and makes the entry of it.
    private sealed class ButtonType : ConfigType<ButtonEntry>
    {
        private static readonly ObjectType<Draft> Object = new(() => new Draft(), Table(), FaultOf,
        [
            ["line", "event"], ["line", "on"], ["key", "event"], ["key", "on"], ["buttons", "event"], ["buttons", "on"], ["encoder", "on"],
            ["rows", "columns", "keys"],
        ]);

        public override bool TryRead(JsonValue v, [MaybeNullWhen(false)] out ButtonEntry value)
        {
            value = Object.TryRead(v, out var draft) ? EntryOf(draft, v) : null;
            return value is not null;
        }

        public override void WriteSchema(Utf8JsonWriter w) => Object.WriteSchema(w);
    }

    private static ButtonEntry EntryOf(Draft d, JsonValue at)
    {
        var label = d.Name ?? d.Event ?? d.Key ?? (d.Members.Count > 0 ? string.Join(" + ", d.Members) : at.Name);
        var line = d.Line with { Event = label };
        return new ButtonEntry(label, at)
        {
            Name = d.Name,
            Event = d.Event,
            Key = d.Key,
            Members = d.Members,
            WhenBlank = d.WhenBlank,
            On = [.. d.On.Select(a => a ?? [])],
            Line = d.Given.Contains("line") ? line with { DebounceMs = d.DebounceMs ?? line.DebounceMs } : null,
            Encoder = d.Encoder is not [var a, var b] ? null : (OfEncoder(a), OfEncoder(b), d.Steps),
            Keypad = d.Rows.Count == 0 ? null : new KeypadConfig(label, line.Chip, d.Rows, d.Columns, [.. d.Keys.SelectMany(r => r)])
            {
                ChipLabel = line.ChipLabel,
                ActiveLow = !d.Given.Contains("activeLow") || line.ActiveLow,
                Pull = line.Pull,
                DebounceMs = d.DebounceMs ?? 10,
            },
            Rules = new GestureRules
            {
                HoldNs = d.Has((int)Gesture.LongPress) ? d.HoldMs * Ms : 0,
                DoubleClickNs = d.Has((int)Gesture.DoubleClick) ? d.DoubleClickMs * Ms : 0,
                RepeatDelayNs = d.RepeatDelayMs * Ms,
                RepeatNs = d.Has((int)Gesture.Repeat) ? d.RepeatMs * Ms : 0,
                WindowNs = d.ChordMs * Ms,
            },
        };

        // The contacts of an encoder bounce between two steps, which moves it there and back; a debounce would lose steps of a fast turn.
        ButtonConfig OfEncoder(GpioLine l) =>
            line with { Line = l.Number, LineName = l.Name, ReadsLevel = true, DebounceMs = d.DebounceMs ?? 0 };
    }

    private static string? FaultOf(Draft d)
    {
        string[] kinds = [.. Kinds.Select(k => k.Kind).Where(d.Given.Contains)];
        var all = $"\"{string.Join("\", \"", Kinds[..^1].Select(k => k.Kind))}\" or \"{Kinds[^1].Kind}\"";
        if (kinds.Length != 1)
            return kinds.Length == 0 ? $"it must have a {all}" : $"it must have only one of {all}";
        var kind = Array.Find(Kinds, k => k.Kind == kinds[0]);
        if (d.Given.FirstOrDefault(g => g != "name" && g != kind.Kind && !kind.Keys.Contains(g)) is { } foreign)
            return $"it must not have \"{foreign}\" with \"{kind.Kind}\"";
        if (kind.Kind == "rows")
            return KeypadFault(d);
        if (d.Event is null && !d.On.Any(a => a is { Count: > 0 }))
            return kind.Kind == "encoder" ? "it must have an \"on\" with \"left\" and \"right\"" : "it must have an \"event\" or an \"on\"";
        var foreignOn = Enumerable.Range(0, ButtonEntry.Gestures)
            .FirstOrDefault(g => d.Has(g) && (g >= ButtonEntry.Left) != (kind.Kind == "encoder"), -1);
        if (foreignOn >= 0)
            return kind.Kind == "encoder"
                ? $"it must not have \"{OnKeys[foreignOn]}\": the push switch of an encoder is a button of its own"
                : $"it must not have \"{OnKeys[foreignOn]}\", which only encoders have";
        ReadOnlySpan<(string Time, Gesture Gesture)> times =
        [
            ("holdMs", Gesture.LongPress), ("doubleClickMs", Gesture.DoubleClick), ("repeatDelayMs", Gesture.Repeat),
            ("repeatMs", Gesture.Repeat),
        ];
        foreach (var (time, gesture) in times)
        {
            if (d.Given.Contains(time) && !d.Has((int)gesture))
                return $"it must have a \"{OnKeys[(int)gesture]}\" in \"on\"; without it, \"{time}\" has no effect";
        }
        return null;
    }

    private static string? KeypadFault(Draft d) =>
        d.Columns.Count == 0 || d.Keys.Count == 0 ? "it must have \"rows\", \"columns\" and \"keys\""
        : d.Keys.Count != d.Rows.Count || d.Keys.Any(r => r.Count != d.Columns.Count)
            ? $"it must have {d.Rows.Count} lists of {d.Columns.Count} keys, as it has {d.Rows.Count} rows and {d.Columns.Count} columns"
        : null;

    private static ConfigKey<Draft, T> Key<T>(string name, ConfigType<T> type, Action<Draft, T> set, string description,
        string? initial = null) => new(name, type, (d, v) =>
        {
            d.Given.Add(name);
            set(d, v);
        }, description, initial);

    private static ConfigKey<Draft>[] Table()
    {
        var line = ConfigTypes.GpioLine;
        const int most = KeypadConfig.MostLines;
        var lines = new ListType<(int Number, string? Name)>(line, 1, most, $"it must be 1 to {most} lines");
        var text = new TextType(t => Encoding.UTF8.GetByteCount(t) is > 0 and <= LongestEvent ? null
            : $"it must be an event text of 1 to {LongestEvent} bytes");
        var key = new TextType(t => Encoding.UTF8.GetByteCount(t) <= LongestEvent ? null
            : $"it must be an event text of at most {LongestEvent} bytes", least: 0);
        var name = new TextType(t => t.Length is > 0 and <= LongestName && !t.Any(char.IsControl) ? null
            : $"it must be a name of 1 to {LongestName} characters");
        return
        [
            Key("name", name, (d, v) => d.Name = v, "A name for messages, viewers and chords."),
            Key("chip", ConfigTypes.GpioChip,
                (d, v) => d.Line = d.Line with { Chip = v.Number, ChipLabel = v.Name }, "N of /dev/gpiochipN, or the chip's label.", "0"),
            Key("line", line, (d, v) => d.Line = d.Line with { Line = v.Number, LineName = v.Name }, "The number or name of a GPIO line."),
            Key("key", new TextType(t => TypedKey.Fault(TypedKey.Canonical(t))), (d, v) => d.Key = TypedKey.Canonical(v),
                "A key of any input device, in place of a line."),
            Key("buttons", new ListType<string>(name, 2, MostMembers, $"it must be 2 to {MostMembers} names of buttons"),
                (d, v) => d.Members = v, "The names of the buttons that make up a chord, in place of a line."),
            Key("encoder", new ListType<(int Number, string? Name)>(line, 2, 2, "it must be the two lines of an encoder"),
                (d, v) => d.Encoder = LinesOf(v), "The two lines of a rotary encoder, in place of one line."),
            Key("steps", new ChoiceType(1, 2, 4), (d, v) => d.Steps = v, "The steps of an encoder from one detent to the next.", "4"),
            Key("rows", lines, (d, v) => d.Rows = LinesOf(v), "The lines of the rows of a keypad, in place of one line."),
            Key("columns", lines, (d, v) => d.Columns = LinesOf(v), "The lines of the columns of a keypad."),
            Key("keys", new ListType<IReadOnlyList<string>>(
                    new ListType<string>(key, 1, most, "it must be a row of keys"), 1, most, "it must be rows of keys"),
                (d, v) => d.Keys = v, "The keys of a keypad, row by row."),
            Key("activeLow", ConfigTypes.Flag, (d, v) => d.Line = d.Line with { ActiveLow = v },
                "Whether the line is low while the button is pressed. Default: false; for keypads true."),
            Key("pull", new WordType("auto", "none", "up", "down"), (d, v) => d.Line = d.Line with { Pull = (ButtonPull)v },
                "The chip's resistor at the line.", "\"auto\""),
            Key("event", text, (d, v) => d.Event = v, "The text of an event for the app in front, such as return."),
            Key("driver", new WordType(ButtonConfig.CharDev, ButtonConfig.Libgpiod),
                (d, v) => d.Line = d.Line with { Driver = v == 0 ? ButtonConfig.CharDev : ButtonConfig.Libgpiod },
                "How the lines are read.", "\"chardev\""),
            Key("debounceMs", new IntegerType(0, 1000), (d, v) => d.DebounceMs = v,
                "Pulses shorter than this are ignored, in milliseconds. Default: 5; for keypads 10, for encoders 0."),
            Key("on", new ObjectType<Draft>(() => new Draft(), [.. OnKeys.Select(On)]), (d, v) => v.On.CopyTo(d.On, 0),
                "What the button does."),
            Key("holdMs", new IntegerType(100, 60_000), (d, v) => d.HoldMs = v, "How long a long press is, in milliseconds.", "800"),
            Key("doubleClickMs", new IntegerType(100, 2000), (d, v) => d.DoubleClickMs = v,
                "The time between the two presses of a double click, in milliseconds.", "300"),
            Key("repeatDelayMs", new IntegerType(50, 10_000), (d, v) => d.RepeatDelayMs = v,
                "The time until a held button repeats, in milliseconds.", "500"),
            Key("repeatMs", new IntegerType(20, 10_000), (d, v) => d.RepeatMs = v, "The time between repeats, in milliseconds.", "100"),
            Key("chordMs", new IntegerType(10, 1000), (d, v) => d.ChordMs = v,
                "Within which time the buttons of a chord must be pressed, in milliseconds.", "80"),
            Key("whenBlank", new WordType("wake", "act", "wakeAndAct", "ignore"), (d, v) => d.WhenBlank = (WhenBlank)v,
                "What the button does while the screen is off.", "\"wake\""),
        ];
    }

    private static ConfigKey<Draft> On(string name, int gesture) => new ConfigKey<Draft, IReadOnlyList<ButtonAction>>(
        name, new ActionType(), (d, v) => d.On[gesture] = v, OnDescriptions[gesture]);

    private static IReadOnlyList<GpioLine> LinesOf(IReadOnlyList<(int Number, string? Name)> lines) =>
        [.. lines.Select(l => new GpioLine(l.Number, l.Name))];

    /// <summary>
    /// Finds the faults that need all buttons, LEDs and apps: names, lines, keys and chords that occur twice, and names that do not exist.
    /// Buttons with such a fault are left out.
    /// </summary>
    /// <param name="options">The options that were read.</param>
    /// <param name="leds">The names of the LEDs.</param>
    /// <param name="knowsApps">False if apps have faults, so that not all of their names are known.</param>
    public static void Check(ServeOptions options, IReadOnlyList<string> leds, bool knowsApps)
    {
        HashSet<object> used = [.. options.Leds.Select(l => l.Line).OfType<OutputConfig>()
            .Select(l => (object)(l.ChipLabel ?? (object)l.Chip, new GpioLine(l.Line, l.LineName)))];
        List<ButtonEntry> valid = [];
        foreach (var button in options.Buttons)
        {
            if (AreNew(button, used) && (!knowsApps || AppsExist(button, options.Apps)) && LedsExist(button, leds))
                valid.Add(button);
        }
        options.Buttons = valid;
        var names = valid.Where(b => (b.Line ?? (object?)b.Key) is not null).Select(b => b.Name).OfType<string>().ToHashSet();
        options.Buttons = [.. valid.Where(b => MembersExist(b, names))];
    }

    private static bool AreNew(ButtonEntry button, HashSet<object> used)
    {
        if (button.Name is { } name && !used.Add(name))
            return button.At.Member("name")!.Fault("another button has this name; give it another one");
        if (button.Key is { } key && !used.Add(("key", key)))
            return button.At.Member("key")!.Fault("another button has this key; leave out one of them");
        IEnumerable<(object Chip, GpioLine Line)> lines =
        [
            .. button.Line is { } l ? [OfLine(l)] : Array.Empty<(object, GpioLine)>(),
            .. button.Encoder is { } e ? [OfLine(e.A), OfLine(e.B)] : Array.Empty<(object, GpioLine)>(),
            .. button.Keypad is { } k ? k.Rows.Concat(k.Columns).Select(r => (k.ChipLabel ?? (object)k.Chip, r)) : [],
        ];
        foreach (var (chip, line) in lines)
        {
            if (!used.Add((chip, line)))
                return button.At.Fault($"it must have lines of its own; line {line.Name ?? $"{line.Number}"} is used twice");
        }
        if (button.Members.Count > 0 && !used.Add(string.Join('\n', button.Members.Order(StringComparer.Ordinal).Prepend(""))))
            return button.At.Member("buttons")!.Fault("another chord has the same buttons; leave out one of them");
        return true;

        static (object, GpioLine) OfLine(ButtonConfig c) => (c.ChipLabel ?? (object)c.Chip, new GpioLine(c.Line, c.LineName));
    }

    private static bool AppsExist(ButtonEntry button, IReadOnlyList<AppOptions> apps)
    {
        var isValid = true;
        var names = apps.Select(a => a.Name).ToList();
        foreach (var action in button.On.SelectMany(a => a))
        {
            foreach (var (app, at) in action.Apps)
            {
                if (!names.Exists(n => n.Equals(app, StringComparison.OrdinalIgnoreCase)))
                    isValid = at.Fault($"no app is named \"{LogWriter.Printable(app)}\"; "
                        + (names.Count == 0 ? "it must name one of \"apps\", and there are none"
                        : Suggestion.For(app, names) is { } meant ? $"did you mean \"{meant}\"? it must name one of \"apps\""
                        : $"it must name one of \"apps\": {string.Join(", ", names)}"));
            }
        }
        return isValid;
    }

    private static bool LedsExist(ButtonEntry button, IReadOnlyList<string> leds)
    {
        var isValid = true;
        foreach (var action in button.On.SelectMany(a => a))
        {
            if (action.Led is { } led && !leds.Contains(led))
                isValid = action.At.Fault(LedsConfig.NoLed(led, leds));
        }
        return isValid;
    }

    private static bool MembersExist(ButtonEntry button, HashSet<string> names)
    {
        var isValid = button.Members.Distinct().Count() == button.Members.Count
            || button.At.Member("buttons")!.Fault("it must name different buttons");
        foreach (var item in button.At.Member("buttons")?.Items ?? [])
        {
            if (!names.Contains(item.AsText!))
                isValid = item.Fault((Suggestion.For(item.AsText!, names) is { } meant ? $"did you mean \"{meant}\"? " : "")
                    + "it must be the \"name\" of a button with a \"line\" or a \"key\"");
        }
        return isValid;
    }
}
