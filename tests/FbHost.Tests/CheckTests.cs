using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using FbHost.Options;

namespace FbHost.Tests;

/// <summary>mmm --check finds all faults of a configuration, with the reader of the normal start.</summary>
public sealed class CheckTests : IDisposable
{
    private const string Valid = """
        // an appliance
        {
          "$schema": "appliance.schema.json",
          "path": "/run/mmm",
          "display": { "device": "auto", "rotate": 90, "blankAfter": "00:10:00", "mirror": "x", "cursor": "never", "mode": "640x480@60" },
          "input": {
            "devices": ["auto", "/dev/input/event0"],
            "touch": { "calibration": [1.02, 0, -0.01, 0, 0.98, 0.01], "palm": { "size": 0.3 } },
            "keyboard": { "layout": "de", "repeatRate": 20 },
            "keys": { "host": { "control-alt-r": "restart-app" }, "lock": true },
            "rules": [ { "match": { "id": "05f9:2214" }, "role": "scanner", "range": [0, 9, 0, 9], "grab": true } ]
          },
          "audio": { "device": "alsa:hw:1", "volume": 80, "latencyMs": 10.5, "prefer": ["USB"], "resampler": "low" },
          "buttons": [ { "chip": 0, "line": 17, "activeLow": true, "event": "return", "debounceMs": 5 } ],
          "leds": [ { "name": "ok", "chip": "x", "line": 1, "initial": 30 }, { "name": "lamp", "pwm": { "channel": 2 } } ],
          "help": "Call the caretaker",
          "apps": [
            { "name": "clock", "command": ["/opt/clock", "--12h"] },
            { "name": "panel", "command": ["/opt/panel"], "messages": ["volume", "blank"], "fullScreen": true, "leds": ["ok"],
              "schedule": [ { "from": "08:00", "to": "24:00", "days": "mon-fri,sun" } ] }
          ],
          "front": "panel",
          "messages": ["raise", "fullscreen"],
        }
        """;

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    private (int Code, string[] Lines) Check(string config, params string[] more)
    {
        var file = _temp.Write("mmm.json", config);
        using var mmm = new Child(Programs.Mmm, ["--check", file, .. more]);
        var code = mmm.WaitForEnd();
        Assert.Empty(mmm.Errors);
        return (code, [.. mmm.Output.Select(l => l.Replace(file, "FILE"))]);
    }

    [Fact]
    public void A_valid_configuration_has_no_faults()
    {
        var (code, lines) = Check(Valid, "--for-board");
        Assert.Equal(["FILE: no faults"], lines);
        Assert.Equal(0, code);
    }

    [Fact]
    public void All_faults_are_named_in_the_order_of_their_lines()
    {
        const string config = """
            {
              "front": "z",
              "display": { "rotaet": 90, "rotate": 45,
                "cursor": "nevr" },
              "apps": [ { "command": ["x"] }, { "command": ["/y/x"] },
                { "command": ["q"] } ],
              "messages": ["raise", "rais", 3],
              "messages": [],
              "buttons": [ { "lin": 3 } ]
            }
            """;
        var (code, lines) = Check(config, "--for-board");
        Assert.Equal(1, code);
        Assert.Equal(
        [
            "FILE:2: front is \"z\"; it must name one of \"apps\": x, q",
            "FILE:3: display.rotaet is not a known key; did you mean \"rotate\"? known here: device, mode, format, rotate, others, mirror, "
                + "dither, splash, blankAfter, autoBrightness, schedule, cursor",
            "FILE:3: display.rotate is 45; it must be 0, 90, 180 or 270",
            "FILE:4: display.cursor is \"nevr\"; did you mean \"never\"? it must be \"auto\" or \"never\"",
            "FILE:5: apps[1] is an object; another app is named x already; give it a \"name\" of its own",
            "FILE:7: messages[1] is \"rais\"; did you mean \"raise\"? it must be \"raise\", \"lower\", \"move\", \"fullscreen\", "
                + "\"blank\", \"unblank\", \"volume\", \"send\", \"quit\" or \"calibrate\"",
            "FILE:7: messages[2] is 3; it must be a text: \"…\"",
            "FILE:8: messages occurs twice; leave out one of them",
            "FILE:9: buttons[0].lin is not a known key; did you mean \"line\"? known here: name, chip, line, key, buttons, encoder, steps, "
                + "rows, columns, keys, activeLow, pull, event, driver, debounceMs, on, holdMs, doubleClickMs, repeatDelayMs, repeatMs, "
                + "chordMs, whenBlank",
        ], lines);
    }

