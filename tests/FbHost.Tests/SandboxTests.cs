using System.Text.Json;
using FbHost.Apps;
using FbHost.Options;
using FbHost.Tests.Support;
using Mmm.Linux;

namespace FbHost.Tests;

/// <summary>The sandbox of apps: what an app in it sees, and that old and new clients work in it.</summary>
public sealed class SandboxTests
{
    private static string App(string name, string script, string more = "") =>
        $$"""{ "name": "{{name}}", "firstFrameWithin": 0, {{more}} "command": [ "sh", "-c", {{JsonSerializer.Serialize(script)}} ] }""";

    private static string Apps(params string[] apps) => $$"""{ "apps": [ {{string.Join(", ", apps)}} ] }""";

    private static string Lines(MmmHost host, string app) => string.Join('\n', host.Ask("logs", app).GetProperty("lines").EnumerateArray()
        .Select(l => l.GetProperty("line").GetString()));

    private static string WaitForLines(MmmHost host, string app, string last)
    {
        Wait.Until(() => Lines(host, app).Split('\n').Contains(last), $"the line {last} of {app}", () => Lines(host, app) + host.AllLog());
        return Lines(host, app);
    }

    // An old client without a bell writes the pid that it has in its sandbox; the same one in each.
    [Fact]
    public void Old_clients_of_two_sandboxes_with_one_pid_are_told_apart()
    {
        using var host = new MmmHost(config: """
            { "front": "two", "apps": [
                { "name": "one", "command": ["$RAW", "--title", "One", "--size", "50x40", "color", "ff0000"] },
                { "name": "two", "command": ["$RAW", "--title", "Two", "--size", "30x20", "color", "00ff00"], "messages": ["raise"] } ] }
            """);
        var (one, two) = (host.WaitForClient("One"), host.WaitForClient("Two"));
        Assert.NotEqual(one.Pid, two.Pid);
        host.WaitForPixel(5, 5, 0x00ff00);
        host.WaitForPixel(45, 35, 0xff0000);
        Child.Kill(one.Pid);
        host.WaitForClient("One", c => c.Pid != one.Pid && c.Frames > 0);
        Assert.Equal(two.Pid, host.Client("Two")!.Pid);
        Assert.Equal(0, host.Stop());
        Assert.False(Directory.Exists(host[".apps"]));
    }

    [Fact]
    public void A_client_with_a_bell_gets_events_and_is_restarted()
    {
        using var host = new MmmHost(config: """{ "apps": [ { "name": "hello", "command": ["$HELLO"] } ] }""");
        var first = host.WaitForClient("Hello");
        Assert.True(first.Bell);
        host.Ask("tap", "100", "100");
        host.WaitForClient("Hello", c => c.EventsQueued == 0);
        Child.Kill(first.Pid);
        host.WaitForClient("Hello", c => c.Pid != first.Pid && c.Frames > 0);
    }

