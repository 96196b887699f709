namespace FbHost.Tests;

/// <summary>
/// Layouts, auto-repeat and the host's own keys, through a FIFO of struct input_event; names from linux/input-event-codes.h.
/// </summary>
public class KeyboardTests
{
    private const int EV_KEY = 1;
    private const int KEY_ESC = 1, KEY_2 = 3, KEY_EQUAL = 13, KEY_BACKSPACE = 14, KEY_Q = 16, KEY_E = 18, KEY_Y = 21, KEY_ENTER = 28,
        KEY_LEFTCTRL = 29, KEY_A = 30, KEY_Z = 44, KEY_LEFTALT = 56, KEY_F2 = 60,
        KEY_KP7 = 71, KEY_RIGHTALT = 100, KEY_UP = 103, KEY_MUTE = 113,
        KEY_VOLUMEDOWN = 114, KEY_VOLUMEUP = 115, KEY_POWER = 116, KEY_OK = 0x160, KEY_NUMERIC_5 = 0x205;

    private static void Tap(MmmHost host, params int[] keys) =>
        host.Input([.. keys.Select(key => (EV_KEY, key, 1)), .. keys.Reverse().Select(key => (EV_KEY, key, 0))]);

    private static Child Client(MmmHost host)
    {
        var client = host.Raw("color 00ff00");
        host.WaitForClient("raw");
        return client;
    }

    [Fact]
    public void A_configured_layout_types_its_letters_dead_keys_and_AltGr_characters()
    {
        using var host = new MmmHost(input: true, config: """{ "input": { "keyboard": { "layout": "de" } } }""");
        using var client = Client(host);
        foreach (var key in new[] { KEY_Y, KEY_Z, KEY_EQUAL, KEY_E })
            Tap(host, key);
        Tap(host, KEY_RIGHTALT, KEY_Q);
        Tap(host, KEY_RIGHTALT, KEY_E);
        Tap(host, KEY_LEFTCTRL, KEY_Z);
        Tap(host, KEY_UP);
        client.WaitForEvents("z", "y", "é", "@", "€", "control-y", "up");
        Assert.Equal(0, host.CountLog("keyboard"));
    }

    [Fact]
    public void An_unknown_layout_is_said_in_one_line_and_the_built_in_one_types()
    {
        using var host = new MmmHost(input: true, config: """{ "input": { "keyboard": { "layout": "xx" } } }""");
        using var client = Client(host);
        Tap(host, KEY_Y);
        client.WaitForEvents("y");
        Assert.Equal("mmm: input.keyboard: there is no layout \"xx\" in /usr/share/X11/xkb; see xkbcli list. The built-in US map is used",
            Assert.Single(host.Log, l => l.Contains("keyboard", StringComparison.Ordinal)));
    }

    [Fact]
    public void Keys_of_remotes_have_names_and_their_digits_are_digits()
    {
        using var host = new MmmHost(input: true);
        using var client = Client(host);
        foreach (var key in new[] { KEY_OK, KEY_VOLUMEUP, KEY_NUMERIC_5, KEY_POWER, KEY_KP7 })
            Tap(host, key);
        client.WaitForEvents("ok", "volume-up", "5", "power", "7");
    }

    [Fact]
    public void NumLock_can_be_off_at_first()
    {
        using var host = new MmmHost(input: true, config: """{ "input": { "keyboard": { "numLock": false } } }""");
        using var client = Client(host);
        Tap(host, KEY_KP7);
        client.WaitForEvents("home");
    }

    [Fact]
    public void A_held_key_repeats_until_it_is_released()
    {
        using var host = new MmmHost(input: true);
        using var client = Client(host);
        host.Input((EV_KEY, KEY_A, 1));
        Wait.Until(() => client.Events.Length >= 4, "repeats", () => string.Join(" | ", client.Events));
        Tap(host, KEY_Z);
        Wait.Until(() => client.Events.Contains("z"), "the other key");
        host.Input((EV_KEY, KEY_A, 0));
        Tap(host, KEY_Q);
        Wait.Until(() => client.Events.Contains("q"), "the key after the release");
        Tap(host, KEY_2);
        Wait.Until(() => client.Events.Contains("2"), "one more");
        Assert.All(client.Events.Take(4), e => Assert.Equal("a", e));
        Assert.Equal(["q", "2"], client.Events.SkipWhile(e => e != "q"));
    }

    [Fact]
    public void With_a_rate_of_0_no_key_repeats()
    {
        using var host = new MmmHost(input: true, config: """{ "input": { "keyboard": { "repeatRate": 0, "repeatDelayMs": 50 } } }""");
        using var client = Client(host);
        host.Input((EV_KEY, KEY_A, 1));
        client.WaitForEvents("a");
        // Something that takes longer than the delay: a whole program of its own.
        host.Ctl("clients").WaitForEnd();
        Tap(host, KEY_Q);
        client.WaitForEvents("a", "q");
    }

    [Fact]
    public void Control_Alt_Backspace_ends_the_host()
    {
        using var host = new MmmHost(input: true);
        using var client = Client(host);
        Tap(host, KEY_LEFTCTRL, KEY_LEFTALT, KEY_BACKSPACE);
        Assert.Equal(0, host.Process.WaitForEnd());
        Assert.Contains("mmm: ended by a key", host.Log);
    }

