using FbHost.Options;
using GpioButtons;
using GpioButtons.Gestures;
using InputEvdev;

namespace FbHost.Tests;

/// <summary>The objects of "buttons", and which of them are refused.</summary>
public sealed class ButtonsConfigTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    private string Write(string buttons) =>
        _temp.Write("a.json", $$"""
            { "apps": [ { "name": "clock", "command": ["/bin/true"] } ], "leds": [ { "name": "ok", "line": 17 } ],
              "buttons": [ {{buttons}} ] }
            """);

    private ServeOptions Load(string buttons) => ConfigFile.Load(Write(buttons));

    private string Fault(string buttons, bool checksPlaces = false)
    {
        var file = Write(buttons);
        var fault = Assert.Single(ConfigFile.Check(file, checksPlaces));
        return fault[(fault.IndexOf(": ", StringComparison.Ordinal) + 2)..];
    }

    [Fact]
    public void An_old_button_is_read_as_before()
    {
        var button = Assert.Single(Load("""{ "chip": 2, "line": 17, "activeLow": true, "pull": "none", "event": "return" }""").Buttons);
        Assert.Equal(new ButtonConfig(2, 17, ActiveLow: true, "return") { Pull = ButtonPull.None }, button.Line);
        Assert.Equal(("return", "return", null), (button.Event, button.Label, button.WhenBlank));
        Assert.All(button.On, Assert.Empty);
        Assert.Equal((0, 0, 0), (button.Rules.HoldNs, button.Rules.DoubleClickNs, button.Rules.RepeatNs));
    }

    [Fact]
    public void Everything_that_can_be_written_is_read()
    {
        var buttons = Load("""
            { "name": "a", "line": "GPIO4", "on": { "click": ["key f5", "mmmctl volume up"], "longPress": "mmmctl power-off",
              "doubleClick": { "app": "Clock", "do": ["event message hi", "send clock good  morning"] } }, "holdMs": 3000 },
            { "name": "b", "key": "f6", "on": { "press": "run sh -c 'exit 3' \"\"" }, "whenBlank": "act" },
            { "buttons": ["a", "b"], "on": { "press": "mmmctl next" }, "chordMs": 50 },
            { "encoder": [1, "B"], "steps": 2, "on": { "left": "key left", "right": "key right" } },
            { "name": "pad", "chip": "x", "rows": [2, 3], "columns": [4, 5], "keys": [["1", "2"], ["", "message x"]] }
            """).Buttons;
        Assert.Equal(5, buttons.Count);
        var actions = buttons.SelectMany(b => b.On).SelectMany(a => a).Select(a => $"{a.OnlyApp}/{a.Kind}:{string.Join('|', a.Words)}");
        Assert.Equal(["/Key:F5", "/Control:volume|up", "Clock/Event:message hi", "Clock/Send:clock|good  morning", "/Control:power-off",
            "/Run:sh|-c|exit 3|", "/Control:next", "/Key:left", "/Key:right"], actions);
        Assert.Equal((3_000_000_000, 300_000_000), (buttons[0].Rules.HoldNs, buttons[0].Rules.DoubleClickNs));
        Assert.Equal(("F6", WhenBlank.Act), (buttons[1].Key, buttons[1].WhenBlank));
        Assert.Equal((50_000_000, "a + b"), (buttons[2].Rules.WindowNs, buttons[2].Label));
        var (a, b, steps) = buttons[3].Encoder!.Value;
        Assert.Equal((1, 0, "B", 2), (a.Line, a.DebounceMs, b.LineName, steps));
        Assert.Null(buttons[4].Keypad!.Validate());
        Assert.True(buttons[4].Keypad!.ActiveLow);
    }

    [Theory]
    [InlineData("""{ "line": 1, "on": { "press": "volume up" } }""",
        "buttons[0].on.press is \"volume up\"; did you mean \"mmmctl volume up\"? it must be \"key NAME\", ")]
    [InlineData("""{ "line": 1, "on": { "press": "mmmctl pwoer-off" } }""", "did you mean \"mmmctl power-off\"? it must be a command")]
    [InlineData("""{ "line": 1, "on": { "press": "mmmctl clients" } }""", "it must be a command that does something: next, ")]
    [InlineData("""{ "line": 1, "on": { "press": "mmmctl volume 101" } }""", "it must be \"mmmctl volume [CLIENT] up|down|0..100\"")]
    [InlineData("""{ "line": 1, "on": { "press": "key volume-upp" } }""", "did you mean \"volume-up\"? it must be a key: ")]
    [InlineData("""{ "line": 1, "on": { "press": "run 'x" } }""", "it must have a closing quote")]
    [InlineData("""{ "line": 1, "on": { "press": "send clok hi" } }""", "no app is named \"clok\"; did you mean \"clock\"?")]
    [InlineData("""{ "line": 1, "on": { "press": "mmmctl restart x" } }""", "no app is named \"x\"; it must name one of \"apps\": clock")]
    [InlineData("""{ "line": 1, "on": { "press": { "app": "clok", "do": "key a" } } }""",
        "buttons[0].on.press.app is \"clok\"; no app is named \"clok\"; did you mean \"clock\"?")]
    [InlineData("""{ "line": 1, "on": { "pres": "key a" } }""", "did you mean \"press\"?")]
    [InlineData("""{ "line": 1, "key": "F5", "event": "x" }""", "it must have only one of \"line\", ")]
    [InlineData("""{ "event": "x" }""", "it must have a \"line\", \"key\", \"buttons\", \"encoder\" or \"rows\"")]
    [InlineData("""{ "line": 1 }""", "it must have an \"event\" or an \"on\"")]
    [InlineData("""{ "line": 1, "on": { "left": "key a" } }""", "it must not have \"left\", which only encoders have")]
    [InlineData("""{ "key": "F5", "event": "x", "pull": "up" }""", "it must not have \"pull\" with \"key\"")]
    [InlineData("""{ "line": 1, "event": "x", "holdMs": 500 }""", "without it, \"holdMs\" has no effect")]
    [InlineData("""{ "line": 1, "event": "x" }, { "line": 1, "event": "y" }""",
        "buttons[1] is an object; it must have lines of its own; line 1")]
    [InlineData("""{ "encoder": ["A", "A"], "on": { "left": "key a" } }""", "line A is used twice")]
    [InlineData("""{ "key": "f5", "event": "x" }, { "key": "F5", "event": "y" }""",
        "buttons[1].key is \"F5\"; another button has this key")]
    [InlineData("""{ "name": "lamp", "line": 1, "event": "x" }, { "buttons": ["lamp", "lmap"], "event": "y" }""",
        "buttons[1].buttons[1] is \"lmap\"; did you mean \"lamp\"? it must be the \"name\" of a button")]
    [InlineData("""{ "line": 17, "event": "x" }""", "it must have lines of its own; line 17 is used twice")] // the LED has it
    [InlineData("""{ "line": 1, "on": { "press": "mmmctl led okk on" } }""", "is \"mmmctl led okk on\"; did you mean \"ok\"?")]
    [InlineData("""
        { "name": "a", "line": 1, "event": "x" }, { "name": "b", "line": 2, "event": "x" }, { "buttons": ["a", "b"], "event": "y" },
        { "buttons": ["b", "a"], "event": "z" }
        """, "another chord has the same buttons; leave out one of them")]
    [InlineData("""{ "rows": [1, 2], "columns": [3], "keys": [["a", "b"]] }""",
        "it must have 2 lists of 1 keys, as it has 2 rows and 1 columns")]
    public void A_wrong_button_is_one_clear_fault(string buttons, string fault) => Assert.Contains(fault, Fault(buttons));

    // A slot of the ring has 127 bytes, of which "message " and "key-release " take some.
    [Fact]
    public void An_event_that_would_be_cut_is_refused_by_its_bytes()
    {
        foreach (var action in new[] { "event ", "send clock " })
        {
            Load($$"""{ "line": 1, "on": { "press": "{{action}}{{new string('a', 119)}}" } }""");
            Assert.Contains(" of 1 to 119 bytes", Fault($$"""{ "line": 1, "on": { "press": "{{action}}{{new string('ä', 60)}}" } }"""));
        }
        Assert.Contains(" of 1 to 119 bytes", Fault($$"""{ "line": 1, "event": "{{new string('ä', 60)}}" }"""));
    }

    [Fact]
    public void A_program_must_exist_on_this_machine_and_not_on_another()
    {
        const string button = """{ "key": "F5", "on": { "press": "run /no/such/program" } }""";
        Assert.EndsWith("there is no such program; name one that can be run", Fault(button, checksPlaces: true));
        Assert.Single(Load(button).Buttons);
    }

    [Fact]
    public void Buttons_with_a_fault_are_left_out_and_so_are_chords_of_them()
    {
        var file = _temp.Write("a.json", """
            { "buttons": [ { "name": "a", "line": 1, "on": { "press": "nonsense" } }, { "name": "b", "line": 2, "event": "b" },
              { "buttons": ["a", "b"], "event": "x" } ] }
            """);
        Assert.Equal("b", Assert.Single(ConfigFile.Read(file, out _).Buttons).Label);
    }

    // A command that does something must be an action; the others only answer.
    [Fact]
    public void Every_command_of_mmmctl_is_an_action_or_only_answers()
    {
        using var help = new Child(Programs.Mmmctl, ["--help"]);
        help.WaitForEnd();
        var commands = help.Output.SkipWhile(l => l != "Commands:").Skip(1).TakeWhile(l => l.Length > 0)
            .Where(l => l.Length > 2 && l[2] != ' ').Select(l => l.Trim().Split(' ')[0]).ToList();
        Assert.Contains("reboot", commands);
        string[] answers = ["audio", "clients", "device", "health", "logs", "metrics", "view-password", "watch"];
        Assert.Equal(answers, commands.Except(ControlVerbs.Names).Order());
        Assert.Empty(ControlVerbs.Names.Except(commands));
    }
}
