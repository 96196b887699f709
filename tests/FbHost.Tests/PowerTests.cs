using FbHost.Loop;
using FbHost.Options;

namespace FbHost.Tests;

/// <summary>Switching off. Hosts of tests show on memory displays, and so never switch this machine off.</summary>
public sealed class PowerTests
{
    private static PowerMeans Means(string display, bool isCommand = false, bool isRoot = true, params string[] files) =>
        PowerMeans.Of(DisplayChoice.Parse(display, out _)!, isCommand, isRoot, files.Contains);

    [Fact]
    public void Only_root_with_a_screen_of_the_machine_starts_a_program()
    {
        Assert.Equal(["systemctl", "poweroff"], Means("fbdev:/dev/fb0", files: "/run/systemd/system").Programs!.Value.Off);
        Assert.Equal(["systemctl", "reboot"], Means("auto", files: "/run/systemd/system").Programs!.Value.Again);
        Assert.Equal(["poweroff"], Means("drm:/dev/dri/card0").Programs!.Value.Off);
        Assert.Equal(["reboot"], Means("drm:/dev/dri/card0").Programs!.Value.Again);
        foreach (var means in new[]
        {
            Means("auto", isRoot: false), Means("memory:9x9"), Means("memory:9x9", files: "/run/systemd/system"),
            Means("fbdev:/dev/fb0", files: "/.dockerenv"), Means("wayland"), Means("x11"), Means("fbdev:/dev/fb0", isCommand: true),
        })
            Assert.Null(means.Programs);
    }

    [Theory]
    [InlineData("wayland", false, "the host is a window; it does not switch the machine off")]
    [InlineData("drm:/dev/dri/card0", true, "mmm COMMAND does not switch the machine off; use a host with a configuration")]
    public void A_window_and_a_command_refuse_with_one_line(string display, bool isCommand, string refusal)
    {
        using var loop = new EventLoop();
        var power = new Power(loop, new HostLog(null), Means(display, isCommand), _ => Assert.Fail("told"), _ => Assert.Fail("ended"));
        Assert.Equal(refusal, power.Begin(reboot: false));
        Assert.Null(power.ExitCode);
        power.Finish();
    }

    [Theory]
    [InlineData("power-off", 80), InlineData("reboot", 81)]
    public void Apps_are_told_and_ended_and_the_exit_code_says_what_was_requested(string verb, int code)
    {
        using var host = new MmmHost(config: """
            { "apps": [ { "name": "app", "sandbox": "none",
                  "command": ["sh", "-c", "trap 'echo ended >$TEMP/app; exit' TERM; sleep 100 & wait"] } ] }
            """);
        using var client = host.Raw("color 00ff00");
        host.WaitForClient("raw");
        Assert.True(host.Ask(verb).GetProperty("ok").GetBoolean());
        Assert.True(host.Ask(verb == "reboot" ? "power-off" : "reboot").GetProperty("ok").GetBoolean()); // too late
        Wait.Until(() => client.Events.Contains($"message {verb}"), "the message", () => string.Join(" | ", client.Events));
        Assert.Equal(code, host.Process.WaitForEnd());
        Assert.Equal("ended\n", File.ReadAllText(host.Temp["app"]));
        Assert.Equal(1, host.CountLog($"{verb}: apps are told and ended"));
        Assert.Contains($"mmm: {verb}: the host has no screen of the machine and would switch it off; exit code {code}", host.Log);
    }

    // With a PATH that has nothing but what the test puts there.
    [Theory]
    [InlineData("exited", "80", "--no-block poweroff"), InlineData("exited", "81", "--no-block reboot")]
    [InlineData("exited", "0", ""), InlineData("killed", "80", "")]
    public void The_service_of_the_Debian_package_switches_off_by_the_exit_code(string how, string status, string command)
    {
        using var temp = new TempDirectory();
        var systemctl = temp.Write("systemctl", $"#!/bin/sh\necho \"$@\" >{temp["said"]}\n");
        File.SetUnixFileMode(systemctl, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using var leave = new Child("/bin/sh", [Path.Combine(Repository.Root, "packaging/debian/may-start"), "--leave"],
            ("PATH", temp.Path), ("SERVICE_RESULT", "signal"), ("EXIT_CODE", how), ("EXIT_STATUS", status));
        Assert.Equal(0, leave.WaitForEnd());
        Assert.Equal(command, File.Exists(temp["said"]) ? File.ReadAllText(temp["said"]).TrimEnd() : "");
    }

    [Fact]
    public void A_held_button_switches_off_and_a_short_press_does_not()
    {
        const int F5 = 63;
        using var host = new MmmHost(input: true, config: """
            { "audio": { "state": "$TEMP/volume.json" },
              "buttons": [ { "key": "F5", "on": { "click": "mmmctl volume 10", "longPress": "mmmctl power-off" }, "holdMs": 300 } ] }
            """);
        host.Input((1, F5, 1), (1, F5, 0));
        Wait.Until(() => host.Ask("volume").GetProperty("volume").GetInt32() == 10, "the click");
        Assert.False(host.Process.HasEnded);
        host.Input((1, F5, 1));
        Assert.Equal(80, host.Process.WaitForEnd());
    }

    [Fact]
    public void The_power_key_is_the_apps_on_a_memory_display_and_the_hosts_if_that_is_configured()
    {
        const int power = 116;
        using var host = new MmmHost(input: true, config: "{ }");
        using var client = host.Raw("color 00ff00");
        host.WaitForClient("raw");
        host.Input((1, power, 1), (1, power, 0));
        Wait.Until(() => client.Events.Contains("power"), "the key");
        host.Temp.Write("mmm.json", """{ "input": { "powerKey": "powerOff" } }""");
        Assert.True(host.Ask("reload").GetProperty("ok").GetBoolean());
        host.Ask("blank"); // also then
        host.Input((1, power, 1), (1, power, 0));
        Assert.Equal(80, host.Process.WaitForEnd());
        Assert.Equal(1, client.Events.Count(e => e == "power"));
    }
}
