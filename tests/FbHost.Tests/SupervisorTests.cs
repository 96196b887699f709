using System.Globalization;
using System.Text.Json;
using FbHost.Tests.Support;
using Mmm.Linux;

namespace FbHost.Tests;

/// <summary>When apps are started, ended and started again, with real processes in their sandboxes.</summary>
public sealed class SupervisorTests
{
    private static string Raw(string name, string more = "", string mode = "color 00ff00") => $$"""
        { "name": "{{name}}", {{more}}
          "command": [ "$RAW", "--title", "{{name}}", "--size", "64x48", "{{string.Join("\", \"", mode.Split(' '))}}" ] }
        """;

    private static string Shell(string name, string script, string more = "") => $$"""
        { "name": "{{name}}", "firstFrameWithin": 0, {{more}} "command": [ "sh", "-c", {{JsonSerializer.Serialize(script)}} ] }
        """;

    private static string Apps(params string[] apps) => $$"""{ "apps": [ {{string.Join(", ", apps)}} ] }""";

    private static string State(MmmHost host, string app) =>
        host.Ask("clients").GetProperty("apps").EnumerateArray().First(a => a.GetProperty("app").GetString() == app)
            .GetProperty("state").GetString()!;

    private static void WaitForState(MmmHost host, string app, string state) =>
        Wait.Until(() => State(host, app) == state, $"{app} {state}", () => State(host, app) + " " + host.AllLog());

    private static void Stop(int pid) => Sys.Kill(pid, 19); // SIGSTOP

    [Theory]
    [InlineData("never", "exit 3", "ended")]
    [InlineData("never", "exit 0", "ended")]
    [InlineData("onFailure", "exit 0", "ended")]
    [InlineData("onFailure", "exit 3", "failing")]
    [InlineData("always", "exit 0", "failing")]
    public void The_restart_policy_decides_after_an_end(string policy, string script, string state)
    {
        using var host = new MmmHost(config: Apps(Shell("demo", script, $"\"restart\": \"{policy}\",")));
        WaitForState(host, "demo", state);
        Assert.Equal(state == "ended", host.CountLog("it is not started again") == 1);
        if (state != "ended")
            return;
        host.Ask("restart", "demo"); // by hand it is started all the same
        Wait.Until(() => host.CountLog("it is not started again") == 2, "the second end", host.AllLog);
    }

    [Fact]
    public void An_app_starts_after_the_first_frame_of_another_and_stays_when_that_is_restarted()
    {
        using var host = new MmmHost(config: Apps(Raw("second", "\"startWhen\": \"after first\","),
            $$"""
            { "name": "first", "firstFrameWithin": 0, "binds": ["$TEMP"],
              "command": ["sh", "-c", "until [ -e $TEMP/go ]; do sleep 0.05; done; exec $RAW --title First --size 30x20 color ff0000"] }
            """.Replace("[\"$TEMP\"]", "[\"$TEMP\", \"" + Path.GetDirectoryName(Programs.RawClient) + "\"]")));
        WaitForState(host, "second", "waiting");
        host.Temp.Write("go", "");
        var first = host.WaitForClient("First").Pid;
        var second = host.WaitForClient("second").Pid;
        Child.Kill(first);
        host.WaitForClient("First", c => c.Pid != first && c.Frames > 0);
        Assert.Equal(second, host.Client("second")!.Pid);
    }

    [Theory]
    [InlineData("\"startWhen\": \"after nobody\"", "it must name another one of \"apps\"")]
    [InlineData("\"startWhen\": \"after demo\"", "it must name another one of \"apps\"")]
    [InlineData("\"startWhen\": \"later\"", "it must be \"now\", \"network\" or \"after NAME\"")]
    public void A_start_that_never_comes_is_a_fault(string key, string says)
    {
        using var temp = new TempDirectory();
        var file = temp.Write("apps.json", $$"""{ "apps": [ { "name": "demo", {{key}}, "command": ["sh"] } ] }""");
        using var check = new Child(Programs.Mmm, ["--check", file]);
        Assert.Equal(1, check.WaitForEnd());
        Assert.Contains(says, string.Join('\n', check.Output.Concat(check.Errors)));
    }