    [Fact]
    public void An_app_sees_a_read_only_system_its_own_folders_and_no_environment_or_descriptor_of_the_host()
    {
        using var host = new MmmHost(start: false, config: Apps(App("look", """
            env | sed 's/=.*//' | sort | tr '\n' ' '; echo
            ls /dev | tr '\n' ' '; echo
            ls -A /tmp /home /root 2>&1 | grep -c secret
            ls /proc/self/fd | tr '\n' ' '; echo
            ls -d /proc/[0-9]* | wc -l
            grep -E '^(NoNewPrivs|CapEff|CapBnd|Seccomp):' /proc/self/status | tr '\t\n' '  '; echo
            touch /usr/x /etc/x 2>&1 | grep -c 'Read-only'
            touch $STATE_DIRECTORY/kept /tmp/x && pwd
            ls -A "$MMM_PATH/.." | tr '\n' ' '; echo
            echo written > /dev/stdout
            echo end; sleep 1000
            """), App("other", "sleep 1000")))
        {
            Environment = [("NOTIFY_SOCKET", "@nobody"), ("CREDENTIALS_DIRECTORY", "/tmp/c"), ("SECRET", "1")],
        };
        host.Start();
        var lines = WaitForLines(host, "look", "end").Split('\n');
        string[] known = ["HOME", "LANG", "LANGUAGE", "MMM_APP", "MMM_PATH", "PATH", "PWD", "SHLVL", "STATE_DIRECTORY", "TZ", "_", ""];
        Assert.All(lines[0].Split(' '), v => Assert.True(known.Contains(v) || v.StartsWith("LC_", StringComparison.Ordinal), v));
        Assert.Equal("fd full null random shm stderr stdin stdout urandom zero ", lines[1]);
        Assert.Equal("0", lines[2]);
        Assert.Equal("0 1 2 3 ", lines[3]); // the last is that of ls
        Assert.InRange(int.Parse(lines[4]), 1, 6); // no process of others
        foreach (var part in (string[])["CapEff: 0000000000000000", "CapBnd: 0000000000000000", "NoNewPrivs: 1", "Seccomp: 2"])
            Assert.Contains(part, lines[5]);
        Assert.Equal("2", lines[6]);
        var state = host.Temp["state/apps/look"];
        Assert.Equal(state, lines[7]);
        Assert.Equal("look ", lines[8]); // and not the directory of the other app
        Assert.Equal("written", lines[9]);
        Assert.True(File.Exists(Path.Combine(state, "kept")));
        if (Programs.IsRoot)
        {
            Assert.Equal(0, FileStatus.Of(state, out var own));
            Assert.Equal(0, FileStatus.Of(host.Temp["state/apps/other"], out var others));
            Assert.InRange(own.Owner, 61184u, 65519u);
            Assert.NotEqual(own.Owner, others.Owner);
        }
    }

    [Fact]
    public void An_app_cannot_leave_its_sandbox_or_reach_the_host_or_another_app()
    {
        using var host = new MmmHost(start: false);
        host.Start("--config", host.Temp.Write("apps.json", host.Expand(Apps(
            """{ "name": "good", "command": ["$RAW", "--title", "Good", "--size", "50x40", "animate"] }"""))));
        var good = host.WaitForClient("Good").Pid;
        host.Temp.Write("apps.json", host.Expand(Apps(
            """{ "name": "good", "command": ["$RAW", "--title", "Good", "--size", "50x40", "animate"] }""",
            $$"""
              { "name": "bad", "firstFrameWithin": 0, "command": ["{{Programs.Hostile}}", "escape", "{{host.Process.Pid}}", "{{good}}"] }
              """)));
        host.Ask("reload");
        var tried = WaitForLines(host, "bad", "done").Split('\n')[..^1];
        Assert.Equal(20, tried.Length);
        Assert.DoesNotContain(tried, line => line.EndsWith(" ok", StringComparison.Ordinal));
        Assert.Contains("kill-host ESRCH", tried);
        Assert.Contains("kill-other ESRCH", tried);
        Assert.Equal(good, host.Client("Good")!.Pid);
    }

    [Theory]
    [InlineData("fork", "stopped after ")]
    [InlineData("fill /tmp", "ENOSPC")]
    [InlineData("fill $STATE", "file 0 ends after 4 MB: EFBIG")]
    [InlineData("descriptors", "EMFILE")]
    [InlineData("burn", "done")]
    public void A_greedy_app_meets_its_limits_while_another_keeps_its_rate(string mode, string says)
    {
        Programs.NeedRoot(); // processes are counted per user
        using var host = new MmmHost(start: false);
        var fileMb = mode == "fill /tmp" ? 0 : 4;
        var words = string.Join("\", \"", mode.Replace("$STATE", host.Temp["state/apps/bad"]).Split(' '));
        host.Start("--config", host.Temp.Write("apps.json", host.Expand(Apps(
            """{ "name": "good", "command": ["$RAW", "--title", "Good", "--size", "64x48", "animate"] }""",
            $$"""
              { "name": "bad", "firstFrameWithin": 0, "restart": "never", "limits": { "processes": 40, "files": 100, "fileMb": {{fileMb}} },
                "command": ["{{Programs.Hostile}}", "{{words}}"] }
              """))));
        host.WaitForClient("Good");
        Wait.Until(() => Lines(host, "bad").Contains(says, StringComparison.Ordinal), says, () => Lines(host, "bad") + host.AllLog());
        host.AssertKeepsShowing("Good");
        Assert.Equal(0, host.Stop());
        Assert.DoesNotContain(Directory.GetDirectories("/proc"), d => ReadComm(d) == "hostile");
    }

