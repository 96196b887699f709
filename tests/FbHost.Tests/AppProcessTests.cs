using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using FbHost.Apps;
using static Tmds.Linux.LibC;

namespace FbHost.Tests;

/// <summary>The processes of apps: their groups, their ends, and what they get from the host.</summary>
public class AppProcessTests
{
    private const string Shell = """{ "apps": [ { "name": "demo", "keepRunning": true, "sandbox": "none", """
        + """ "command": [ "/bin/sh", "$TEMP/app" ] } ] }""";

    private static readonly Dictionary<string, string> NoVariables = [];

    private static MmmHost Host(string script, bool start = true)
    {
        var host = new MmmHost(config: Shell, start: false);
        host.Temp.Write("app", host.Expand(script));
        if (start)
            host.Start();
        return host;
    }

    private static int ReadPid(MmmHost host, string file)
    {
        var pid = 0;
        Wait.Until(() => File.Exists(host.Temp[file]) && int.TryParse(File.ReadAllText(host.Temp[file]), out pid),
            $"a pid in {file}", host.AllLog);
        return pid;
    }

    private static bool IsAlive(int pid)
    {
        try
        {
            return !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [Theory]
    [InlineData("sleep 1000 &")]
    [InlineData("(trap '' TERM; exec sleep 1000) &")] // only by SIGKILL
    public void The_children_of_an_app_end_with_the_host(string child)
    {
        using var host = Host($"{child} echo $! > $TEMP/child; exec $RAW --title Demo color 00ff00");
        host.WaitForClient("Demo");
        var pid = ReadPid(host, "child");
        Assert.True(IsAlive(pid));
        Assert.Equal(0, host.Stop());
        Assert.False(IsAlive(pid));
    }

    [Theory]
    [InlineData("sleep 1000 &")]
    [InlineData("(trap '' TERM; exec sleep 1000) &")]
    public void What_an_app_leaves_behind_is_ended_and_then_it_is_started_again(string child)
    {
        using var host = Host($"{child} echo $! > $TEMP/child; exec $RAW --title Demo color 00ff00");
        var app = host.WaitForClient("Demo").Pid;
        var pid = ReadPid(host, "child");
        Child.Kill(app);
        host.WaitForClient("Demo", c => c.Pid != app && c.Frames > 0);
        Wait.Until(() => !IsAlive(pid), "the end of the child"); // the kernel may take a while to end what was killed
        Wait.Until(() => ReadPid(host, "child") != pid, "the child of the next process");
        Assert.True(IsAlive(ReadPid(host, "child")));
    }

    [Fact]
    public void A_restart_ends_the_children_too()
    {
        using var host = Host("sleep 1000 & echo $! > $TEMP/child; exec $RAW --title Demo color 00ff00");
        var app = host.WaitForClient("Demo").Pid;
        var pid = ReadPid(host, "child");
        using var restart = host.Ctl("restart", "demo");
        Assert.Equal(0, restart.WaitForEnd());
        Assert.False(IsAlive(pid));
        Assert.NotEqual(app, host.WaitForClient("Demo").Pid);
    }

    [Fact]
    public void The_children_of_mmm_COMMAND_end_with_it()
    {
        using var temp = new TempDirectory();
        using var mmm = new Child(Programs.Mmm,
            ["--display", "memory:100x80", "--input", "none", "--audio", "none", "--path", temp["clients"],
            "/bin/sh", "-c", $"sleep 1000 & echo $! > {temp["child"]}; exit 7"]);
        Assert.Equal(7, mmm.WaitForEnd());
        Assert.False(IsAlive(int.Parse(File.ReadAllText(temp["child"]))));
    }

    [Theory]
    [InlineData("set -m; $RAW color 00ff00 & wait")] // in a group of its own
    [InlineData("setsid $RAW color 00ff00 & wait")] // in a session of its own
    [InlineData("setsid sh -c '(exec env -u MMM_APP $RAW color 00ff00) & sleep 1000' & wait")]
    public void The_client_that_a_shell_runs_ends_with_mmm_COMMAND_and_leaves_nothing(string script)
    {
        using var temp = new TempDirectory();
        using var mmm = new Child(Programs.Mmm,
            ["--display", "memory:100x80", "--input", "none", "--audio", "none",
                "bash", "-c", script.Replace("$RAW", Programs.RawClient, StringComparison.Ordinal)], ("MMM_PATH", null));
        var (pid, directory) = (0, $"/tmp/mmm-{mmm.Pid}");
        Wait.Until(() => mmm.Errors.Select(l => Regex.Match(l, @"raw \(pid (\d+)\)")).FirstOrDefault(m => m.Success) is { } match
            && int.TryParse(match.Groups[1].Value, out pid), "the client", () => string.Join('\n', mmm.Errors));
        Assert.True(Directory.Exists(directory));
        mmm.Signal(Child.SIGTERM);
        Assert.Equal(0, mmm.WaitForEnd());
        Assert.False(IsAlive(pid));
        Assert.False(Directory.Exists(directory));
    }

    [Fact]
    public void What_an_app_leaves_in_other_sessions_ends_with_it_and_is_reaped()
    {
        using var host = Host("""
            setsid sh -c 'echo $$ > $TEMP/child; exec sleep 1000' &
            [ -e $TEMP/again ] || (setsid true &)
            touch $TEMP/again
            exec $RAW --title Demo color 00ff00
            """);
        var app = host.WaitForClient("Demo").Pid;
        var child = ReadPid(host, "child");
        Child.Kill(app);
        host.WaitForClient("Demo", c => c.Pid != app && c.Frames > 0);
        Assert.False(IsAlive(child));
        var children = Directory.GetDirectories("/proc").Select(d => Path.GetFileName(d)).Where(n => int.TryParse(n, out _))
            .Select(n => Mmm.Linux.Sys.ProcessFields(int.Parse(n, CultureInfo.InvariantCulture)))
            .Where(f => f is [_, var parent, ..] && parent == host.Process.Pid.ToString(CultureInfo.InvariantCulture));
        Wait.Until(() => !children.Any(f => f![0] == "Z"), "no zombies");
    }

    // A script that starts something and then becomes the host.
    [Fact]
    public void What_the_program_had_started_that_became_the_host_goes_on()
    {
        using var host = Host("exec $RAW --title Demo color 00ff00", start: false);
        host.Launcher = ["/bin/sh", "-c", $"setsid sleep 1000 & echo $! >{host.Temp["mine"]}; exec \"$@\"", "sh"];
        host.Start();
        host.WaitForClient("Demo");
        var mine = ReadPid(host, "mine");
        Assert.Equal(0, host.Stop());
        Assert.True(IsAlive(mine));
        Child.Kill(mine);
    }

    [Fact]
    public void A_client_that_an_app_started_and_orphaned_is_the_apps()
    {
        using var host = new MmmHost(start: false, config: """
            { "apps": [ {
                "name": "small", "fullScreen": true,
                "sandbox": "none", "command": ["/bin/sh", "-c", "($RAW --size 64x48 color 00ff00 &); exec sleep 1000"] } ] }
            """);
        host.Start();
        host.WaitForRectangle(0, 0, 320, 200, 0x00ff00);
    }

    [Fact]
    public void A_client_in_a_session_of_its_own_that_an_app_started_is_the_apps()
    {
        using var host = new MmmHost(start: false, config: """
            { "apps": [ {
                "name": "small", "fullScreen": true,
                "sandbox": "none", "command": ["/bin/sh", "-c", "setsid -w $RAW --size 64x48 color 00ff00 & wait"] } ] }
            """);
        host.Start();
        host.WaitForRectangle(0, 0, 320, 200, 0x00ff00);
    }

    [Fact]
    public void An_app_starts_with_a_session_of_its_own_and_nothing_else_of_the_hosts()
    {
        using var host = Host("""
            cat /proc/$$/status > $TEMP/status
            cat /proc/$$/stat > $TEMP/stat
            readlink /proc/$$/fd/0 > $TEMP/stdin
            exec $RAW --title Demo color 00ff00
            """, start: false);
        host.Launcher = ["/bin/sh", "-c", "exec 7</dev/null; trap '' USR1 PIPE XFSZ CHLD; exec \"$@\"", "sh"];
        host.Start();
        var pid = host.WaitForClient("Demo").Pid;
        var status = File.ReadAllLines(host.Temp["status"]);
        const long threads = 0x180000000; // glibc's own two, which every program sets for itself
        Assert.Equal(0, Signals(status, "SigIgn:\t") & ~threads);
        // Not the shell's: it blocks all for a moment while it waits for a program.
        Assert.Equal(0, Signals(File.ReadAllLines($"/proc/{pid}/status"), "SigBlk:\t"));
        var stat = File.ReadAllText(host.Temp["stat"]).Split(' '); // pid (sh) state parent group session terminal
        Assert.Equal([$"{pid}", $"{pid}", "0"], stat[4..7]);
        Assert.Equal("/dev/null\n", File.ReadAllText(host.Temp["stdin"]));
        var open = Directory.GetFiles($"/proc/{pid}/fd")
            .Where(fd => int.Parse(Path.GetFileName(fd)) > 2).Select(fd => new FileInfo(fd).LinkTarget!);
        Assert.StartsWith(host.Path + "/fb.", Assert.Single(open)); // the client's own file
    }

    private static long Signals(string[] status, string field) =>
        Convert.ToInt64(status.Single(l => l.StartsWith(field, StringComparison.Ordinal))[field.Length..], 16);

    [Fact]
    public void A_host_whose_parent_ignored_SIGCHLD_knows_the_exit_codes_of_its_apps()
    {
        using var host = Host("exit 3", start: false);
        host.Launcher = ["/bin/sh", "-c", "trap '' CHLD; exec \"$@\"", "sh"];
        host.Start();
        host.WaitForLog("ended with code 3");
    }

    [Fact]
    public void The_runtime_does_not_reap_these_children()
    {
        for (var i = 0; i < 20; i++)
        {
            var pid = ChildProcess.Start(["/bin/sh", "-c", "exit 7"], NoVariables);
            using (var other = Process.Start("true")) // its end has the runtime look for children
                other.WaitForExit();
            int? code = null;
            Wait.Until(() => ChildProcess.TryReap(pid, out code), "the end");
            Assert.Equal(7, code);
        }
        Assert.Equal(-ENOENT, ChildProcess.Start(["no-such-program-at-all"], NoVariables));
        Assert.Equal(-EACCES, ChildProcess.Start(["/dev/null"], NoVariables));
    }

    [Theory]
    [InlineData("ENOSYS")]
    [InlineData("EPERM")]
    public void Without_pidfds_apps_are_watched_and_ended_all_the_same(string error)
    {
        using var host = Host("sleep 1000 & echo $! > $TEMP/child; exec $RAW --title Demo color 00ff00", start: false);
        host.Launcher = [Programs.NoPidfd, error];
        host.Start();
        var first = host.WaitForClient("Demo").Pid;
        Child.Kill(first);
        host.WaitForLog($"app demo (pid {first}) ended with code 137");
        var second = WaitForOther(host, first);
        host.Process.Signal(Child.SIGKILL);
        host.Process.WaitForEnd();
        host.Start();
        Wait.Until(() => host.Clients.Any(c => c.Pid == second), "the client", host.AllLog);
        Assert.DoesNotContain(host.Clients, c => c.Pid != first && c.Pid != second); // taken over
        Child.Kill(second);
        var third = WaitForOther(host, first, second);
        var child = ReadPid(host, "child");
        Assert.Equal(0, host.Stop());
        Assert.False(IsAlive(third));
        Assert.False(IsAlive(child));
    }

    // The pid of a client that is none of those.
    private static int WaitForOther(MmmHost host, params int[] pids)
    {
        var pid = 0;
        Wait.Until(() => (pid = host.Clients.FirstOrDefault(c => !pids.Contains(c.Pid) && c.Frames > 0)?.Pid ?? 0) != 0,
            "another process", host.AllLog);
        return pid;
    }

    private static void Limit(MmmHost host, string limit, params string[] user)
    {
        string[] command = [.. user, "prlimit", "--pid", $"{host.Process.Pid}", limit];
        using var prlimit = new Child(command[0], command[1..]);
        Assert.True(prlimit.WaitForEnd() == 0, string.Join(" | ", prlimit.Errors));
    }

    private static int[] Descriptors(MmmHost host) =>
        [.. Directory.GetFileSystemEntries($"/proc/{host.Process.Pid}/fd").Select(p => int.Parse(Path.GetFileName(p)))];

    private static bool IsPidFd(MmmHost host, int fd, int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{host.Process.Pid}/fdinfo/{fd}").Contains($"Pid:\t{pid}\n", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // closed meanwhile
        }
    }

    [Fact]
    public void A_host_without_a_descriptor_left_watches_and_restarts_apps_all_the_same()
    {
        using var host = Host("echo $$ > $TEMP/pid.new; mv $TEMP/pid.new $TEMP/pid; exec $RAW --title Demo color 00ff00");
        var before = host.WaitForClient("Demo").Pid;
        Child.Kill(before); // a host that is not native code loads libraries when it needs them first
        var first = WaitForOther(host, before);
        var limit = Enumerable.Range(0, 1000).Except(Descriptors(host)).ElementAt(10); // ten are free below that
        Limit(host, $"--nofile={limit}:");
        var waiting = new List<ControlClient>(); // each takes a descriptor as soon as there is one
        for (var i = 0; i < 25; i++)
            waiting.Add(new ControlClient(host.Path));
        // But for one: the runtime's debugger waits in an open().
        int[] Free() => [.. Enumerable.Range(0, limit).Except(Descriptors(host))];
        Wait.Until(() => Free().Length <= 1, "a full table of descriptors",
            () => $"free of {limit}: {string.Join(", ", Free())}; log {host.AllLog()}");
        Child.Kill(first);
        Wait.Until(() => ReadPid(host, "pid") != first, "the second process", host.AllLog);
        var second = ReadPid(host, "pid");
        Assert.DoesNotContain(Descriptors(host), fd => IsPidFd(host, fd, second));
        host.Ask("clients"); // it answers
        Child.Kill(second);
        Wait.Until(() => ReadPid(host, "pid") != second, "the third process", host.AllLog);
        waiting.ForEach(w => w.Dispose());
        Limit(host, "--nofile=1024:");
        host.WaitForClient("Demo");
        Assert.Equal(0, host.Stop());
    }

    [Fact]
    public void An_app_that_cannot_be_started_for_want_of_processes_is_tried_again_with_one_line()
    {
        Programs.NeedRoot();
        const string user = "54321";
        using var host = Host("exec $RAW --title Demo color 00ff00", start: false);
        using (var chown = new Child("chown", ["-R", user, host.Temp.Path]))
            Assert.Equal(0, chown.WaitForEnd());
        string[] asUser = ["setpriv", $"--reuid={user}", $"--regid={user}", "--clear-groups"];
        host.Launcher = asUser;
        host.Start();
        var first = host.WaitForClient("Demo").Pid;
        Limit(host, "--nproc=1:", asUser);
        Child.Kill(first);
        host.WaitForLog("Resource temporarily unavailable");
        host.Ask("clients");
        Thread.Sleep(2500); // two more tries
        Assert.Equal(1, host.CountLog("Resource temporarily unavailable"));
        Limit(host, "--nproc=1000:", asUser);
        host.WaitForClient("Demo", c => c.Pid != first && c.Frames > 0);
        Assert.Equal(0, host.Stop());
    }

    [Fact]
    public void What_others_write_beside_the_clients_is_not_taken_for_the_hosts_own()
    {
        using var host = Host("exec $RAW --title Demo color 00ff00", start: false);
        using var innocent = new Child("sleep", ["1000"]);
        var start = File.ReadAllText($"/proc/{innocent.Pid}/stat").Split(' ')[21];
        File.WriteAllText(host[".apps"], $"{innocent.Pid} {start} demo\n");
        var victim = host.Temp.Write("victim", "precious");
        File.CreateSymbolicLink(host[".apps.new"], victim);
        host.Start();
        var first = host.WaitForClient("Demo").Pid; // not taken over
        File.Delete(host[".apps.new"]);
        using (var mkfifo = new Child("mkfifo", [host[".apps.new"]]))
            mkfifo.WaitForEnd();
        Child.Kill(first);
        host.WaitForClient("Demo", c => c.Pid != first && c.Frames > 0); // not blocked
        Assert.Equal(0, host.Stop());
        Assert.False(innocent.HasEnded);
        Assert.Equal("precious", File.ReadAllText(victim));
        Assert.Empty(Directory.GetFileSystemEntries(host.Own));
    }

    [Theory]
    [InlineData("boot")]
    [InlineData("start time")]
    [InlineData("owner")]
    public void An_app_of_another_boot_a_later_process_and_a_file_of_somebody_else_are_not_taken_over(string lie)
    {
        if (lie == "owner")
            Programs.NeedRoot();
        using var host = Host("exec $RAW --title Demo color 00ff00");
        var first = host.WaitForClient("Demo").Pid;
        host.Process.Signal(Child.SIGKILL);
        host.Process.WaitForEnd();
        LeaveCgroup(first);
        var kept = Assert.Single(Directory.GetFiles(host.Own, "apps", SearchOption.AllDirectories));
        var lines = File.ReadAllLines(kept);
        Assert.StartsWith($"{first} ", lines[1]);
        if (lie == "boot")
            lines[0] = Guid.NewGuid().ToString();
        using var innocent = new Child("sleep", ["1000"]);
        if (lie == "start time")
            lines[1] = $"{innocent.Pid} 1 demo";
        File.WriteAllLines(kept, lines);
        if (lie == "owner")
        {
            using var chown = new Child("chown", ["65534", host.Own]);
            Assert.Equal(0, chown.WaitForEnd());
        }
        host.Start();
        Wait.Until(() => host.Clients.Any(c => c.Pid != first && c.Name == "Demo"), "a process of its own", host.AllLog);
        Assert.Equal(0, host.Stop());
        Assert.False(innocent.HasEnded);
        Assert.Equal(lie != "start time", IsAlive(first)); // its environment says that it is a process of the app
        if (IsAlive(first))
            Child.Kill(first);
    }

    // In the cgroup of the app, it is one of its processes, whatever the file says.
    private static void LeaveCgroup(int pid)
    {
        var root = File.ReadLines("/proc/mounts").Select(l => l.Split(' ')).FirstOrDefault(l => l[2] == "cgroup2")?[1];
        if (root is not null && Programs.IsRoot)
            File.WriteAllText(Path.Combine(root, "cgroup.procs"), $"{pid}");
    }
}
