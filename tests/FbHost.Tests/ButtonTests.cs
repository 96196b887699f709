using Mmm.Linux;

namespace FbHost.Tests;

/// <summary>Buttons of a real host, which are keys of a FIFO of struct input_event, and their actions.</summary>
public sealed class ButtonTests
{
    private const int EV_KEY = 1, KEY_A = 30, KEY_F5 = 63, KEY_F6 = 64, KEY_F7 = 65, KEY_F8 = 66;

    private static MmmHost Host(string buttons, string more = "") =>
        new(config: $$"""{ "buttons": [ {{buttons}} ] {{more}}, "audio": { "volume": 50, "state": "$TEMP/volume.json" } }""", input: true);

    private static void Set(MmmHost host, bool down, params int[] keys) => host.Input([.. keys.Select(k => (EV_KEY, k, down ? 1 : 0))]);

    private static void Tap(MmmHost host, params int[] keys) =>
        host.Input([.. keys.SelectMany(k => new[] { (EV_KEY, k, 1), (EV_KEY, k, 0) })]);

    private static int Volume(MmmHost host) => host.Ask("volume").GetProperty("volume").GetInt32();

    private static void Expect(Child client, params string[] events) =>
        Wait.Until(() => client.Events.SequenceEqual(events), string.Join(", ", events), () => string.Join(" | ", client.Events));

    [Fact]
    public void Clicks_double_clicks_and_long_presses_press_keys_and_send_events_and_the_button_itself_reaches_no_app()
    {
        using var host = Host("""
            { "key": "f5", "on": { "click": "key a", "doubleClick": "key control-left", "longPress": "event message long" },
              "holdMs": 200, "doubleClickMs": 200 }
            """);
        using var client = host.Raw("color 00ff00");
        host.WaitForClient("raw");
        Tap(host, KEY_F5);
        Expect(client, "a");
        Tap(host, KEY_F5, KEY_F5);
        Expect(client, "a", "control-left");
        Set(host, true, KEY_F5);
        Expect(client, "a", "control-left", "message long");
        Set(host, false, KEY_F5);
        Tap(host, KEY_F6);
        Expect(client, "a", "control-left", "message long", "F6");
    }

    [Fact]
    public void A_key_of_a_press_is_held_and_repeats_until_the_release()
    {
        using var host = Host("""{ "key": "F5", "on": { "press": "key up", "release": "key down" } }""",
            """, "input": { "keyboard": { "repeatDelayMs": 50, "repeatRate": 50 } }""");
        using var client = new HandMade(host, "hand", c => c.SetValue("events", "key-release"));
        host.WaitForClient("hand");
        List<string> events = [];
        Set(host, true, KEY_F5);
        WaitFor("up", 4);
        Set(host, false, KEY_F5);
        WaitFor("key-release down", 1);
        Assert.Equal(["key-release up", "down", "key-release down"], events.SkipWhile(e => e == "up"));

        void WaitFor(string text, int count) => Wait.Until(() =>
        {
            events.AddRange(client.TakeEvents());
            return events.Count(e => e == text) >= count;
        }, text, () => string.Join(" | ", events));
    }

    [Fact]
    public void A_chord_acts_alone_and_its_buttons_act_if_they_are_pressed_alone()
    {
        using var host = Host("""
            { "name": "a", "key": "F5", "on": { "click": "key a" } }, { "name": "b", "key": "F6", "event": "message b" },
            { "buttons": ["a", "b"], "on": { "press": "key c" }, "chordMs": 1000 }
            """);
        using var client = host.Raw("color 00ff00");
        host.WaitForClient("raw");
        host.Input((EV_KEY, KEY_F5, 1), (EV_KEY, KEY_F6, 1));
        Expect(client, "c");
        Set(host, false, KEY_F5, KEY_F6);
        Tap(host, KEY_F6, KEY_F5);
        Expect(client, "c", "message b", "a");
    }

