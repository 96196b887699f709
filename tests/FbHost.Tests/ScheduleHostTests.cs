using System.Globalization;

namespace FbHost.Tests;

/// <summary>Schedules of the published host, with times that are close, in a time zone of their own.</summary>
public sealed class ScheduleHostTests : IDisposable
{
    private const int EV_KEY = 1, EV_ABS = 3, ABS_X = 0, ABS_Y = 1, BTN_TOUCH = 0x14a;
    private const int Green = 0x00ff00, Red = 0xff0000;
    private const string Zone = "Asia/Kathmandu"; // 5:45 before UTC
    private static readonly TimeSpan Close = TimeSpan.FromSeconds(3);
    private readonly TempDirectory _sys = new();
    private readonly MmmHost _host = new(start: false, config: "{}", input: true) { Environment = [("TZ", Zone)] };

    public void Dispose()
    {
        _host.Dispose();
        _sys.Dispose();
    }

    // A time of the day there, so long from now.
    private static string At(TimeSpan fromNow, string zone = Zone) => TimeZoneInfo
        .ConvertTimeFromUtc(DateTime.UtcNow + fromNow, TimeZoneInfo.FindSystemTimeZoneById(zone))
        .ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    private static string From(TimeSpan from, TimeSpan to) => $"\"from\": \"{At(from)}\", \"to\": \"{At(to)}\"";

    private static string Now => From(TimeSpan.FromHours(-1), TimeSpan.FromHours(1));

    private static string Soon => From(Close, TimeSpan.FromHours(1));

    private static string NotForLong => From(TimeSpan.FromHours(-1), Close);

    private void Reload(string config)
    {
        _host.Temp.Write("mmm.json", _host.Expand(config));
        Assert.True(_host.Ask("reload").GetProperty("ok").GetBoolean());
    }

    private static string Off(string when, string more = "") =>
        $$"""{ "display": { {{more}} "schedule": [ { {{when}}, "screen": "off" } ] } }""";

    [Fact]
    public void The_screen_goes_off_and_on_at_its_times_and_the_host_is_idle_meanwhile()
    {
        _host.Start();
        using var client = _host.Raw("--title Full --size 320x200 color 00ff00");
        _host.WaitForPixel(10, 10, Green);
        Reload(Off(Soon));
        Assert.Equal(Green, _host.Pixel(10, 10));
        _host.WaitForPixel(10, 10, 0);
        Reload(Off(NotForLong));
        Assert.Equal(0, _host.Pixel(10, 10));
        _host.WaitForPixel(10, 10, Green);
        client.Signal(Child.SIGKILL);
        _host.WaitForNoClient("Full");
        Assert.Equal(0, IdleTests.SwitchesInAWindow(_host, enough: 0));
    }

    [Fact]
    public void A_host_that_starts_at_night_is_dark_and_a_touch_turns_its_screen_on_for_a_while()
    {
        _host.Temp.Write("mmm.json", Off(Now, "\"blankAfter\": \"00:00:01\","));
        _host.Start();
        using var client = _host.Raw("--title Full --size 320x200 color 00ff00");
        _host.WaitForClient("Full");
        Assert.Equal(0, _host.Pixel(10, 10));
        _host.Input((EV_ABS, ABS_X, 5), (EV_ABS, ABS_Y, 5), (EV_KEY, BTN_TOUCH, 1));
        _host.Input((EV_KEY, BTN_TOUCH, 0));
        _host.WaitForPixel(10, 10, Green);
        _host.WaitForPixel(10, 10, 0);
        Assert.Empty(client.Events);
        Reload("{}");
        _host.WaitForPixel(10, 10, Green);
    }

    private static string Apps(string schedule) => $$"""
        { "front": "red", "apps": [
          { "name": "green", "sandbox": "none", "schedule": [ {{schedule}} ],
            "command": [ "$RAW", "--title", "green", "--size", "320x200", "color", "00ff00" ] },
          { "name": "red", "command": [ "$RAW", "--title", "red", "--size", "320x200", "color", "ff0000" ] } ] }
        """;

    [Fact]
    public void An_app_is_in_front_at_its_time_and_does_not_come_to_the_front_again_within_it()
    {
        _host.Temp.Write("mmm.json", _host.Expand(Apps("")));
        _host.Start();
        _host.WaitForClient("green");
        _host.WaitForClient("red");
        _host.WaitForPixel(10, 10, Red);
        Reload(Apps($"{{ {Soon} }}"));
        _host.WaitForPixel(10, 10, Green);
        Assert.True(_host.Client("green")!.Focus);
        _host.Ask("raise", "red");
        _host.WaitForPixel(10, 10, Red);
        Reload(Apps($"{{ {NotForLong} }}")); // is still its time: no change
        Assert.True(_host.Client("red")!.Focus);
        _host.Ask("raise", "green");
        _host.WaitForPixel(10, 10, Green);
        _host.WaitForPixel(10, 10, Red); // the end of its time
        Assert.True(_host.Client("red")!.Focus);
    }