    [Fact]
    public void An_app_starts_with_the_network()
    {
        Programs.NeedRoot();
        using var host = new MmmHost(start: false) { Launcher = ["unshare", "--net", "--"] };
        host.Start("--config", host.Temp.Write("apps.json", host.Expand(Apps(Raw("net", "\"startWhen\": \"network\",")))));
        WaitForState(host, "net", "waiting");
        using (var ip = new Child("nsenter", ["--net", "--target", $"{host.Process.Pid}", "sh", "-c",
            "ip link add one type veth peer name two && ip link set one up && ip link set two up && ip address add 192.0.2.2/24 dev one"]))
            Assert.True(ip.WaitForEnd() == 0, string.Join(" | ", ip.Errors));
        host.WaitForClient("net");
    }

    [Fact]
    public void A_stopped_app_that_leaves_its_events_unread_is_found_told_and_restarted()
    {
        using var host = new MmmHost(config: Apps(Raw("demo", "\"answerWithin\": 1,"), Raw("other", "\"answerWithin\": 1,")));
        var pid = host.WaitForClient("demo").Pid;
        host.WaitForClient("other");
        host.Ask("event", "demo", "x");
        host.WaitForClient("demo", c => c.EventsQueued == 0);
        Thread.Sleep(1200); // the host has seen that it reads
        Stop(pid);
        host.Ask("event", "demo", "x");
        host.Ask("event", "demo", "y");
        host.WaitForLog("app demo (pid ");
        host.WaitForLog("is frozen: it has left 2 events unread for 1 s; its process ");
        host.WaitForLog("is in state T");
        host.WaitForClient("demo", c => c.Pid != pid && c.Frames > 0);
        Assert.Equal(0, host.CountLog("app other"));
    }

    // As when the machine waits for its disk, or a virtual one was paused.
    [Fact]
    public void Time_in_which_the_host_stands_still_too_does_not_make_an_app_frozen()
    {
        const int resume = 18; // SIGCONT
        using var host = new MmmHost(config: Apps(Raw("demo", "\"answerWithin\": 2,"),
            Raw("every", "\"maxFrameInterval\": 2,", "every ff0000 100")));
        int[] apps = [host.WaitForClient("demo").Pid, host.WaitForClient("every").Pid];
        host.Ask("event", "demo", "x");
        host.WaitForClient("demo", c => c.EventsQueued == 0);
        Thread.Sleep(1200); // the host has seen that it reads
        Array.ForEach(apps, Stop);
        host.Ask("event", "demo", "y");
        Stop(host.Process.Pid);
        Thread.Sleep(4500);
        Sys.Kill(host.Process.Pid, resume);
        Thread.Sleep(300);
        Array.ForEach(apps, pid => Sys.Kill(pid, resume));
        host.WaitForClient("demo", c => c.EventsQueued == 0);
        Assert.Equal(0, host.CountLog("is frozen"));
        Assert.True(apps.SequenceEqual([host.Client("demo")!.Pid, host.Client("every")!.Pid]));
    }

    // A program that shows a picture and never looks at events.
    [Fact]
    public void An_app_that_never_reads_events_is_not_frozen_by_that()
    {
        using var host = new MmmHost(config: Apps(Raw("deaf", "\"answerWithin\": 1,", "deaf")));
        var pid = host.WaitForClient("deaf").Pid;
        for (var i = 0; i < 4; i++)
        {
            host.Ask("event", "deaf", "x");
            Thread.Sleep(1000);
        }
        Assert.Equal(0, host.CountLog("frozen"));
        Assert.Equal(pid, host.Client("deaf")!.Pid);
    }

    [Theory]
    [InlineData("\"firstFrameWithin\": 1,", "hang", "it has shown no frame in 1 s")]
    [InlineData("\"maxFrameInterval\": 1,", "color ff0000", "it has shown no new frame in 1 s")]
    public void An_app_that_shows_nothing_or_nothing_new_is_frozen_and_fails_after_three_times(string key, string mode, string says)
    {
        var app = mode == "hang" ? Shell("demo", "sleep 1000").Replace("\"firstFrameWithin\": 0,", key) : Raw("demo", key, mode);
        using var host = new MmmHost(config: Apps(app));
        host.WaitForLog($"is frozen: {says}");
        host.WaitForLog("restarting in 0.2 s");
        Wait.Until(() => host.CountLog("is frozen") >= 3, "three times", host.AllLog);
        WaitForState(host, "demo", "failing");
        Assert.True(host.Ask("clients").GetProperty("apps")[0].GetProperty("endsLastHour").GetInt32() >= 3);
    }