    [Fact]
    public void Several_actions_are_carried_out_in_order_and_those_of_an_app_only_while_it_is_in_front()
    {
        using var host = Host("""
            { "key": "F5", "on": { "press": [ { "app": "one", "do": ["send two to-two", "mmmctl volume 40"] },
              { "app": "TWO", "do": "mmmctl volume 60" }, "mmmctl next" ] } }
            """, """
            , "apps": [ { "name": "one", "command": ["$RAW", "--title", "One", "color", "ff0000"] },
              { "name": "two", "command": ["$RAW", "--title", "Two", "color", "00ff00"] } ], "front": "one"
            """);
        host.WaitForClient("One");
        host.WaitForClient("Two");
        Wait.Until(() => host.Client("One")!.Focus, "the front app");
        Tap(host, KEY_F5);
        Wait.Until(() => Volume(host) == 40 && host.Client("Two")!.Focus, "the actions of one", host.AllLog);
        Wait.Until(() => Logs(host, "two").Contains("message to-two"), "the message", () => Logs(host, "two"));
        Tap(host, KEY_F5);
        Wait.Until(() => Volume(host) == 60 && host.Client("One")!.Focus, "the actions of two", host.AllLog);
    }

    private static string Logs(MmmHost host, string app) =>
        string.Join(" | ", host.Ask("logs", app).GetProperty("lines").EnumerateArray().Select(l => l.GetProperty("line").GetString()));

    [Fact]
    public void A_program_is_started_and_reaped_and_one_that_fails_is_a_line()
    {
        using var host = Host("""
            { "name": "ok", "key": "F5", "on": { "press": "run sh -c 'echo \"$MMM_PATH ${PATH:+and PATH}\" >$TEMP/made'" } },
            { "name": "bad", "key": "F6", "on": { "press": ["run sh -c 'exit 3'", "run /no/such/program", "send gone x"] } },
            { "name": "much", "key": "F7", "on": { "press": "run sleep 1000" } }
            """, """, "apps": [ { "name": "gone", "command": ["sleep", "1000"] } ]""");
        Tap(host, KEY_F5);
        Wait.Until(() => File.Exists(host.Temp["made"]) && File.ReadAllText(host.Temp["made"]) == host.Path + " and PATH\n",
            "the file", host.AllLog);
        Tap(host, KEY_F6);
        host.WaitForLog("button \"bad\": run sh: ended with code 3");
        host.WaitForLog("button \"bad\": run /no/such/program: No such file or directory; name a program that can be run");
        host.WaitForLog("button \"bad\": send gone: the app is not running");
        Wait.Until(() => Children(host).Length == 1, "that all are reaped", () => string.Join(" ", Children(host))); // the app
        for (var i = 0; i < 17; i++)
            Tap(host, KEY_F7);
        host.WaitForLog("button \"much\": run sleep: 16 programs of buttons are running already; not started");
        var running = Children(host);
        Assert.Equal(17, running.Length);
        Assert.Equal(0, host.Stop());
        Wait.Until(() => Array.TrueForAll(running, pid => !Directory.Exists($"/proc/{pid}")), "the end of all programs");
    }

    [Fact]
    public void Programs_that_run_when_the_host_ends_have_time_to_end_and_are_killed_if_they_do_not()
    {
        using var host = Host("""
            { "key": "F5",
              "on": { "press": "run sh -c 'trap \"sleep .3; echo e >$TEMP/end; exit\" TERM; echo >$TEMP/a; while sleep .1; do :; done'" } },
            { "key": "F6", "on": { "press": "run sh -c 'trap : TERM; echo >$TEMP/b; while :; do sleep 0.1; done'" } }
            """, """, "apps": [ { "name": "app", "command": ["sleep", "1000"] } ]""");
        Tap(host, KEY_F5, KEY_F6);
        Wait.Until(() => File.Exists(host.Temp["a"]) && File.Exists(host.Temp["b"]), "the programs", host.AllLog);
        var running = Children(host);
        Assert.Equal(0, host.Stop());
        Assert.Equal("e\n", File.ReadAllText(host.Temp["end"]));
        Wait.Until(() => Array.TrueForAll(running, pid => !Directory.Exists($"/proc/{pid}")), "the end of all programs");
    }

