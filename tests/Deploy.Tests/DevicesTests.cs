using System.Globalization;
using System.Text.RegularExpressions;
using Board.Tests;

namespace Deploy.Tests;

/// <summary>Several devices, several apps, and several people.</summary>
public sealed class DevicesTests
{
    [Fact]
    public void A_push_to_several_hosts_ends_with_a_table_also_if_one_is_unreachable()
    {
        using var first = new LoopbackDevice();
        using var second = new LoopbackDevice();
        using var app = new TestApp("show 00ff00", kilobytes: 10);
        File.AppendAllText($"{first.Options[1]}.pub", File.ReadAllText($"{second.Options[1]}.pub"));
        var result = Command.Run(LoopbackDevice.PathOf("push"),
            [first.Word, "127.0.0.1:1", second.Word, "App", "--published", app.Folder, .. second.Options], TimeSpan.FromMinutes(2));
        Assert.Equal(1, result.ExitCode);
        Assert.Matches(@"^deploy/push: cannot reach 127\.0\.0\.1 port 1: [^\n]*\n$", result.Error);
        var table = result.Output.Split('\n')[^5..];
        Assert.Matches("^HOST +RELEASE +STATE +TIME$", table[0]);
        Assert.Matches($@"^{first.Word} +App-\S+ +runs +\d+ s$", table[1]);
        Assert.Matches(@"^127\.0\.0\.1:1 +App-\S+ +not reached +0 s$", table[2]);
        Assert.Matches($@"^{second.Word} +App-\S+ +runs +\d+ s$", table[3]);
        Assert.Equal(first.Current(), second.Current());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Two_pushes_at_once_do_not_mix_and_a_killed_one_holds_nothing(bool hasFlock)
    {
        using var device = new LoopbackDevice(hasFlock: hasFlock);
        using var app = new TestApp("show 00ff00", kilobytes: 10);
        using var push = device.Start("push", "App", "--published", app.Folder);
        Wait.Until(() => push.Output.Length >= 1, "the first push has sent");
        var other = device.Push(app);
        Assert.Equal(1, other.ExitCode);
        Assert.Matches(@"refused the release: another push or update is at work: "
            + @"\S+@\S* since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC; try again", other.Error);
        device.Shell("pkill -KILL -f mmm-[d]eploy; true");
        Assert.Equal(1, push.WaitForEnd());
        device.MustPush(app);
    }

    // It was well while its trial lasted.
    [Fact]
    public void An_app_that_keeps_ending_later_is_seen_by_its_ends_of_the_last_hour()
    {
        using var device = new LoopbackDevice();
        using var app = new TestApp("show 00ff00");
        device.MustPush(app);
        var before = EndsLastHour(); // there was no app to start before the push
        for (var ends = 1; ends <= 3; ends++)
        {
            device.Shell("pkill -KILL -f ^/var/lib/mmm-apps/app/");
            Wait.Until(() => EndsLastHour() == before + ends, $"{ends} ends", () => device.Deploy("status").Output);
        }
        Assert.Matches(@"^HOST +APP +RELEASE +STATE +UPTIME +RESTARTS +LAST HOUR +SYSTEM +FREE\n127\.0\.0\.1:\d+ +app +App-\S+ +failing ",
            device.Deploy("status").Output);

        int EndsLastHour() => int.Parse(Regex.Match(device.Deploy("status").Output, @"(\d+) +- +\d+ MB\n").Groups[1].Value,
            CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Of_several_apps_the_one_with_the_name_of_the_program_or_of_the_option_is_meant()
    {
        using var device = new LoopbackDevice(apps: ["app", "other"]);
        using var app = new TestApp("show 00ff00", kilobytes: 10);
        device.MustPush(app);
        device.MustPush(app, "--name", "other");
        Assert.Equal("app\nother", device.Shell("ls /var/lib/mmm-apps"));
        var unknown = device.Push(app, "--name", "third");
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("there is no app third on the device; it has: app other; add it to the configuration (--config): "
            + """{ "name": "third", "command": ["/var/lib/mmm-apps/third/current/run"] }""", unknown.Error);
        File.Move(Path.Combine(app.Folder, "App"), Path.Combine(app.Folder, "Panel"));
        var unclear = device.Deploy("push", "Panel", "--published", app.Folder);
        Assert.Contains("the device has several apps; choose one (--name): app other", unclear.Error);
    }

    [Fact]
    public void A_screenshot_is_a_PNG_of_the_screen_and_logs_end_with_the_command()
    {
        using var device = new LoopbackDevice();
        using var app = new TestApp("show 00ff00", kilobytes: 10);
        device.MustPush(app);
        var file = Path.Combine(app.Folder, "screen.png");
        Assert.Equal($"{file}\n", device.Deploy("screenshot", file).Output);
        Wait.Until(() =>
        {
            device.Deploy("screenshot", file);
            return device.Shell("mmmctl screenshot - | base64 -w 0").Trim() == Convert.ToBase64String(File.ReadAllBytes(file));
        }, "the picture that the device itself takes");

        using var logs = device.Start("logs", "app", "-f");
        Wait.Until(() => logs.Output.Contains("app: mode show 00ff00"), "what was written", () => string.Join('|', logs.Output));
        device.Shell("mmmctl send raw hello");
        Wait.Until(() => logs.Output.Contains("app: event message hello"), "what is written", () => string.Join('|', logs.Output));
        Command.Run("pkill", ["-INT", "-P", $"{logs.Pid}"], TimeSpan.FromSeconds(5)); // as a terminal does: all of its processes
        logs.Signal(2);
        Assert.Equal(130, logs.WaitForEnd());
        Wait.Until(() => !device.Shell("ps -e -o args").Contains("mmmctl logs", StringComparison.Ordinal), "the end of mmmctl there");
    }

    [Fact]
    public void A_push_that_follows_goes_on_with_what_the_app_writes()
    {
        using var device = new LoopbackDevice();
        using var app = new TestApp("show 00ff00", kilobytes: 10);
        using var push = device.Start("push", "App", "--published", app.Folder, "--follow");
        Wait.Until(() => push.Output.Any(l => l.EndsWith(" runs", StringComparison.Ordinal)), "the release",
            () => string.Join('|', push.Output));
        Wait.Until(() =>
        {
            device.Shell("mmmctl send raw hello");
            return push.Output.Any(l => l.Contains("app: event message hello", StringComparison.Ordinal));
        }, "what the app writes", () => string.Join('|', push.Output));
        Command.Run("pkill", ["-INT", "-P", $"{push.Pid}"], TimeSpan.FromSeconds(5)); // as a terminal does: all of its processes
        push.Signal(2);
        Assert.Equal(130, push.WaitForEnd());
    }

    [Fact]
    public void On_a_terminal_a_push_shows_how_far_it_is()
    {
        using var device = new LoopbackDevice();
        using var app = new TestApp("show 00ff00", kilobytes: 40_000);
        var push = string.Join(' ', [LoopbackDevice.PathOf("push"), device.Word, "App", "--published", app.Folder, .. device.Options]);
        var result = Command.Run("script", ["--quiet", "--return", "--command", push, "/dev/null"], TimeSpan.FromMinutes(3));
        Assert.Equal(0, result.ExitCode);
        Assert.Matches($@"\r\e\[K{device.Word}  #*\.* \d+\.\d MB", result.Output);
        Assert.Matches($@"\r\e\[K{device.Word}  App-\S+ is watched for 10 s", result.Output);
        Assert.Matches(@"\r\e\[K127\.0\.0\.1  App-\S+ runs\r?\n", result.Output);
    }

    [Fact]
    public void A_configuration_is_checked_before_and_taken_back_with_its_release()
    {
        using var device = new LoopbackDevice();
        using var app = new TestApp("show 00ff00", kilobytes: 10);
        var good = device.MustPush(app);
        var config = Path.Combine(app.Folder, "..", Path.GetFileName(app.Folder) + ".json");
        File.WriteAllText(config, LoopbackDevice.Configuration("app").Replace("audio", "adio"));
        var faulty = device.Push(app, "--config", config);
        Assert.Equal(1, faulty.ExitCode);
        Assert.Matches(@"^deploy/push: .*\.json:3: adio is not a known key; did you mean ""audio""\?[^\n]*\n$", faulty.Error);

        // What only the device can know.
        File.WriteAllText(config, LoopbackDevice.Configuration("app").Replace("memory:320x200", "fbdev:/dev/fb77"));
        var elsewhere = device.Push(app, "--config", config);
        Assert.Contains("the host of the device refuses the configuration: ", elsewhere.Error);
        Assert.Contains("/dev/fb77", elsewhere.Error);
        Assert.Equal(good, device.Current());

        File.WriteAllText(config, LoopbackDevice.Configuration("app").Replace("320x200", "400x240"));
        app.Mode = "later 3";
        Assert.Contains($"switched back to {good}", device.Push(app, "--config", config).Error);
        Assert.Contains("320x200", device.Shell("cat /etc/mmm/appliance.json; mmmctl health"));
        app.Mode = "show 00ff00";
        device.MustPush(app, "--config", config);
        Assert.Contains("400x240", device.Shell("mmmctl health"));
        File.Delete(config);
    }
}
