namespace FbHost.Tests;

/// <summary>Devices that come and go while the host runs: FIFOs in a directory in place of /dev/input.</summary>
public class HotplugTests
{
    private const int EV_KEY = 1, EV_ABS = 3, ABS_X = 0, ABS_Y = 1, BTN_TOUCH = 0x14a;

    private static void Plug(MmmHost host, string name)
    {
        // Made elsewhere and moved in, so that what is there is complete: a FIFO.
        new Child("mkfifo", [host.Temp["made"]]).WaitForEnd();
        File.Move(host.Temp["made"], host.Temp[name]);
    }

    private static MmmHost WithDirectory(string? config = null)
    {
        var host = new MmmHost(start: false, config: config);
        Directory.CreateDirectory(host.Temp["devices"]);
        return host;
    }

    private static void Send(MmmHost host, string name, params (int Type, int Code, int Value)[] records)
    {
        using var writer = new FileStream(host.Temp[name], FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        writer.Write(MmmHost.Records(records));
    }

    [Fact]
    public void A_device_that_is_plugged_in_later_joins_and_one_that_is_pulled_out_lets_go_of_what_it_held()
    {
        using var host = WithDirectory();
        host.Start("--input", host.Temp["devices"]);
        Assert.Equal(1, host.CountLog("devices: no input devices; plug one in"));
        using var client = host.Raw("color 00ff00");
        host.WaitForClient("raw");

        Plug(host, "devices/event3");
        host.WaitForLog("devices/event3 (stream) is here: keys, touch screen");
        Send(host, "devices/event3", (EV_ABS, ABS_X, 10), (EV_ABS, ABS_Y, 20), (EV_KEY, BTN_TOUCH, 1));
        client.WaitForEvents("mouse-press 10 20");

        File.Delete(host.Temp["devices/event3"]);
        host.WaitForLog("devices/event3 (stream) is gone");
        client.WaitForEvents("mouse-press 10 20", "mouse-release 10 20");

        Plug(host, "devices/event3");
        Wait.Until(() => host.CountLog("devices/event3 (stream) is here") == 2, "the device again", () => string.Join(" | ", host.Log));
    }

    [Fact]
    public void A_device_that_comes_while_there_are_no_descriptors_joins_when_there_are()
    {
        using var host = WithDirectory();
        host.Start("--input", host.Temp["devices"]);
        Plug(host, "devices/event0"); // a host that is not compiled ahead loads what it needs for that, which takes descriptors
        File.WriteAllText(host.Temp["devices/event1"], "");
        host.WaitForLog("devices/event0 (stream) is here");
        host.WaitForLog("devices/event1: not an evdev device");
        File.Delete(host.Temp["devices/event0"]);
        host.WaitForLog("devices/event0 (stream) is gone");
        Limit(host, "--nofile=4:");
        Plug(host, "devices/event0");
        host.WaitForLog("devices/event0: Too many open files");
        Limit(host, "--nofile=1024:");
        Wait.Until(() => host.CountLog("devices/event0 (stream) is here") == 2, "the device", () => string.Join(" | ", host.Log));
    }

    private static void Limit(MmmHost host, string limit)
    {
        using var prlimit = new Child("prlimit", ["--pid", $"{host.Process.Pid}", limit]);
        Assert.True(prlimit.WaitForEnd() == 0, string.Join(" | ", prlimit.Errors));
    }

    [Fact]
    public void A_directory_that_somebody_fills_leaves_the_host_and_its_other_devices_as_they_are()
    {
        using var host = WithDirectory();
        Directory.CreateDirectory(host.Temp["own"]);
        Plug(host, "own/event0");
        for (var i = 0; i < 300; i++)
            File.WriteAllText(host.Temp[$"devices/event{i}"], "");
        host.Start("--input", host.Temp["own"] + "/", "--input", host.Temp["devices"] + "/");
        using var client = host.Raw("color 00ff00");
        host.WaitForClient("raw");
        Send(host, "own/event0", (EV_KEY, 30, 1), (EV_KEY, 30, 0));
        client.WaitForEvents("a");
        Assert.Equal(256, host.CountLog("not an evdev device"));
    }

    [Fact]
    public void A_directory_that_goes_and_is_made_again_is_found_again()
    {
        using var host = WithDirectory();
        host.Start("--input", host.Temp["devices"]);
        for (var round = 1; round <= 2; round++)
        {
            Directory.Delete(host.Temp["devices"], recursive: true);
            Directory.CreateDirectory(host.Temp["devices"]);
            Plug(host, "devices/event0");
            Wait.Until(() => host.CountLog("devices/event0 (stream) is here") == round, "the device", () => string.Join(" | ", host.Log));
        }
    }

    [Fact]
    public void A_device_that_was_named_is_taken_again_when_one_of_its_name_is_back()
    {
        using var host = WithDirectory();
        Plug(host, "devices/touch");
        Plug(host, "devices/touch2");
        var named = Path.GetRelativePath(Environment.CurrentDirectory, host.Temp["devices/touch"]);
        host.Start("--input", named);
        using var client = host.Raw("color 00ff00");
        host.WaitForClient("raw");
        Send(host, "devices/touch", (EV_ABS, ABS_X, 10), (EV_ABS, ABS_Y, 20), (EV_KEY, BTN_TOUCH, 1));
        client.WaitForEvents("mouse-press 10 20");

        File.Delete(host.Temp["devices/touch"]);
        host.WaitForLog($"input: {named} (stream) is gone");
        client.WaitForEvents("mouse-press 10 20", "mouse-release 10 20");

        Plug(host, "devices/touch3");
        Plug(host, "devices/touch");
        host.WaitForLog($"input: {named} (stream) is here");
        Send(host, "devices/touch", (EV_ABS, ABS_X, 30), (EV_ABS, ABS_Y, 40), (EV_KEY, BTN_TOUCH, 1));
        client.WaitForEvents("mouse-press 10 20", "mouse-release 10 20", "mouse-press 30 40");
        Assert.Equal(1, host.CountLog(" is here")); // no other
    }

    [Fact]
    public void A_device_that_was_named_by_a_link_is_taken_again_when_the_link_is_made_anew()
    {
        using var host = WithDirectory();
        void Link(string node)
        {
            Plug(host, $"devices/{node}");
            Directory.CreateDirectory(host.Temp["devices/by-id"]);
            File.CreateSymbolicLink(host.Temp["devices/by-id/made"], $"../{node}");
            File.Move(host.Temp["devices/by-id/made"], host.Temp["devices/by-id/usb-touch"]); // as udev does
        }
        Link("event3");
        host.Start("--input", host.Temp["devices/by-id/usb-touch"]);
        for (var round = 1; round <= 2; round++)
        {
            Directory.Delete(host.Temp["devices"], recursive: true); // as udev, and the kernel, with a directory that is empty
            Wait.Until(() => host.CountLog("usb-touch (stream) is gone") == round, "its end", () => string.Join(" | ", host.Log));
            Directory.CreateDirectory(host.Temp["devices"]);
            Link($"event{3 + round}");
            Wait.Until(() => host.CountLog("usb-touch (stream) is here") == round, "the device", () => string.Join(" | ", host.Log));
        }
        Assert.Equal(0, host.CountLog("cannot be watched"));
    }

    [Fact]
    public void A_directory_that_is_missing_at_the_start_is_one_line_and_its_devices_are_taken_when_it_is_made()
    {
        using var host = new MmmHost(start: false);
        host.Start("--input", host.Temp["dev/input/"]);
        var line = Assert.Single(host.Log, l => l.Contains("input: "));
        Assert.Contains("dev/input: no such directory; plug in an input device, or load the kernel module \"evdev\"", line);
        using var client = host.Raw("color 00ff00");
        host.WaitForClient("raw");
        Directory.CreateDirectory(host.Temp["dev"]);
        Directory.CreateDirectory(host.Temp["dev/input"]);
        Plug(host, "dev/input/event0");
        host.WaitForLog("dev/input/event0 (stream) is here");
        Send(host, "dev/input/event0", (EV_ABS, ABS_X, 10), (EV_ABS, ABS_Y, 20), (EV_KEY, BTN_TOUCH, 1));
        client.WaitForEvents("mouse-press 10 20");
        Assert.Equal(2, host.Log.Count(l => l.Contains("input: ")));
    }

    [Fact]
    public void What_is_no_device_is_said_once_and_names_other_than_event_are_nothing()
    {
        using var host = WithDirectory();
        File.WriteAllText(host.Temp["devices/event1"], "");
        File.WriteAllText(host.Temp["devices/mouse0"], "");
        host.Start("--input", host.Temp["devices"]);
        File.SetUnixFileMode(host.Temp["devices/event1"], UnixFileMode.UserRead);
        File.WriteAllText(host.Temp["devices/event2"], "");
        host.WaitForLog("devices/event2: not an evdev device");
        Plug(host, "devices/event4");
        host.WaitForLog("devices/event4 (stream) is here");
        Assert.Equal(1, host.CountLog("devices/event1: not an evdev device; give a /dev/input/event* node"));
        Assert.Equal(0, host.CountLog("mouse0"));
    }

    [Fact]
    public void A_rule_by_path_wins_over_what_is_said_of_all_touch_screens()
    {
        using var host = WithDirectory(config: """
            { "input": { "touch": { "invertX": true }, "rules": [
              { "match": { "path": "*/event8" }, "invertX": false, "calibration": [0.5, 0, 0, 0, 0.5, 0] } ] } }
            """);
        host.Start("--input", host.Temp["devices"]);
        using var client = host.Raw("color 00ff00");
        host.WaitForClient("raw");
        Plug(host, "devices/event7");
        Plug(host, "devices/event8");
        host.WaitForLog("devices/event8 (stream) is here");
        Send(host, "devices/event7", (EV_ABS, ABS_X, 300), (EV_ABS, ABS_Y, 20), (EV_KEY, BTN_TOUCH, 1));
        Send(host, "devices/event7", (EV_KEY, BTN_TOUCH, 0));
        client.WaitForEvents("mouse-press 19 20", "mouse-release 19 20");
        Send(host, "devices/event8", (EV_ABS, ABS_X, 100), (EV_ABS, ABS_Y, 40), (EV_KEY, BTN_TOUCH, 1));
        client.WaitForEvents("mouse-press 19 20", "mouse-release 19 20", "mouse-press 50 20");
    }

    [Fact]
    public void A_touch_that_must_last_goes_down_without_another_record()
    {
        using var host = new MmmHost(input: true, config: """{ "input": { "touch": { "minPressMs": 30 } } }""");
        using var client = host.Raw("color 00ff00");
        host.WaitForClient("raw");
        host.Input((EV_ABS, ABS_X, 5), (EV_ABS, ABS_Y, 6), (EV_KEY, BTN_TOUCH, 1));
        client.WaitForEvents("mouse-press 5 6");
    }
}
