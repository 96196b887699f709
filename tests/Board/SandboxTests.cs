using System.Globalization;

namespace Board.Tests;

/// <summary>
/// The sandbox of apps on a kernel with cgroups: a greedy app meets its limits, and another app goes on to draw. The same boot has a
/// watchdog (QEMU's i6300esb), which restarts the board when the host stands still.
/// </summary>
[Collection("alone")]
[TestMethodOrderer(typeof(TopToBottom))]
public sealed class SandboxTests(BoardFixture fixture, SandboxTests.OwnBoard own) : IClassFixture<SandboxTests.OwnBoard>
{
    private const double Share = 1.0 / 2; // of the frames without the greedy app, which other work on this machine makes vary
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>A board of these tests alone.</summary>
    public sealed class OwnBoard(BoardFixture fixture) : IDisposable
    {
        private Board? _board;
        private HostOnBoard? _host;

        internal Board Board => _board ??= fixture.BootAnother("sandbox", "-device", "i6300esb");

        internal HostOnBoard Host => _host ??= Prepare();

        private HostOnBoard Prepare()
        {
            var hostile = Path.Combine(fixture.Folder, "hostile");
            Command.Require("clang", ["--target=aarch64-linux-gnu", "-fuse-ld=lld", "-O1", "-static", "-o", hostile,
                Path.Combine(fixture.Repo, "tests/FbHost.Tests/hostile.c")], TimeSpan.FromMinutes(1));
            Board.Device.Send(hostile, "/data/hostile");
            Board.Device.Send(Path.Combine(fixture.Programs.DrawApp, "DrawApp"), "/data/DrawApp");
            return new HostOnBoard(Board.Device);
        }

        public void Dispose() => _board?.Dispose();
    }

    private HostOnBoard Start(string mode, string limits)
    {
        var words = string.Join("\", \"", mode.Split(' '));
        own.Host.Start("--input none --audio none", $$"""
            { "apps": [ { "name": "good", "command": ["/data/DrawApp", "100000", "small"] },
                { "name": "bad", "firstFrameWithin": 0, "restart": "never", "startWhen": "after good", "limits": { {{limits}} },
                  "command": ["/data/hostile", "{{words}}"] } ] }
            """, "STATE_DIRECTORY=/data");
        return own.Host;
    }

    private static long Frames(HostOnBoard host) => System.Text.Json.JsonDocument.Parse(host.Control("clients --json")).RootElement
        .EnumerateArray().First(c => c.GetProperty("app").GetString() == "good").GetProperty("frames").GetInt64();

    // Frames a second of the board's own time.
    private double Rate(HostOnBoard host)
    {
        double Now() => double.Parse(own.Board.Device.Require("cut -d' ' -f1 /proc/uptime"), CultureInfo.InvariantCulture);
        var (frames, start) = (Frames(host), Now());
        Thread.Sleep(5000);
        return (Frames(host) - frames) / (Now() - start);
    }

    private static void WaitSaid(HostOnBoard host, string part) =>
        Wait.Until(part, Patience, () => host.Log.Contains(part), () => host.Log, pause: 300);

    [Fact]
    public void The_image_runs_its_app_in_a_sandbox_with_a_user_of_its_own() => BoardFixture.Watch(own.Board, nameof(SandboxTests), () =>
    {
        var device = own.Board.Device;
        var pid = Assert.Single(device.Clients()).Pid;
        var status = device.Require($"cat /proc/{pid}/status");
        var user = status.Split('\n').First(l => l.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1];
        Assert.InRange(int.Parse(user, CultureInfo.InvariantCulture), 61184, 65519);
        Assert.Contains("Seccomp:\t2", status);
        Assert.Contains("/mmm-", device.Require($"cat /proc/{pid}/cgroup"));
        Assert.Contains("watchdog: /dev/watchdog, 30 s", own.Board.Console);
    });

    [Fact]
    public void Greedy_apps_meet_their_limits_while_another_draws() => BoardFixture.Watch(own.Board, nameof(SandboxTests), () =>
    {
        var host = Start("rest", "");
        WaitSaid(host, "bad: done");
        var free = Rate(host);
        Attack("eat", "\"memoryMb\": 40", "ended with code 137");
        Attack("fork", "\"processes\": 30", "stopped after ");
        Attack("burn", "\"cpuWeight\": 10", "bad: done");
        Attack("fill /tmp", "\"memoryMb\": 200, \"fileMb\": 0", "ENOSPC");
        Attack("descriptors", "\"files\": 100", "EMFILE");

        void Attack(string mode, string limits, string says)
        {
            Start(mode, limits);
            WaitSaid(host, says);
            var rate = Rate(host);
            fixture.Measured($"frames a second beside an app that does {mode}", $"{rate:0.0} of {free:0.0}");
            Assert.True(rate >= free * Share, $"{mode}: {rate:0.0} of {free:0.0} frames a second");
            Assert.DoesNotContain("app good", host.Log);
        }
    });

    [Fact]
    public void An_app_cannot_leave_its_sandbox() => BoardFixture.Watch(own.Board, nameof(SandboxTests), () =>
    {
        var host = Start("rest", ""); // so that it can be told the processes
        var device = own.Board.Device;
        host = Start($"escape {device.Pid("mmm")} {device.Require("pidof DrawApp")}", "");
        WaitSaid(host, "bad: done");
        var tried = host.Log.Split('\n').Where(l => l.StartsWith("bad: ", StringComparison.Ordinal)).ToList();
        Assert.Equal(21, tried.Count);
        Assert.DoesNotContain(tried, line => line.EndsWith(" ok", StringComparison.Ordinal));
    });

    // The board's clock runs ahead of ours: whenever the board waits for a time, it is that time at once.
    [Fact]
    public void A_board_that_is_well_runs_for_an_hour_and_one_whose_host_stands_still_is_started_again_by_the_watchdog()
    {
        using var board = fixture.BootAnother("watchdog", "-device", "i6300esb", "-icount", "shift=4,sleep=off");
        BoardFixture.Watch(board, nameof(SandboxTests), () =>
        {
            const int hour = 3600;
            double Uptime() => double.Parse(board.Device.Require("cut -d' ' -f1 /proc/uptime"), CultureInfo.InvariantCulture);
            int Starts() => board.Console.Split("mmm: ready:").Length - 1;
            Wait.Until("an hour", TimeSpan.FromMinutes(15), () => Uptime() > hour, () => board.Console, pause: 1000);
            Assert.Equal(1, Starts());
            Assert.DoesNotContain("the watchdog is not fed", board.Console);
            board.Device.Require($"kill -STOP {board.Device.Pid("mmm")}");
            Wait.Until("the next start", TimeSpan.FromMinutes(3), () => Starts() == 2, () => board.Console, pause: 500);
        });
    }
}