    private static string ReadComm(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "comm")).Trim();
        }
        catch (IOException)
        {
            return "";
        }
    }

    [Fact]
    public void What_an_entry_names_can_be_used()
    {
        using var host = new MmmHost(start: false);
        Directory.CreateDirectory(host.Temp["photos"]);
        Directory.CreateDirectory(host.Temp["music"]);
        File.SetUnixFileMode(host.Temp["music"], (UnixFileMode)0x1FF);
        host.Temp.Write("photos/one", "a photo");
        host.Start("--config", host.Temp.Write("apps.json", Apps(App("uses", $"""
            cat {host.Temp["photos"]}/one; echo
            touch {host.Temp["photos"]}/two 2>&1 | grep -c Read-only
            touch {host.Temp["music"]}/song && echo written
            echo "$GREETING in $(pwd)"
            ls /dev/tty* | tr '\n' ' '; echo
            wc -l < /proc/net/dev
            id -u
            echo end; sleep 1000
            """, $$"""
            "binds": ["{{host.Temp["photos"]}}", "rw:{{host.Temp["music"]}}"], "devices": ["/dev/tty"], "network": true, "user": "1234",
            "environment": { "GREETING": "hello" }, "workingDirectory": "{{host.Temp["photos"]}}",
            """))));
        var lines = WaitForLines(host, "uses", "end").Split('\n');
        Assert.Equal(["a photo", "1", "written", $"hello in {host.Temp["photos"]}", "/dev/tty "], lines[..5]);
        Assert.Equal(File.ReadAllLines("/proc/net/dev").Length, int.Parse(lines[5])); // the interfaces of the machine
        Assert.Equal("1234", lines[6]);
    }

    // The program is in the folder that has the host's directories, too; its app has another PATH than the host.
    [Fact]
    public void A_program_beside_the_host_s_directories_does_not_open_them()
    {
        using var host = new MmmHost(start: false);
        WriteProgram(host, "app", """
            #!/bin/sh
            /usr/bin/ls -A "$MMM_PATH/../.." | /usr/bin/tr '\n' ' '; echo
            /usr/bin/ls -A "$STATE_DIRECTORY/../.." | /usr/bin/tr '\n' ' '; echo
            echo end; exec /usr/bin/sleep 1000

            """);
        host.Start("--config", host.Temp.Write("apps.json", Apps($$"""
            { "name": "demo", "firstFrameWithin": 0, "environment": { "PATH": "/nonexistent" }, "command": ["{{host.Temp["app"]}}"] }
            """)));
        Assert.Equal([".apps ", "apps ", "end"], WaitForLines(host, "demo", "end").Split('\n')[..3]);
    }

    private static void WriteProgram(MmmHost host, string name, string script)
    {
        host.Temp.Write(name, script);
        File.SetUnixFileMode(host.Temp[name], (UnixFileMode)0x1ED);
    }

    [Theory]
    [InlineData("/opt/app/run", "")]
    [InlineData("/mnt/app/run", "/mnt/app")]
    [InlineData("/mnt/run", "/mnt/run")]
    [InlineData("/srv/run", "/srv/run")]
    [InlineData("/var/lib/run", "/var/lib/run")]
    [InlineData("/home/somebody/run", "/home/somebody/run")]
    [InlineData("/home/somebody/app/run", "/home/somebody/app")]
    [InlineData("/run/user/1000/run", "/run/user/1000/run")]
    [InlineData("/var/lib/mmm/run", "/var/lib/mmm/run")]
    [InlineData("/var/lib/mmm/apps/run", "/var/lib/mmm/apps/run")]
    [InlineData("/var/lib/mmm/apps/other/run", "/var/lib/mmm/apps/other/run")]
    [InlineData("/var/lib/mmm-apps/run", "/var/lib/mmm-apps")]
    [InlineData("/nonexistent/mmm/.apps/run", "/nonexistent/mmm/.apps/run")]
    [InlineData("/nonexistent/run", "/nonexistent/run")]
    public void A_program_s_folder_is_seen_unless_others_have_something_in_it(string program, string seen)
    {
        var paths = new Sandbox.Paths("/usr/bin/bwrap", program, "/nonexistent/mmm/.apps/demo", "/var/lib/mmm/apps/demo");
        Assert.Equal(seen, string.Join(' ', Sandbox.ProgramPaths(paths)));
    }

    [Theory]
    [InlineData("/run/systemd/resolve/stub-resolv.conf", "/run/systemd/resolve")]
    [InlineData("/run/resolv.conf", "/run/resolv.conf")]
    [InlineData("/tmp/resolv.conf", "/tmp/resolv.conf")]
    public void An_app_with_a_network_sees_the_name_servers_and_nothing_else_of_the_folder_of_all(string file, string seen) =>
        Assert.Equal(seen, Sandbox.ResolverPath(file));

    [Fact]
    public void A_script_whose_interpreter_is_not_in_the_sandbox_is_told_and_runs_with_a_bind()
    {
        using var host = new MmmHost(start: false);
        var interpreter = host.Temp["interpreter"];
        File.Copy(new FileInfo("/bin/sh").ResolveLinkTarget(true)?.FullName ?? "/bin/sh", interpreter);
        WriteProgram(host, "app", $"#!{interpreter}\necho runs\nsleep 1000\n");
        AssertRefused(host, $$"""{ "name": "demo", "command": ["{{host.Temp["app"]}}"] }""",
            $"needs {interpreter}, which is not in its sandbox; add the folder of it to \"binds\"");
        File.WriteAllText(host.Temp["apps.json"], Apps(
            $$"""{ "name": "demo", "firstFrameWithin": 0, "binds": ["{{interpreter}}"], "command": ["{{host.Temp["app"]}}"] }"""));
        host.Ask("reload");
        WaitForLines(host, "demo", "runs");
    }

    [Fact]
    public void The_user_of_an_app_gets_the_groups_of_devices_behind_links_and_in_folders()
    {
        Programs.NeedRoot();
        using var temp = new TempDirectory();
        temp.Write("node", "");
        Directory.CreateDirectory(temp["folder"]);
        temp.Write("folder/node", "");
        using var chown = new Child("chgrp", ["1234", temp["node"]]);
        using var second = new Child("chgrp", ["1235", temp["folder/node"]]);
        Assert.Equal((0, 0), (chown.WaitForEnd(), second.WaitForEnd()));
        File.CreateSymbolicLink(temp["link"], temp["node"]);
        var app = new AppOptions("demo", ["demo"]) { Start = new AppStart { Devices = [temp["link"], temp["folder"], temp["none"]] } };
        Assert.Equal([1234u, 1235u], new AppFolders(temp["apps"]).UserOf(app)!.Value.Groups);
    }

    [Fact]
    public void An_app_that_ends_is_not_said_to_leave_others_running()
    {
        string[] names = ["one", "two", "three", "four"];
        using var host = new MmmHost(config: Apps([.. names.Select(name => App(name, "exit 0"))]));
        Wait.Until(() => host.CountLog("ended with code 0; restarting in 0.4 s") == 4, "the second end of each", host.AllLog);
        Assert.Equal(0, host.CountLog("left others running"));
    }

    // The names of files have fewer letters than the names of apps in some languages.
    [Fact]
    public void The_outputs_of_apps_with_long_names_are_told_apart()
    {
        var (one, two) = (new string('語', 63) + "1", new string('語', 63) + "2");
        using var host = new MmmHost(config: Apps(App(one, "echo from one; sleep 1000"), App(two, "echo from two; sleep 1000")));
        WaitForLines(host, one, "from one");
        WaitForLines(host, two, "from two");
        Assert.DoesNotContain("from two", Lines(host, one));
        Assert.DoesNotContain("from one", Lines(host, two));
    }

    [Theory]
    [InlineData("\u007FELF\u0002\u0001\u0001\0\0\0\0\0\0\0\0\0\u0002\0\u00F3\0", "is a program for RISC-V, and this machine is")]
    [InlineData("#!/usr/bin/no-such-shell\n", "is a script for /usr/bin/no-such-shell, which is not on this machine; install it")]
    [InlineData("#!/bin/sh\r\necho\r\n", "is a script with line ends of DOS")]
    [InlineData("hello", "is no program and no script")]
    public void A_program_that_cannot_run_here_is_told(string content, string says)
    {
        using var host = new MmmHost(start: false);
        var app = host.Temp["app"];
        File.WriteAllBytes(app, [.. content.Select(c => (byte)c)]);
        File.SetUnixFileMode(app, (UnixFileMode)0x1ED);
        AssertRefused(host, $$"""{ "name": "demo", "command": ["{{app}}"] }""", says);
    }

    [Theory]
    [InlineData(0x70, "")] // a part of the header
    [InlineData(0, "needs /lib/ld-musl-elsewhere.so.1, which is not on this machine; install the C library that it was built for")]
    public void A_program_whose_loader_is_missing_is_told(int cut, string says)
    {
        using var temp = new TempDirectory();
        using var gcc = new Child("gcc", ["-o", temp["app"], "-Wl,--dynamic-linker=/lib/ld-musl-elsewhere.so.1",
            Path.Combine(AppContext.BaseDirectory, "hostile.c")]);
        Assert.Equal(0, gcc.WaitForEnd());
        if (cut > 0)
            File.WriteAllBytes(temp["app"], File.ReadAllBytes(temp["app"])[..cut]);
        Assert.StartsWith(says, ProgramFile.Fault(temp["app"]) ?? "");
        Assert.Null(ProgramFile.Fault(Programs.RawClient));
    }

    // No file that is damaged is more than a program that does not start.
    [Fact]
    public void The_header_of_a_program_may_have_any_numbers()
    {
        using var temp = new TempDirectory();
        var good = File.ReadAllBytes(Programs.RawClient)[..4096];
        var random = new Random(1);
        for (var i = 0; i < 2000; i++)
        {
            var bad = good[..random.Next(20, good.Length)];
            for (var change = random.Next(1, 9); change > 0; change--)
                bad[random.Next(4, Math.Min(bad.Length, 200))] = (byte)(random.Next(2) * 255);
            File.WriteAllBytes(temp["app"], bad);
            ProgramFile.Fault(temp["app"]);
            ProgramFile.Interpreter(temp["app"]);
        }
    }

    [Theory]
    [InlineData("\"user\": \"no-such-user\"", "this machine has no user no-such-user; create it")]
    [InlineData("\"group\": \"no-such-group\"", "this machine has no group no-such-group; create it")]
    [InlineData("\"binds\": [\"/no/such/place\"]", "/no/such/place of its binds and devices does not exist")]
    [InlineData("\"devices\": [\"/dev/no-such\"]", "/dev/no-such of its binds and devices does not exist")]
    [InlineData("\"workingDirectory\": \"/no/such\"", "its workingDirectory /no/such does not exist; create it")]
    public void An_entry_that_cannot_be_followed_is_told(string key, string says)
    {
        Programs.NeedRoot();
        using var host = new MmmHost(start: false);
        AssertRefused(host, $$"""{ "name": "demo", {{key}}, "command": ["$RAW"] }""", says);
    }

    [Fact]
    public void Without_bubblewrap_an_app_is_not_started_without_its_sandbox()
    {
        using var host = new MmmHost(start: false) { Environment = [("PATH", "/nonexistent")] };
        AssertRefused(host, """{ "name": "demo", "command": ["$RAW"] }""",
            "there is no bwrap for its sandbox; install the package bubblewrap");
    }

    // Started by hand, the host says it and ends; as an appliance, everything else runs.
    private static void AssertRefused(MmmHost host, string app, string says)
    {
        var config = host.Temp.Write("apps.json", host.Expand(Apps(app)));
        using var mmm = new Child(Programs.Mmm, ["--display", "memory:64x48", "--input", "none", "--audio", "none", "--config", config],
            [("MMM_PATH", host.Path + "2"), ("STATE_DIRECTORY", host.Temp["state"]), .. host.Environment]);
        BadInputTests.AssertOneLine(mmm, says);
        config = host.Temp.Write("apps.json", host.Expand(Apps(app,
            """{ "name": "runs", "sandbox": "none", "command": ["$RAW", "--title", "Runs", "color", "00ff00"] }""")));
        host.Start("--config", config, "--fallback", config);
        host.WaitForClient("Runs");
        host.WaitForLog(says);
    }
}