    [Fact]
    public void Programs_end_with_a_killed_host_together_with_what_they_have_started()
    {
        Assert.True(Programs.IsPublished, "only a host that is native code has a guard for its apps; set MMM_HOST");
        using var host = Host("""
            { "key": "F5",
              "on": { "press": "run sh -c 'setsid sleep 1234 & echo $! >$TEMP/new; mv $TEMP/new $TEMP/pid; wait'" } }
            """);
        Tap(host, KEY_F5);
        Wait.Until(() => File.Exists(host.Temp["pid"]), "the program", host.AllLog);
        var running = (string[])[File.ReadAllText(host.Temp["pid"]).Trim(), .. Children(host)];
        Assert.Equal(2, running.Length);
        host.Process.Signal(Child.SIGKILL);
        Wait.Until(() => Array.TrueForAll(running, pid => !Sys.ProcessLives(int.Parse(pid))), "the end of all programs");
    }

    [Fact]
    public void What_programs_leave_in_the_background_is_reaped_when_the_next_one_ends()
    {
        using var host = Host("""
            { "key": "F5", "on": { "press": "run sh -c 'sleep 0 & exit 0'" } }, { "key": "F6", "on": { "press": "run true" } }
            """);
        for (var i = 0; i < 5; i++)
            Tap(host, KEY_F5);
        Wait.Until(() =>
        {
            Tap(host, KEY_F6);
            return Children(host).Length == 0;
        }, "that all are reaped", () => string.Join(" ", Children(host)));
    }

    // Its programs; the guard is no one's.
    private static string[] Children(MmmHost host) => [.. File.ReadAllText($"/proc/{host.Process.Pid}/task/{host.Process.Pid}/children")
        .Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(pid => !CommandOf(pid).StartsWith("mmm", StringComparison.Ordinal))];

