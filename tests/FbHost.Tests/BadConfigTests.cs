namespace FbHost.Tests;

/// <summary>Configurations that cannot be: one line with file, line and key.</summary>
public class BadConfigTests
{
    private static void AssertRefused(string config, params string[] parts)
    {
        using var temp = new TempDirectory();
        var file = temp.Write("mmm.json", config);
        using var mmm = new Child(Programs.Mmm,
            ["--display", "memory:64x48", "--input", "none", "--audio", "none", "--config", file], ("MMM_PATH", temp["clients"]));
        BadInputTests.AssertOneLine(mmm, [.. parts.Select(p => p.Replace("$FILE", file))]);
    }

    [Theory]
    [InlineData("{\n  // a comment\n  \"colour\": 1\n}", "$FILE:3: colour is not a known key; known here: path, display, input")]
    [InlineData("{ \"display\": { \"rotat\": 90 } }", "$FILE:1: display.rotat is not a known key")]
    [InlineData("{ \"apps\": [\n{ \"command\": [ \"x\" ], \"nam\": 1 } ] }", "$FILE:2: apps[0].nam is not a known key")]
    [InlineData("{ \"apps\": [ { \"command\": [ \"x\" ], \"devices\": [ \"/dev/../etc/passwd\" ] } ] }",
        "$FILE:1: apps[0].devices[0] is \"/dev/../etc/passwd\"; it must be a path in /dev")]
    [InlineData("{ \"apps\": [ { \"command\": [ \"x\" ], \"devices\": [ \"/dev/\" ] } ] }",
        "$FILE:1: apps[0].devices[0] is \"/dev/\"; it must be a path in /dev")]
    public void An_unknown_key_is_named_with_its_line(string config, string part) => AssertRefused(config, part);

    [Theory]
    [InlineData("{\n\n  \"path\": \n}", "$FILE:4: not valid JSON at column ")]
    [InlineData("{ \"path\": \"x\"", "$FILE:1: not valid JSON at column 14: the file ends too early, a } or ] is missing")]
    [InlineData("{\n \"help\": \"x\"\n \"front\": \"a\" }",
        "$FILE:3: not valid JSON at column 2: a comma or a colon is missing before this")]
    [InlineData("{\n \"apps\": [ ]\n \"front\": \"a\" }", "$FILE:3: not valid JSON at column 2: a comma is missing before this")]
    [InlineData("{ help: \"x\" }", "$FILE:1: not valid JSON at column 3: a key in double quotes is missing")]
    [InlineData("{ \"help\": }", "$FILE:1: not valid JSON at column 11: a value is missing")]
    [InlineData("{ \"help\": yes }",
        "$FILE:1: not valid JSON at column 11: it must be a text in double quotes, a number, true, false, [ or {")]
    [InlineData("{ \"help\": \"x\",, }", "$FILE:1: not valid JSON at column 15: there is a comma too many")]
    [InlineData("{ \"apps\": [ 1 } }", "$FILE:1: not valid JSON at column 15: another bracket must be closed first")]
    [InlineData("", "$FILE:1: not valid JSON at column ")]
    [InlineData("not json", "$FILE:1: not valid JSON at column ")]
    [InlineData("{ \"path\": \"\u0001\" }", "$FILE:1: not valid JSON at column ")]
    [InlineData("{} {}", "$FILE")]
    [InlineData("{ \"path\": \"\\ud800\" }", "$FILE:1")]
    public void Broken_JSON_is_named_with_its_line(string config, string part) => AssertRefused(config, part);