    [Fact]
    public void An_app_that_starts_within_its_time_is_in_front()
    {
        _host.Temp.Write("mmm.json", _host.Expand(Apps($"{{ {Now} }}").Replace("\"$RAW\", \"--title\", \"green\"",
            "\"sh\", \"-c\", \"while ! [ -e $TEMP/go ]; do sleep 0.02; done; exec $RAW \\\"$@\\\"\", \"sh\", \"--title\", \"green\"")));
        _host.Start();
        _host.WaitForPixel(10, 10, Red);
        _host.Temp.Write("go", "");
        _host.WaitForPixel(10, 10, Green);
        Assert.True(_host.Client("green")!.Focus);
    }

    [Fact]
    public void The_brightness_has_its_level_for_a_time_and_that_of_the_user_is_kept()
    {
        Programs.NeedRoot();
        Directory.CreateDirectory(_sys["backlight/panel"]);
        foreach (var (name, text) in ((string, string)[])[("max_brightness", "1000"), ("brightness", "900"), ("bl_power", "0")])
            _sys.Write($"backlight/panel/{name}", text);
        _host.Launcher = ["unshare", "-m", "sh", "-c", $"mount --bind {_sys.Path} /sys/class && exec \"$@\"", "sh"];
        _host.Temp.Write("mmm.json", Brightness(Now, 40));
        _host.Start();
        WaitForLevel("400");
        Reload(Brightness(NotForLong, 30));
        WaitForLevel("300");
        WaitForLevel("900"); // as it was found
        Reload(Brightness(Now, 30));
        WaitForLevel("300");
        Assert.True(_host.Ask("brightness", "70").GetProperty("ok").GetBoolean());
        WaitForLevel("700"); // the user's, until the next change
        Reload(Brightness(Now, 20));
        WaitForLevel("200");
        Assert.Equal(0, _host.Stop());
        WaitForLevel("700");
        Assert.Contains("\"brightness\":70", File.ReadAllText(_sys["volume.json"]));

        string Brightness(string when, int percent) => $$"""
            { "audio": { "state": "{{_sys["volume.json"]}}" }, "display": { "schedule": [ { {{when}}, "brightness": {{percent}} } ] } }
            """;
        void WaitForLevel(string text)
        {
            var file = _sys["backlight/panel/brightness"];
            Wait.Until(() => File.ReadAllText(file).Trim() == text, $"the level {text}", () => File.ReadAllText(file) + _host.AllLog());
        }
    }

    [Fact]
    public void Another_time_zone_of_the_machine_counts_at_once()
    {
        Programs.NeedRoot();
        new Child("cp", ["-a", "/etc", _sys["etc"]]).WaitForEnd();
        SetZone("Etc/UTC");
        _host.Environment = [("TZ", null)];
        _host.Launcher = ["unshare", "-m", "sh", "-c", $"mount --bind {_sys["etc"]} /etc && exec \"$@\"", "sh"];
        _host.Temp.Write("mmm.json", Off(Now)); // by the clock of Kathmandu
        _host.Start();
        using var client = _host.Raw("--title Full --size 320x200 color 00ff00");
        _host.WaitForPixel(10, 10, Green);
        SetZone(Zone);
        _host.WaitForPixel(10, 10, 0);
        SetZone("America/New_York");
        _host.WaitForPixel(10, 10, Green);

        void SetZone(string zone)
        {
            File.CreateSymbolicLink(_sys["new"], $"/usr/share/zoneinfo/{zone}");
            File.Move(_sys["new"], _sys["etc/localtime"], overwrite: true);
        }
    }

    [Fact]
    public void A_brightness_without_a_backlight_is_said_once()
    {
        Programs.NeedRoot();
        _host.Launcher = ["unshare", "-m", "sh", "-c", $"mount --bind {_sys.Path} /sys/class && exec \"$@\"", "sh"];
        string config = $$"""{ "display": { "schedule": [ { {{Now}}, "brightness": 40 } ] } }""";
        _host.Temp.Write("mmm.json", config);
        _host.Start();
        _host.WaitForLog("display.schedule: /sys/class/backlight: there is no backlight");
        Reload(config.Replace("40", "50"));
        _host.Ask("brightness"); // the worker has tried
        Assert.Equal(1, _host.CountLog("there is no backlight"));
    }
}