    private static string CommandOf(string pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/comm");
        }
        catch (IOException)
        {
            return "mmm"; // it has just ended
        }
    }

    [Fact]
    public void What_a_press_does_while_the_screen_is_off_can_be_chosen()
    {
        using var host = Host("""
            { "key": "F5", "on": { "press": "key a" } }, { "key": "F6", "on": { "press": "key b" }, "whenBlank": "act" },
            { "key": "F7", "on": { "press": "key c" }, "whenBlank": "wakeAndAct" },
            { "key": "F8", "on": { "press": "key d" }, "whenBlank": "ignore" }
            """);
        using var client = host.Raw("color 00ff00");
        host.WaitForClient("raw");
        host.WaitForPixel(5, 5, 0x00ff00);
        host.Ask("blank");
        Tap(host, KEY_F8);
        Tap(host, KEY_F6);
        Expect(client, "b");
        Assert.Equal(0, host.Pixel(5, 5));
        Tap(host, KEY_F7);
        Expect(client, "b", "c");
        host.WaitForPixel(5, 5, 0x00ff00);
        host.Ask("blank");
        Tap(host, KEY_F5);
        host.WaitForPixel(5, 5, 0x00ff00);
        Tap(host, KEY_F5);
        Expect(client, "b", "c", "a");
    }

    [Fact]
    public void Actions_do_not_start_each_other_without_an_end()
    {
        using var host = Host("""
            { "key": "F5", "on": { "press": ["key F5", "mmmctl key F6"] } }, { "key": "F6", "on": { "press": ["mmmctl key F5", "key F6"] } }
            """);
        using var client = host.Raw("color 00ff00");
        host.WaitForClient("raw");
        Tap(host, KEY_F5);
        Expect(client, "F5", "F6");
        host.Ask("key", "F6");
        Expect(client, "F5", "F6", "F5", "F6");
    }

    [Fact]
    public void The_commands_of_mmmctl_work_as_actions_and_a_failed_one_is_a_line_in_the_log()
    {
        using var host = Host("""
            { "name": "many", "key": "F5",
              "on": { "press": ["mmmctl volume up", "mmmctl mute", "mmmctl screenshot $TEMP/s.png", "mmmctl blank"] } },
            { "name": "wrong", "key": "F6", "on": { "press": ["mmmctl raise Nobody", "mmmctl brightness up"] }, "whenBlank": "act" },
            { "name": "again", "key": "F7", "whenBlank": "act",
              "on": { "press": ["mmmctl unblank", "mmmctl volume down", "mmmctl mute off"] } }
            """);
        using var client = host.Raw("color 00ff00");
        host.WaitForClient("raw");
        host.WaitForPixel(5, 5, 0x00ff00);
        Tap(host, KEY_F5);
        Wait.Until(() => Volume(host) == 55 && host.Ask("volume").GetProperty("muted").GetBoolean(),
            "the volume", () => $"{host.Ask("volume")} {host.AllLog()}");
        host.WaitForPixel(5, 5, 0);
        host.WaitForLog("screenshot: ");
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(host.Temp["s.png"])[..4]);
        Tap(host, KEY_F6);
        host.WaitForLog("button \"wrong\": mmmctl raise Nobody: no client is named Nobody; there is raw");
        host.WaitForLog("button \"wrong\": mmmctl brightness up: ");
        Tap(host, KEY_F7);
        host.WaitForPixel(5, 5, 0x00ff00);
        Wait.Until(() => Volume(host) == 50 && !host.Ask("volume").GetProperty("muted").GetBoolean(), "the volume");
    }

    [Fact]
    public void A_viewer_presses_buttons_and_what_it_holds_is_released_when_it_leaves()
    {
        using var host = Host("""
            { "name": "Start", "key": "F5", "on": { "press": "key a", "longPress": "key b", "release": "key c" }, "holdMs": 100 },
            { "key": "F6", "event": "message x" }
            """);
        using var client = host.Raw("color 00ff00");
        host.WaitForClient("raw");
        Assert.Equal(["Start", "message x"], host.Ask("buttons").GetProperty("buttons").EnumerateArray().Select(b => b.GetString()));
        Assert.True(host.Ask("button", "1").GetProperty("ok").GetBoolean());
        Expect(client, "message x");
        using (var viewer = new ControlClient(host.Path))
        {
            viewer.Ask("button", "0", "down");
            Expect(client, "message x", "a", "b");
        }
        Expect(client, "message x", "a", "b", "c");
        Assert.Equal("there is no button 2; there are 0 to 1", host.Ask("button", "2").GetProperty("error").GetString());
    }

    [Fact]
    public void Buttons_are_changed_by_a_reload_and_a_held_one_is_released_before()
    {
        using var host = Host("""{ "key": "F5", "on": { "press": "key a", "release": "key b" } }""");
        using var client = host.Raw("color 00ff00");
        host.WaitForClient("raw");
        Set(host, true, KEY_F5);
        Expect(client, "a");
        host.Temp.Write("mmm.json", host.Expand("""
            { "buttons": [ { "key": "F6", "on": { "press": "key c" } } ], "audio": { "volume": 50, "state": "$TEMP/volume.json" } }
            """));
        Assert.Equal(["buttons"], host.Ask("reload").GetProperty("applied").EnumerateArray().Select(k => k.GetString()));
        Expect(client, "a", "b");
        Set(host, false, KEY_F5); // belongs to the former button
        Tap(host, KEY_F5, KEY_F6);
        Expect(client, "a", "b", "F5", "c");
    }

    [Fact]
    public void Next_and_front_change_the_app_in_front()
    {
        using var host = new MmmHost(config: """
            { "apps": [ { "name": "one", "command": ["$RAW", "--title", "One", "color", "ff0000"] },
              { "name": "two", "command": ["$RAW", "--title", "Two", "color", "00ff00"] } ], "front": "one",
              "audio": { "state": "$TEMP/volume.json" } }
            """);
        host.WaitForClient("One");
        host.WaitForClient("Two");
        Wait.Until(() => host.Client("One")!.Focus, "the front app");
        Assert.True(host.Ask("next").GetProperty("ok").GetBoolean());
        Assert.True(host.Client("Two")!.Focus);
        Assert.True(host.Ask("front", "ONE").GetProperty("ok").GetBoolean());
        Assert.True(host.Client("One")!.Focus);
        Assert.StartsWith("no app named x shows anything; there is ", host.Ask("front", "x").GetProperty("error").GetString());
        host.Ask("volume", "100");
        host.Ask("volume", "down");
        Assert.Equal(95, Volume(host));
        Assert.Equal("volume is upp; it must be up, down or 0 to 100", host.Ask("volume", "upp").GetProperty("error").GetString());
    }
}