    [Theory]
    [InlineData("[]", "a configuration must be an object")]
    [InlineData("3", "a configuration must be an object")]
    [InlineData("null", "a configuration must be an object")]
    [InlineData("{ \"path\": 3 }", "path is 3; it must be a text")]
    [InlineData("{ \"path\": \"a\",\n\"path\": \"b\" }", "$FILE:2: path occurs twice")]
    [InlineData("{ \"display\": \"auto\" }", "display is \"auto\"; it must be an object")]
    [InlineData("{ \"display\": { \"device\": \"memory:0x0\" } }", "display.device is \"memory:0x0\"; width and height must be 1 to 16384")]
    [InlineData("{ \"display\": {\n\"format\": \"rgb656\" } }",
        "$FILE:2: display.format is \"rgb656\"; did you mean \"rgb565\"? it must be \"auto\", \"xrgb8888\", ")]
    [InlineData("{ \"input\": { \"devices\": \"none\" } }", "input.devices is \"none\"; it must be a list")]
    [InlineData("{ \"input\": { \"devices\": [] } }", "input.devices is a list; it must name")]
    [InlineData("{ \"input\": { \"touch\": {\n\"calibration\": [1, 0, 0, 2, 0, 0] } } }",
        "$FILE:2: input.touch.calibration is a list; the matrix is singular")]
    [InlineData("{ \"input\": { \"touch\": { \"calibration\": [1, 0, 0] } } }",
        "input.touch.calibration is a list; it must be six numbers")]
    [InlineData("{ \"input\": { \"touch\": { \"calibration\": [1, 0, 0, 0, 1, \"x\"] } } }",
        "input.touch.calibration[5] is \"x\"; it must be a number")]
    [InlineData("{ \"input\": { \"touch\": { \"jitter\": 2 } } }", "input.touch.jitter is 2; it must be a number from 0 to 0.1")]
    [InlineData("{ \"input\": { \"touch\": { \"palm\": { \"size\": 0 } } } }",
        "input.touch.palm.size is 0; it must be a number from 0.01 to 1")]
    [InlineData("{ \"input\": { \"mouse\": { \"acceleration\": -1 } } }",
        "input.mouse.acceleration is -1; it must be a number from 0 to 4")]
    [InlineData("{ \"input\": { \"rules\": [ { \"ignore\": true } ] } }", "input.rules[0] is an object; it must have a \"match\"")]
    [InlineData("{ \"input\": { \"rules\": [ { \"match\": {} } ] } }",
        "input.rules[0].match is an object; it must have a \"name\", \"id\" or \"path\"")]
    [InlineData("{ \"input\": { \"rules\": [ { \"match\": { \"id\": \"eef\" } } ] } }",
        "input.rules[0].match.id is \"eef\"; it must be vendor:product")]
    [InlineData("{ \"input\": { \"rules\": [ { \"match\": { \"name\": \"x\" },\n\"range\": [0, 0, 0, 9] } ] } }",
        "$FILE:2: input.rules[0].range is a list; xMin 0 must be less than xMax 0")]
    [InlineData("{ \"input\": { \"rules\": [ { \"match\": { \"name\": \"x\" }, \"role\": \"pen\" } ] } }",
        "input.rules[0].role is \"pen\"; it must be \"auto\"")]
    [InlineData("{ \"input\": { \"rules\": [ { \"match\": { \"name\": \"x\" }, \"rotate\": 45 } ] } }",
        "input.rules[0].rotate is 45; it must be 0, 90, 180 or 270")]
    [InlineData("{ \"input\": { \"keyboard\": {\n\"layuot\": \"de\" } } }",
        "$FILE:2: input.keyboard.layuot is not a known key; did you mean \"layout\"? known here: layout, variant")]
    [InlineData("{ \"input\": { \"keyboard\": { \"layout\": \"de qwerty\" } } }",
        "input.keyboard.layout is \"de qwerty\"; it must be names as xkb has them")]
    [InlineData("{ \"input\": { \"keyboard\": { \"layout\": \"\" } } }", "input.keyboard.layout is \"\"; it must be names")]
    [InlineData("{ \"input\": { \"keyboard\": { \"keymap\": \"map\" } } }",
        "input.keyboard.keymap is \"map\"; it must be the full path of a file")]
    [InlineData("{ \"input\": { \"keyboard\": { \"keymap\": \"/map\", \"layout\": \"de\" } } }",
        "\"keymap\" is a whole keymap; leave out layout")]
    [InlineData("{ \"input\": { \"keyboard\": { \"repeatRate\": 101 } } }",
        "input.keyboard.repeatRate is 101; it must be a whole number from 0 to 100")]
    [InlineData("{ \"input\": { \"keyboard\": { \"repeatDelayMs\": 49 } } }",
        "input.keyboard.repeatDelayMs is 49; it must be a whole number from 50 to 10000")]
    [InlineData("{ \"input\": { \"keys\": { \"host\": { \"power\": \"explode\" } } } }",
        "input.keys.host.power is \"explode\"; it must be \"quit\", \"blank\"")]
    [InlineData("{ \"input\": { \"keys\": { \"host\": { \"alt-control-q\": \"quit\" } } } }",
        "\"alt-control-q\" is not a key; it must be a name of docs/keys.md or one character")]
    [InlineData("{ \"input\": { \"keys\": { \"host\": { \"\": \"quit\" } } } }", "\"\" is not a key")]
    [InlineData("{ \"input\": { \"keys\": { \"host\": [] } } }", "input.keys.host is a list; it must be an object")]
    [InlineData("{ \"audio\": { \"device\": \"loud\" } }",
        "audio.device is \"loud\"; it must be auto, none, alsa:NAME, alsa:card=NAME or wav:FILE")]
    [InlineData("{ \"audio\": { \"latencyMs\": 2 } }", "audio.latencyMs is 2; it must be a number from 2.67 to 500")]
    [InlineData("{ \"audio\": { \"latencyMs\": \"20\" } }", "audio.latencyMs is \"20\"; it must be a number from 2.67 to 500")]
    [InlineData("{ \"audio\": { \"priority\": 100 } }", "audio.priority is 100; it must be a whole number from 0 to 99")]
    [InlineData("{ \"audio\": { \"prefer\": \"USB\" } }", "audio.prefer is \"USB\"; it must be a list")]
    [InlineData("{ \"messages\": [ \"raise\", \"explode\" ] }", "messages[1] is \"explode\"; it must be \"raise\"")]
    [InlineData("{ \"buttons\": [ { \"chip\": 0, \"event\": \"a\" } ] }", "buttons[0] is an object; it must have a \"line\"")]
    [InlineData("{ \"buttons\": [ { \"line\": 1.5, \"event\": \"a\" } ] }",
        "buttons[0].line is 1.5; it must be a whole number from 0 to 1023")]
    [InlineData("{ \"buttons\": [ { \"line\": 99999, \"event\": \"a\" } ] }", "buttons[0].line is 99999")]
    [InlineData("{ \"buttons\": [ { \"line\": null, \"event\": \"a\" } ] }",
        "buttons[0].line is null; it must be a whole number, or a name, as in \"GPIO17\"")]
    [InlineData("{ \"buttons\": [ { \"chip\": \"\", \"line\": 1, \"event\": \"a\" } ] }",
        "buttons[0].chip is \"\"; it must name a GPIO chip")]
    [InlineData("{ \"buttons\": [ { \"line\": 1 } ] }", "it must have an \"event\"")]
    [InlineData("{ \"buttons\": [ { \"line\": 1, \"activeLow\": 1, \"event\": \"a\" } ] }",
        "buttons[0].activeLow is 1; it must be true or false")]
    [InlineData("{ \"leds\": [ { \"led\": \"ACT\" } ] }", "leds[0] is an object; it must have a \"name\"")]
    [InlineData("{ \"leds\": [ { \"name\": \"ok\" } ] }", "leds[0] is an object; it must have one of \"line\", \"led\" and \"pwm\"")]
    [InlineData("{ \"leds\": [ { \"name\": \"ok\", \"line\": 1, \"led\": \"ACT\" } ] }",
        "it must have one of \"line\", \"led\" and \"pwm\"")]
    [InlineData("{ \"leds\": [ { \"name\": \"ok\", \"chip\": 1, \"led\": \"ACT\" } ] }", "\"chip\" is for a \"line\" only")]
    [InlineData("{ \"leds\": [ { \"name\": \"ok\", \"led\": \"ACT\", \"activeLow\": true } ] }", "\"activeLow\" is not for an LED")]
    [InlineData("{ \"leds\": [ { \"name\": \"o k\", \"line\": 1 } ] }", "leds[0].name is \"o k\"; it must be one word of letters, digits")]
    [InlineData("{ \"leds\": [ { \"name\": \"ok\", \"led\": \"../x\" } ] }", "leds[0].led is \"../x\"; it must name a folder")]
    [InlineData("{ \"leds\": [ { \"name\": \"ok\", \"pwm\": {} } ] }", "leds[0].pwm is an object; it must have a \"channel\"")]
    [InlineData("{ \"leds\": [ { \"name\": \"ok\", \"pwm\": { \"channel\": 1, \"periodUs\": 9 } } ] }",
        "leds[0].pwm.periodUs is 9; it must be a whole number from 10 to 1000000")]
    [InlineData("{ \"leds\": [ { \"name\": \"ok\", \"line\": 1, \"initial\": \"blink\" } ] }",
        "leds[0].initial is \"blink\"; it must be \"off\", \"on\" or a whole number from 0 to 100")]
    [InlineData("{ \"leds\": [ { \"name\": \"ok\", \"line\": 1, \"initial\": 101 } ] }",
        "leds[0].initial is 101; it must be a whole number from 0 to 100")]
    [InlineData("{ \"leds\": [ { \"name\": \"ok\", \"line\": 1 },\n{ \"name\": \"ok\", \"line\": 2 } ] }",
        "$FILE:2: leds[1] is an object; another LED is named ok already; give it a \"name\" of its own")]
    [InlineData("{ \"leds\": [ "
        + "{ \"name\": \"a\", \"chip\": \"x\", \"line\": \"L1\" },\n{ \"name\": \"b\", \"chip\": \"x\", \"line\": \"L1\" } ] }",
        "$FILE:2: leds[1] is an object; another entry uses line L1 of x already; leave out one of them")]
    [InlineData("{ \"apps\": [ { \"command\": [\"x\"], \"leds\": [\"ok\"] } ] }",
        "apps[0].leds[0] is \"ok\"; it must name one of \"leds\", and there are none")]
    [InlineData("{ \"leds\": [ { \"name\": \"okay\", \"line\": 1 } ],\n\"apps\": [ { \"command\": [\"x\"], \"leds\": [\"oka\"] } ] }",
        "$FILE:2: apps[0].leds[0] is \"oka\"; did you mean \"okay\"?")]
    [InlineData("{ \"display\": { \"schedule\": [ { \"from\": \"22:00\", \"to\": \"06:00\" } ] } }",
        "display.schedule[0] is an object; it must have a \"screen\" or a \"brightness\"")]
    [InlineData("{ \"display\": { \"schedule\": [ { \"from\": \"24:00\", \"to\": \"06:00\", \"screen\": \"off\" } ] } }",
        "display.schedule[0].from is \"24:00\"; it must be a time as in \"06:30\" or \"06:30:15\"")]
    [InlineData("{ \"display\": { \"schedule\": [ { \"from\": \"8\", \"to\": \"06:00\", \"screen\": \"off\" } ] } }",
        "display.schedule[0].from is \"8\"; it must be a time")]
    [InlineData("{ \"display\": { \"schedule\": [ { \"from\": \"08:00\", \"screen\": \"off\" } ] } }", "it must have a \"to\"")]
    [InlineData("{ \"apps\": [ { \"command\": [\"x\"], \"schedule\": [ { \"from\": \"08:00\", \"to\": \"09:00\","
        + " \"days\": \"mon-tues\" } ] } ] }",
        "apps[0].schedule[0].days is \"mon-tues\"; it must be days, as in \"mon-fri\" or \"mon,wed,sat-sun\"")]
    [InlineData("{ \"apps\": [ { \"command\": [\"x\"], \"schedule\": [ { \"from\": \"08:00\", \"to\": \"09:00\","
        + " \"screen\": \"off\" } ] } ] }",
        "apps[0].schedule[0].screen is not a known key")]
    [InlineData("{ \"apps\": [ { \"name\": \"x\" } ] }", "apps[0] is an object; it must have a \"command\"")]
    [InlineData("{ \"apps\": [ { \"command\": \"x\" } ] }", "apps[0].command is \"x\"; it must be a list")]
    [InlineData("{ \"apps\": [ { \"command\": [] } ] }", "apps[0].command is a list; it must be a list: [")]
    [InlineData("{ \"apps\": [ { \"command\": [\"x\"] }, { \"command\": [\"/y/x\"] } ] }", "another app is named x already")]
    [InlineData("{ \"apps\": [ { \"command\": [\"x\"], \"messages\": \"quit\" } ] }", "apps[0].messages is \"quit\"; it must be a list")]
    [InlineData("{ \"apps\": [ { \"command\": [\"x\"],\n\"messages\": [ \"blink\" ] } ] }",
        "$FILE:2: apps[0].messages[0] is \"blink\"; did you mean \"blank\"? it must be \"raise\", \"lower\", \"move\"")]
    [InlineData("{ \"front\": \"y\",\n\"apps\": [ { \"command\": [\"x\"] }, { \"command\": [\"z\"] } ] }",
        "$FILE:1: front is \"y\"; it must name one of \"apps\": x, z")]
    [InlineData("{ \"front\": \"y\" }", "front is \"y\"; it must name one of \"apps\", and there are none")]
    [InlineData("{ \"front\": 1 }", "front is 1; it must be a text")]
    public void A_wrong_value_is_named_with_its_key(string config, string part) => AssertRefused(config, part);

