using System.Text.Json;
using FbHost.Options;
using Mmm;

namespace FbHost.Tests;

/// <summary>All keys of a configuration whose value is a text, with texts that nobody means.</summary>
public sealed class TextKeyTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    // The key as lines name it, and the configuration around its value.
    private static readonly (string Key, string Config)[] Keys =
    [
        ("path", "{ \"path\": $ }"),
        ("display.device", "{ \"display\": { \"device\": $ } }"),
        ("display.mode", "{ \"display\": { \"mode\": $ } }"),
        ("display.format", "{ \"display\": { \"format\": $ } }"),
        ("display.others", "{ \"display\": { \"others\": $ } }"),
        ("display.mirror", "{ \"display\": { \"mirror\": $ } }"),
        ("display.blankAfter", "{ \"display\": { \"blankAfter\": $ } }"),
        ("display.cursor", "{ \"display\": { \"cursor\": $ } }"),
        ("display.splash", "{ \"display\": { \"splash\": $ } }"),
        ("input.devices[0]", "{ \"input\": { \"devices\": [ $ ] } }"),
        ("input.keyboard.layout", "{ \"input\": { \"keyboard\": { \"layout\": $ } } }"),
        ("input.keyboard.variant", "{ \"input\": { \"keyboard\": { \"variant\": $ } } }"),
        ("input.keyboard.options", "{ \"input\": { \"keyboard\": { \"options\": $ } } }"),
        ("input.keyboard.model", "{ \"input\": { \"keyboard\": { \"model\": $ } } }"),
        ("input.keyboard.keymap", "{ \"input\": { \"keyboard\": { \"keymap\": $ } } }"),
        ("input.keyboard.compose", "{ \"input\": { \"keyboard\": { \"compose\": $ } } }"),
        ("input.keys.host.power", "{ \"input\": { \"keys\": { \"host\": { \"power\": $ } } } }"),
        ("input.rules[0].match.name", "{ \"input\": { \"rules\": [ { \"match\": { \"name\": $ } } ] } }"),
        ("input.rules[0].match.id", "{ \"input\": { \"rules\": [ { \"match\": { \"id\": $ } } ] } }"),
        ("input.rules[0].match.path", "{ \"input\": { \"rules\": [ { \"match\": { \"path\": $ } } ] } }"),
        ("input.rules[0].role", "{ \"input\": { \"rules\": [ { \"match\": { \"name\": \"x\" }, \"role\": $ } ] } }"),
        ("input.rules[0].layout", "{ \"input\": { \"rules\": [ { \"match\": { \"name\": \"x\" }, \"layout\": $ } ] } }"),
        ("input.rules[0].suffix", "{ \"input\": { \"rules\": [ { \"match\": { \"name\": \"x\" }, \"suffix\": $ } ] } }"),
        ("input.rules[0].keys.btn-0", "{ \"input\": { \"rules\": [ { \"match\": { \"name\": \"x\" }, \"keys\": { \"btn-0\": $ } } ] } }"),
        ("input.rules[0].axes.rel-y[0]",
            "{ \"input\": { \"rules\": [ { \"match\": { \"name\": \"x\" }, \"axes\": { \"rel-y\": [ $, \"a\" ] } } ] } }"),
        ("audio.device", "{ \"audio\": { \"device\": $ } }"),
        ("audio.also[0]", "{ \"audio\": { \"also\": [ $ ] } }"),
        ("audio.prefer[0]", "{ \"audio\": { \"prefer\": [ $ ] } }"),
        ("audio.cardControl", "{ \"audio\": { \"cardControl\": $ } }"),
        ("audio.resampler", "{ \"audio\": { \"resampler\": $ } }"),
        ("audio.click", "{ \"audio\": { \"click\": $ } }"),
        ("audio.state", "{ \"audio\": { \"state\": $ } }"),
        ("buttons[0].event", "{ \"buttons\": [ { \"line\": 1, \"event\": $ } ] }"),
        ("buttons[0].driver", "{ \"buttons\": [ { \"line\": 1, \"event\": \"x\", \"driver\": $ } ] }"),
        ("buttons[0].pull", "{ \"buttons\": [ { \"line\": 1, \"event\": \"x\", \"pull\": $ } ] }"),
        ("buttons[0].name", "{ \"buttons\": [ { \"line\": 1, \"event\": \"x\", \"name\": $ } ] }"),
        ("buttons[0].key", "{ \"buttons\": [ { \"key\": $, \"event\": \"x\" } ] }"),
        ("buttons[0].buttons[0]", "{ \"buttons\": [ { \"buttons\": [ $, \"b\" ], \"event\": \"x\" } ] }"),
        ("buttons[0].encoder[1]", "{ \"buttons\": [ { \"encoder\": [ 1, $ ], \"on\": { \"left\": \"key a\" } } ] }"),
        ("buttons[0].rows[0]", "{ \"buttons\": [ { \"rows\": [ $ ], \"columns\": [ 1 ], \"keys\": [ [ \"a\" ] ] } ] }"),
        ("buttons[0].whenBlank", "{ \"buttons\": [ { \"line\": 1, \"event\": \"x\", \"whenBlank\": $ } ] }"),
        ("buttons[0].on.press", "{ \"buttons\": [ { \"line\": 1, \"on\": { \"press\": $ } } ] }"),
        ("buttons[0].on.click.app", "{ \"buttons\": [ { \"line\": 1, \"on\": { \"click\": { \"app\": $, \"do\": \"key a\" } } } ] }"),
        ("input.powerKey", "{ \"input\": { \"powerKey\": $ } }"),
        ("apps[0].name", "{ \"apps\": [ { \"name\": $, \"command\": [ \"x\" ] } ] }"),
        ("apps[0].command[0]", "{ \"apps\": [ { \"command\": [ $ ] } ] }"),
        ("apps[0].messages[0]", "{ \"apps\": [ { \"command\": [ \"x\" ], \"messages\": [ $ ] } ] }"),
        ("apps[0].audio", "{ \"apps\": [ { \"command\": [ \"x\" ], \"audio\": $ } ] }"),
        ("apps[0].place", "{ \"apps\": [ { \"command\": [ \"x\" ], \"place\": $ } ] }"),
        ("apps[0].keyNames", "{ \"apps\": [ { \"command\": [ \"x\" ], \"keyNames\": $ } ] }"),
        ("apps[0].workingDirectory", "{ \"apps\": [ { \"command\": [ \"x\" ], \"workingDirectory\": $ } ] }"),
        ("apps[0].user", "{ \"apps\": [ { \"command\": [ \"x\" ], \"user\": $ } ] }"),
        ("apps[0].group", "{ \"apps\": [ { \"command\": [ \"x\" ], \"group\": $ } ] }"),
        ("apps[0].startWhen", "{ \"apps\": [ { \"command\": [ \"x\" ], \"startWhen\": $ } ] }"),
        ("apps[0].restart", "{ \"apps\": [ { \"command\": [ \"x\" ], \"restart\": $ } ] }"),
        ("apps[0].sandbox", "{ \"apps\": [ { \"command\": [ \"x\" ], \"sandbox\": $ } ] }"),
        ("apps[0].binds[0]", "{ \"apps\": [ { \"command\": [ \"x\" ], \"binds\": [ $ ] } ] }"),
        ("apps[0].devices[0]", "{ \"apps\": [ { \"command\": [ \"x\" ], \"devices\": [ $ ] } ] }"),
        ("apps[0].leds[0]", "{ \"apps\": [ { \"command\": [ \"x\" ], \"leds\": [ $ ] } ] }"),
        ("watchdog.device", "{ \"watchdog\": { \"device\": $ } }"),
        ("leds[0].name", "{ \"leds\": [ { \"name\": $, \"line\": 1 } ] }"),
        ("leds[0].led", "{ \"leds\": [ { \"name\": \"ok\", \"led\": $ } ] }"),
        ("leds[0].initial", "{ \"leds\": [ { \"name\": \"ok\", \"line\": 1, \"initial\": $ } ] }"),
        ("display.schedule[0].from", "{ \"display\": { \"schedule\": [ { \"from\": $, \"to\": \"09:00\", \"screen\": \"off\" } ] } }"),
        ("display.schedule[0].to", "{ \"display\": { \"schedule\": [ { \"from\": \"08:00\", \"to\": $, \"screen\": \"off\" } ] } }"),
        ("display.schedule[0].screen", "{ \"display\": { \"schedule\": [ { \"from\": \"08:00\", \"to\": \"09:00\", \"screen\": $ } ] } }"),
        ("display.schedule[0].days",
            "{ \"display\": { \"schedule\": [ { \"from\": \"08:00\", \"to\": \"09:00\", \"screen\": \"off\", \"days\": $ } ] } }"),
        ("focus", "{ \"focus\": $ }"),
        ("front", "{ \"apps\": [ { \"command\": [ \"x\" ] } ], \"front\": $ }"),
        ("messages[0]", "{ \"messages\": [ $ ] }"),
    ];

    private static readonly (string Key, string Config)[] FreeTexts = // which may be empty
    [
        ("help", "{ \"help\": $ }"),
        ("$schema", "{ \"\\u0024schema\": $ }"), // the escape is not the place of the value
        ("buttons[0].keys[0][0]", "{ \"buttons\": [ { \"rows\": [ 1 ], \"columns\": [ 2 ], \"keys\": [ [ $ ] ] } ] }"),
        ("apps[0].environment.A", "{ \"apps\": [ { \"command\": [ \"x\" ], \"environment\": { \"A\": $ } } ] }"),
        ("apps[0].command[1]", "{ \"apps\": [ { \"command\": [ \"x\", $ ] } ] }"),
    ];

    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var (key, config) in Keys.Concat(FreeTexts))
            cases.Add(key, config);
        return cases;
    }

    // Null: the configuration is taken.
    private string? Line(string config, string json)
    {
        var file = _temp.Write("mmm.json", "\n" + config.Replace("$", json));
        try
        {
            ConfigFile.Load(file);
            return null;
        }
        catch (MmmException e)
        {
            Assert.StartsWith($"{file}:2: ", e.Message);
            return e.Message[$"{file}:2: ".Length..];
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_text_that_nobody_means_is_refused_by_one_line_that_names_its_key(string key, string config)
    {
        var isFree = FreeTexts.Any(k => k.Key == key);
        if (isFree)
            Assert.Null(Line(config, "\"\""));
        foreach (var json in (string[])["\"a\\u0000b\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00x\"",
            $"\"{new string('x', 100_000)}\"", .. isFree ? [] : new[] { "\"\"" }])
        {
            var line = Line(config, json);
            Assert.True(line is not null, $"{key} takes {json[..Math.Min(json.Length, 20)]}");
            Assert.StartsWith($"{key} is ", line);
            Assert.Contains(json.Contains("\\ud") ? "not valid Unicode; write " : "; it must ", line);
            Assert.InRange(line.Length, 0, 500);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_text_of_any_other_kind_is_taken_or_refused_by_one_line_that_names_its_key(string key, string config)
    {
        foreach (var text in (string[])["/", "/dev/zero", "\n", "\u001b[2J", "\U0001F600", " ", "..", "%s%n", new string('y', 300), "-1"])
            Assert.StartsWith($"{key} is ", Line(config, JsonSerializer.Serialize(text)) ?? $"{key} is taken");
    }

    [Fact]
    public void These_are_all_the_keys_that_the_documentation_has()
    {
        // The last words of the keys in the tables of docs/configuration.md whose values are no numbers and flags, objects
        // and lists of them.
        string[] others =
        [
            "rotate", "dither", "lock", "touch", "acceleration", "rules", "latencyMs", "priority", "volume", "cardBoost", "limiter",
            "clickVolume", "chip", "line", "activeLow", "debounceMs", "fullScreen", "repeatDelayMs", "repeatRate", "numLock", "ignore",
            "grab", "range", "swapXY", "invertX", "invertY", "calibration", "jitter", "minPressMs", "palm", "edge", "keyboard",
            "host", "duplicateMs", "timeoutMs", "minReleaseMs", "median", "variance", "autoBrightness",
            "keepRunning", "answerWithin", "firstFrameWithin", "maxFrameInterval", "network", "limits", "memoryMb", "processes",
            "cpuWeight", "files", "fileMb", "seconds", "schedule", "channel", "periodUs", "brightness",
            "buttons", "steps", "columns", "holdMs", "doubleClickMs", "repeatMs", "chordMs", "on",
            // Gestures, and actions.
            "release", "doubleClick", "longPress", "repeat", "left", "right",
            "key NAME", "event TEXT", "send APP TEXT", "mmmctl COMMAND …", "run PROGRAM …",
        ];
        var documented = File.ReadLines(Path.Combine(Repository.Root, "docs/configuration.md"))
            .Where(l => l.StartsWith("| `", StringComparison.Ordinal) && !l.StartsWith("| `-", StringComparison.Ordinal))
            .SelectMany(l => l.Split('|')[1].Split(',')).Select(k => k.Trim(' ', '`').Split('.')[^1]);
        var known = Keys.Concat(FreeTexts).SelectMany(k => k.Key.Split('.')).Select(w => w.Split('[')[0]);
        Assert.Empty(documented.Except(others).Except(known));
    }

    [Theory]
    [InlineData("--config")]
    [InlineData("--display")]
    [InlineData("--rotate")]
    [InlineData("--input")]
    [InlineData("--audio")]
    [InlineData("--path")]
    [InlineData("-p")]
    public void An_option_that_is_empty_is_named(string option)
    {
        using var mmm = new Child(Programs.Mmm, [option, ""]);
        BadInputTests.AssertOneLine(mmm, $"{option} is empty; it must be ");
    }
}