    [Fact]
    public void The_normal_start_prints_the_same_faults_and_ends()
    {
        const string config = "{ \"display\": { \"rotate\": 45 },\n \"aps\": [] }";
        var (_, lines) = Check(config);
        using var mmm = new Child(Programs.Mmm, ["--display", "memory:64x48", "--config", _temp["mmm.json"]],
            ("MMM_PATH", _temp["clients"]));
        Assert.Equal(1, mmm.WaitForEnd());
        Assert.Equal(2, lines.Length);
        Assert.Equal(lines, mmm.Errors.Select(l => l.Replace(_temp["mmm.json"], "FILE").Replace("mmm: ", "")));
    }

    [Fact]
    public void Files_programs_and_devices_must_exist_unless_the_check_is_for_a_board()
    {
        var config = $$"""
            {
              "display": { "device": "fbdev:/dev/nonexistent-fb", "splash": "{{_temp["none.png"]}}" },
              "input": { "devices": ["auto", "/dev/input/nonexistent"], "keyboard": { "keymap": "/nonexistent" } },
              "audio": { "click": "/nonexistent.wav", "state": "/nonexistent/volume.json", "device": "wav:/nonexistent/x.wav" },
              "buttons": [ { "chip": 250, "line": 1, "event": "a" } ],
              "apps": [ { "command": ["no-such-program"] }, { "command": ["{{_temp.Write("plain", "")}}"] }, { "command": ["sh"] } ]
            }
            """;
        Assert.Equal(0, Check(config, "--for-board").Code);
        var (code, lines) = Check(config);
        Assert.Equal(1, code);
        string[] starts =
        [
            "FILE:2: display.device is \"fbdev:/dev/nonexistent-fb\"; there is no device", "FILE:2: display.splash is",
            "FILE:3: input.devices[1] is", "FILE:3: input.keyboard.keymap is", "FILE:4: audio.click is", "FILE:4: audio.state is",
            "FILE:4: audio.device is", "FILE:5: buttons[0].chip is 250; there is no device /dev/gpiochip250",
            "FILE:6: apps[0].command[0] is \"no-such-program\"; there is no such program", "FILE:6: apps[1].command[0] is",
        ];
        Assert.Equal(starts.Length, lines.Length);
        Assert.All(starts.Zip(lines), pair => Assert.StartsWith(pair.First, pair.Second));
    }

    [Fact]
    public void Each_word_is_read_as_what_it_names()
    {
        foreach (var role in Enum.GetValues<InputEvdev.DeviceRole>())
        {
            var rule = $$"""{ "match": { "name": "x" }, "role": "{{role.ToString().ToLowerInvariant()}}" }""";
            Assert.Equal(role, Assert.Single(Load($$"""{ "input": { "rules": [ {{rule}} ] } }""").DeviceRules.Rules).Settings.Role);
        }
        foreach (var action in Enum.GetValues<HostAction>())
        {
            var word = Regex.Replace(action.ToString(), "(?<=[a-z])([A-Z])", "-$1").ToLowerInvariant();
            var options = Load($$"""{ "input": { "keys": { "host": { "a": "{{word}}" } } } }""");
            Assert.Equal(action, Assert.Single(options.HostKeys.Keys).Action);
        }
        foreach (var quality in Enum.GetValues<AlsaSink.ResamplerQuality>())
            Assert.Equal(quality, Load($$"""{ "audio": { "resampler": "{{quality.ToString().ToLowerInvariant()}}" } }""").Sound.Quality);
        foreach (var (word, x, y) in new[] { ("none", false, false), ("x", true, false), ("y", false, true), ("xy", true, true) })
        {
            var options = Load($$"""{ "display": { "mirror": "{{word}}" } }""");
            Assert.Equal((x, y), (options.MirrorX, options.MirrorY));
        }
        Assert.Equal(["volume", "quit"], Load("""{ "messages": [ "volume", "quit" ] }""").AllowedMessages);
    }