    [Fact]
    public void A_deeply_nested_file_is_no_crash() => AssertRefused(new string('[', 100_000), "$FILE:1: not valid JSON at column ");

    [Fact]
    public void A_missing_app_is_named() =>
        AssertRefused("""{ "apps": [ { "name": "demo", "command": [ "/nonexistent/app" ] } ] }""",
            "app demo: /nonexistent/app: No such file or directory; name a program that can be run");

    [Fact]
    public void A_button_on_a_chip_of_another_board_is_named() =>
        AssertRefused("""{ "buttons": [ { "chip": "pinctrl-nosuch", "line": "GPIO17", "event": "return" } ] }""",
            "no GPIO chip has the label \"pinctrl-nosuch\"");

    [Fact]
    public void A_button_on_a_chip_that_is_not_there_is_named() =>
        AssertRefused("""{ "buttons": [ { "chip": 77, "line": 5, "event": "return" } ] }""", "gpiochip77");

    [Theory]
    [InlineData("/nonexistent/mmm.json", "/nonexistent/mmm.json: there is no such configuration file")]
    [InlineData("/tmp", "/tmp: ")]
    [InlineData("/dev/null", "/dev/null")]
    public void A_configuration_that_is_no_file_is_named(string file, string part)
    {
        using var mmm = new Child(Programs.Mmm, ["--display", "memory:64x48", "--config", file]);
        BadInputTests.AssertOneLine(mmm, part);
    }

    [Fact]
    public void A_huge_configuration_is_refused() =>
        AssertRefused(new string(' ', 2 << 20), "$FILE: the configuration cannot be read: it is larger than 1 MB");
}