    [Fact]
    public void An_app_that_keeps_its_frame_interval_is_well_also_while_the_screen_is_off()
    {
        using var host = new MmmHost(config: Apps(Raw("demo", "\"maxFrameInterval\": 1,", "every ff0000 100")));
        var pid = host.WaitForClient("demo").Pid;
        Thread.Sleep(2500);
        host.Ask("blank");
        Stop(pid); // draws no more, as an app that heeds its visibility
        Thread.Sleep(2500);
        Assert.Equal(0, host.CountLog("frozen"));
        host.Ask("unblank");
        host.WaitForLog("it has shown no new frame in 1 s");
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"sandbox\": \"none\",")]
    public void The_kernel_ends_apps_with_a_killed_host(string key)
    {
        using var host = new MmmHost(config: Apps(Raw("demo", key)));
        var pid = host.WaitForClient("demo").Pid;
        host.Process.Signal(Child.SIGKILL);
        host.Process.WaitForEnd();
        Wait.Until(() => !Sys.ProcessLives(pid), "the end of the app");
        host.Start();
        host.WaitForClient("demo", c => c.Pid != pid && c.Frames > 0);
        Assert.Single(host.Clients);
    }

    private const string Forks = "sleep 71234 & setsid sleep 71234 & trap '' TERM; sleep 71234"; // four processes, more in a sandbox

    private static int Sleepers(MmmHost host, string app) => Directory.GetDirectories("/proc").Count(folder =>
    {
        try
        {
            return File.ReadAllText($"{folder}/cmdline").Contains("71234", StringComparison.Ordinal)
                && File.ReadAllText($"{folder}/environ") is var environment && environment.Contains(host.Path, StringComparison.Ordinal)
                && environment.Contains($"MMM_APP={app}\0", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // ended meanwhile, or not a process
        }
    });

    // The kernel ends only the process that the host has started.
    [Theory]
    [InlineData("none")]
    [InlineData("default")]
    public void All_that_an_app_has_started_ends_with_a_killed_host(string sandbox)
    {
        Assert.True(Programs.IsPublished, "only a host that is native code has a guard for its apps; set MMM_HOST");
        using var host = new MmmHost(config: Apps(Shell("demo", Forks, $"\"sandbox\": \"{sandbox}\","),
            Shell("kept", Forks, $"\"sandbox\": \"{sandbox}\", \"keepRunning\": true,")));
        foreach (var app in (string[])["demo", "kept"])
            Wait.Until(() => Sleepers(host, app) >= 4, $"the processes of {app}", host.AllLog);
        host.Process.Signal(Child.SIGKILL);
        host.Process.WaitForEnd();
        Wait.Until(() => Sleepers(host, "demo") == 0, "the end of demo", () => $"{Sleepers(host, "demo")}");
        Assert.InRange(Sleepers(host, "kept"), 4, 10);
        host.Temp.Write("mmm.json", "{}"); // the app is no longer in it
        host.Start();
        Wait.Until(() => Sleepers(host, "kept") == 0, "the end of kept", () => $"{Sleepers(host, "kept")}");
        Assert.Equal(0, CgroupsOf(host));
    }

    [Fact]
    public void All_that_mmm_COMMAND_has_started_ends_with_a_killed_host()
    {
        Assert.True(Programs.IsPublished, "only a host that is native code has a guard for its apps; set MMM_HOST");
        using var host = new MmmHost(start: false);
        host.Start("--", "sh", "-c", Forks);
        Wait.Until(() => Sleepers(host, "sh") >= 4, "four processes", host.AllLog);
        host.Process.Signal(Child.SIGKILL);
        host.Process.WaitForEnd();
        Wait.Until(() => Sleepers(host, "sh") == 0, "their end", () => $"{Sleepers(host, "sh")}");
    }

    [Fact]
    public void An_app_that_keeps_running_is_taken_over_with_its_picture_and_its_sandbox()
    {
        using var host = new MmmHost(config: Apps(Raw("demo", "\"keepRunning\": true,"), """
            { "name": "hello", "keepRunning": true, "command": ["$HELLO"] }
            """));
        var (pid, hello) = (host.WaitForClient("demo").Pid, host.WaitForClient("Hello").Pid);
        for (var i = 0; i < 3; i++)
        {
            host.Process.Signal(Child.SIGKILL);
            host.Process.WaitForEnd();
            File.WriteAllBytes(host.FramebufferFile, new byte[320 * 200 * 4]);
            host.Start();
            host.WaitForPixel(1, 1, 0x00ff00);
            Assert.Equal(new[] { pid, hello }.Order(), host.Clients.Select(c => c.Pid).Order());
        }
        host.Ask("tap", "200", "150");
        host.WaitForClient("Hello", c => c.EventsQueued == 0);
        Child.Kill(pid);
        host.WaitForClient("demo", c => c.Pid != pid && c.Frames > 0);
        Assert.Equal(0, host.Stop());
        Assert.False(Sys.ProcessLives(hello));
    }

    [Fact]
    public void A_wrapper_that_goes_to_the_background_stays_supervised_in_the_sandbox()
    {
        using var host = new MmmHost(config: Apps(Shell("demo", "$RAW --title demo color 00ff00 & sleep 0.5",
            $"\"binds\": [\"{Path.GetDirectoryName(Programs.RawClient)}\"],")));
        var pid = host.WaitForClient("demo").Pid;
        host.WaitForClient("demo", c => c.Pid != pid && c.Frames > 0);
        Assert.False(Sys.ProcessLives(pid));
    }

    [Fact]
    public void A_sandboxed_app_gets_SIGTERM_and_time_to_end()
    {
        using var host = new MmmHost(config: Apps(Shell("demo",
            "trap 'echo saved > $STATE_DIRECTORY/last; exit 0' TERM; echo up; while :; do sleep 0.05; done")));
        Wait.Until(() => host.Ask("logs", "demo").GetProperty("lines").GetArrayLength() > 0, "up", host.AllLog);
        Assert.Equal(0, host.Stop());
        Assert.Equal("saved\n", File.ReadAllText(host.Temp["state/apps/demo/last"]));
    }

    // ./test long has a thousand: MMM_RESTARTS=1000.
    [Fact]
    public void Restarts_leave_no_descriptor_file_process_cgroup_or_memory_behind()
    {
        var most = int.Parse(Environment.GetEnvironmentVariable("MMM_RESTARTS") ?? "60", CultureInfo.InvariantCulture);
        using var host = new MmmHost(config: Apps(Raw("demo"), Raw("none", "\"sandbox\": \"none\",")));
        (int Descriptors, int Files, int Processes, int Cgroups, long Memory) Count() => (
            Directory.GetFileSystemEntries($"/proc/{host.Process.Pid}/fd").Length,
            Directory.GetFileSystemEntries(host.Path, "*", SearchOption.AllDirectories).Length
                + Directory.GetFileSystemEntries(host.Own, "*", SearchOption.AllDirectories).Length
                + Directory.GetFileSystemEntries(host.Temp["state"], "*", SearchOption.AllDirectories).Length,
            Directory.GetDirectories("/proc").Count(d => IsBelow(host.Process.Pid, Path.GetFileName(d))),
            CgroupsOf(host),
            long.Parse(File.ReadLines($"/proc/{host.Process.Pid}/status").First(l => l.StartsWith("RssAnon:", StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture));
        void Restart(int times)
        {
            for (var i = 0; i < times; i++)
            {
                foreach (var name in (string[])["demo", "none"])
                {
                    var pid = host.WaitForClient(name).Pid;
                    Child.Kill(pid);
                    host.Ask("restart", name); // without its delay
                    host.WaitForClient(name, c => c.Pid != pid && c.Frames > 0);
                }
            }
        }

        Restart(10);
        var before = Count();
        Restart(most);
        Wait.Until(() => Count() is var now && (now.Descriptors, now.Files, now.Processes, now.Cgroups)
            == (before.Descriptors, before.Files, before.Processes, before.Cgroups), "nothing left", () => $"{before} {Count()}");
        Assert.InRange(Count().Memory, 0, before.Memory + 4096);
    }

    private static bool IsBelow(int host, string pid)
    {
        for (var depth = 0; depth < 8 && int.TryParse(pid, CultureInfo.InvariantCulture, out var number) && number > 1; depth++)
        {
            if (number == host)
                return true;
            pid = Sys.ProcessField(number, 4) ?? "";
        }
        return false;
    }

    private static int CgroupsOf(MmmHost host)
    {
        var hash = StableHash.Of(host.Path);
        return File.ReadLines("/proc/mounts").Where(l => l.Split(' ')[2] == "cgroup2").Select(l => l.Split(' ')[1])
            .Sum(root => Directory.GetDirectories(root, $"mmm-{hash:x8}-*").Length);
    }
}