    [Fact]
    public void A_lock_leaves_the_built_in_keys_to_the_client_and_only_configured_ones_to_the_host()
    {
        using var host = new MmmHost(input: true,
            config: """{ "input": { "keys": { "lock": true, "host": { "control-alt-q": "quit" } } } }""");
        using var client = Client(host);
        Tap(host, KEY_LEFTCTRL, KEY_LEFTALT, KEY_BACKSPACE);
        Tap(host, KEY_LEFTCTRL, KEY_LEFTALT, KEY_F2);
        client.WaitForEvents("control-alt-backspace", "control-alt-F2");
        Tap(host, KEY_LEFTCTRL, KEY_LEFTALT, KEY_Q);
        Assert.Equal(0, host.Process.WaitForEnd());
    }

    [Fact]
    public void A_configured_key_turns_the_screen_off_and_on_and_another_raises_the_next_client()
    {
        using var host = new MmmHost(input: true, config: """
            { "input": { "keys": { "host": { "power": "blank", "control-alt-q": "blank", "control-escape": "next-client" } } } }
            """);
        using var lower = host.Raw("--title Lower color ff0000");
        host.WaitForClient("Lower");
        using var upper = host.Raw("--title Upper color 00ff00");
        host.WaitForClient("Upper");
        host.WaitForPixel(1, 1, 0x00ff00);
        Tap(host, KEY_POWER);
        host.WaitForPixel(1, 1, 0);
        Tap(host, KEY_POWER);
        host.WaitForPixel(1, 1, 0x00ff00);
        Tap(host, KEY_LEFTCTRL, KEY_LEFTALT, KEY_Q); // the releases of the modifiers do not wake it
        host.WaitForPixel(1, 1, 0);
        Tap(host, KEY_POWER);
        host.WaitForPixel(1, 1, 0x00ff00);
        Tap(host, KEY_LEFTCTRL, KEY_ESC);
        host.WaitForPixel(1, 1, 0xff0000);
        Tap(host, KEY_A);
        lower.WaitForEvents("a");
        Assert.Empty(upper.Events);
    }

    [Fact]
    public void A_configured_key_restarts_the_app_in_the_foreground()
    {
        using var host = new MmmHost(input: true, config: """
            { "apps": [ { "name": "demo", "sandbox": "none", "command": [ "$RAW", "--title", "Demo", "color", "ff0000" ] } ],
              "input": { "keys": { "host": { "control-alt-z": "restart-app" } } } }
            """);
        var before = host.WaitForClient("Demo").Pid;
        Tap(host, KEY_LEFTCTRL, KEY_LEFTALT, KEY_Z);
        host.WaitForClient("Demo", c => c.Pid != before && c.Frames > 0);
    }

    [Fact]
    public void Keys_of_a_remote_can_be_the_volume()
    {
        using var host = new MmmHost(input: true, config: """
            { "input": { "keys": { "host": { "volume-up": "volume-up", "volume-down": "volume-down", "mute": "mute" } } } }
            """);
        using var client = Client(host);
        Tap(host, KEY_VOLUMEDOWN);
        Tap(host, KEY_VOLUMEDOWN);
        Tap(host, KEY_VOLUMEUP);
        Wait.Until(() => host.Ask("volume").GetProperty("volume").GetInt32() == 95, "the volume", () => $"{host.Ask("volume")}");
        Tap(host, KEY_MUTE);
        Wait.Until(() => host.Ask("volume").GetProperty("muted").GetBoolean(), "silence", () => $"{host.Ask("volume")}");
        Tap(host, KEY_A);
        client.WaitForEvents("a");
    }

    // A QR code of 300 characters that the scanner ends with no key at all, first while nobody is there to take it.
    [Fact]
    public void A_long_code_comes_in_parts_and_one_for_nobody_is_logged()
    {
        using var host = new MmmHost(input: true,
            config: """{ "input": { "rules": [ { "match": { "path": "*/input" }, "role": "scanner", "timeoutMs": 1000 } ] } }""");
        Scan(300);
        host.WaitForLog("input: a code of 300 characters was scanned, and no app has the focus; it is lost");
        using var client = host.Raw("color 00ff00");
        host.WaitForClient("raw");
        Scan(250);
        client.WaitForEvents($"message scan-part 1/3 {new string('1', 100)}", $"message scan-part 2/3 {new string('1', 100)}",
            $"message scan-part 3/3 {new string('1', 50)}");

        void Scan(int length)
        {
            for (var i = 0; i < length; i++)
                host.Input((1, 2, 1), (1, 2, 0));
        }
    }

    [Fact]
    public void A_scanner_s_line_is_one_message()
    {
        using var host = new MmmHost(input: true,
            config: """{ "input": { "rules": [ { "match": { "path": "*/input" }, "role": "scanner" } ] } }""");
        using var client = Client(host);
        foreach (var key in new[] { KEY_2, KEY_A, KEY_2, KEY_ENTER })
            Tap(host, key);
        foreach (var key in new[] { KEY_Q, KEY_ENTER })
            Tap(host, key);
        client.WaitForEvents("message scan 2a2", "message scan q");
    }
}