    private ServeOptions Load(string config) => ConfigFile.Load(_temp.Write("load.json", config));

    [Theory]
    [InlineData("--for-board is used with --check FILE only", "--for-board")]
    [InlineData("--check must be followed by FILE", "--check")]
    [InlineData("--check must be followed by FILE, not by --for-board", "--check", "--for-board", "a.json")]
    public void Options_of_the_check_that_make_no_sense_are_one_line(string part, params string[] arguments)
    {
        using var mmm = new Child(Programs.Mmm, arguments);
        BadInputTests.AssertOneLine(mmm, part);
    }

    [Fact]
    public void A_file_with_very_many_faults_is_checked_soon_and_names_the_first_hundred()
    {
        var keys = string.Join(",\n", Enumerable.Range(0, 40_000).Select(i => $"\"displaz{i}\": [[]]"));
        var (code, lines) = Check($"{{ {keys} }}", "--for-board");
        Assert.Equal(1, code);
        Assert.Equal(101, lines.Length);
        Assert.Equal("FILE: there are more faults", lines[^1]);
    }

    // Any change of a valid file is taken or refused by lines that name a line of the file.
    [Fact]
    public void A_changed_configuration_is_never_a_crash()
    {
        var bytes = Encoding.UTF8.GetBytes(Valid);
        string[] pieces =
            ["\"", "{", "}", "[", "]", ",", ":", "\n", "0", "-1e999", "null", "true", "\"x\"", "\\u0000", "\\ud800", "//", "é"];
        var edit = Gen.Select(Gen.Int[0, bytes.Length], Gen.Int[0, 12],
            Gen.OneOf(Gen.Int[0, pieces.Length - 1].Select(i => pieces[i]), Gen.String[0, 5]));
        edit.Array[1, 4].Sample(edits =>
        {
            var changed = bytes.ToList();
            foreach (var (at, length, text) in edits)
            {
                var from = Math.Min(at, changed.Count);
                changed.RemoveRange(from, Math.Min(length, changed.Count - from));
                changed.InsertRange(from, Encoding.UTF8.GetBytes(text));
            }
            AssertNamesLines([.. changed]);
        }, iter: 3000, threads: 1);
    }

    [Fact]
    public void A_value_in_place_of_another_is_never_a_crash()
    {
        var values = Regex.Matches(Valid, """(?<=: )("[^"]*"|[0-9.]+|true|\[[^\]]*\])""");
        string[] others = ["null", "1", "-1", "1e308", "\"\"", "\"x\"", "[]", "{}", "[{}]", "{\"a\":1}", "true", "[1,\"x\",{}]"];
        Gen.Select(Gen.Int[0, values.Count - 1], Gen.Int[0, others.Length - 1].Select(i => others[i])).Sample((at, other) =>
            AssertNamesLines(Encoding.UTF8.GetBytes(Valid[..values[at].Index] + other + Valid[(values[at].Index + values[at].Length)..])),
            iter: 1000, threads: 1);
    }

    private void AssertNamesLines(byte[] content)
    {
        var file = _temp["changed.json"];
        File.WriteAllBytes(file, content);
        var count = content.Count(b => b == '\n') + 1;
        foreach (var line in ConfigFile.Check(file, checksPlaces: true))
        {
            Assert.DoesNotContain('\n', line);
            var match = Regex.Match(line, $"^{Regex.Escape(file)}:([0-9]+): .");
            Assert.True(match.Success, line);
            Assert.InRange(int.Parse(match.Groups[1].Value), 1, count);
        }
    }
}
