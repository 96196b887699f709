namespace Deploy.Tests;

/// <summary>What is sent, and what happens when sending is interrupted.</summary>
public sealed class SendingTests
{
    private const string Releases = "/var/lib/mmm-apps/app/releases";

    [Fact]
    public void Only_files_with_another_content_are_sent()
    {
        using var device = new LoopbackDevice();
        using var app = new TestApp("show 00ff00");
        var first = device.MustPush(app);
        app.Mode = "show 00ff01";
        var second = device.Push(app);
        Assert.Equal(0, second.ExitCode);
        Assert.Matches(@"sent 0\.0 of \d\.\d MB \(the rest was there\)", second.Output);
        Assert.Equal("1", device.Shell($"ls {Releases}/*/'data/some ballast' | xargs -d '\\n' stat -c %i | uniq | wc -l"));

        // The same size is not enough.
        device.Shell($"printf x | dd of={Releases}/{first}/'data/some ballast' bs=1 seek=1000 conv=notrunc 2>/dev/null");
        var third = device.Push(app);
        Assert.Equal(0, third.ExitCode);
        Assert.Matches(@"sent 3\.0 of \d\.\d MB", third.Output);
    }

    [Fact]
    public void The_newest_releases_are_kept_and_a_rollback_goes_back_one_each_time()
    {
        using var device = new LoopbackDevice();
        using var app = new TestApp("show 00ff00", kilobytes: 10);
        string[] releases = [.. Enumerable.Range(0, 4).Select(_ => device.MustPush(app))];
        Assert.Equal(releases[1..], device.Shell($"ls {Releases}").Split('\n'));

        Assert.Equal($"127.0.0.1  app runs {releases[2]}\n", device.Deploy("rollback").Output);
        Assert.Equal(releases[2], device.Current());
        Assert.Equal($"127.0.0.1  app runs {releases[1]}\n", device.Deploy("rollback").Output);
        var last = device.Deploy("rollback");
        Assert.Equal((1, $"deploy/rollback: 127.0.0.1: there is no release of app before {releases[1]}\n"), (last.ExitCode, last.Error));
        Assert.Equal(releases[1], device.Current());
    }

    [Fact]
    public void A_full_disk_refuses_the_release_and_the_next_push_works()
    {
        using var device = new LoopbackDevice(megabytes: 12);
        using var app = new TestApp("show 00ff00", kilobytes: 1000);
        var good = device.MustPush(app);
        using var large = new TestApp("show ff0000", kilobytes: 20_000);
        var result = device.Push(large);
        Assert.Equal(1, result.ExitCode);
        Assert.Matches(@"^deploy/push: 127\.0\.0\.1 refused the release: there is not enough space on the device: \d+ MB are needed, "
            + @"\d+ MB are free\n$", result.Error);
        Assert.Equal(good, device.Current());
        Assert.Equal(good, device.Shell($"ls {Releases}"));
        device.MustPush(app);
    }

    [Fact]
    public void A_lost_connection_leaves_the_former_release_and_no_half_one()
    {
        using var device = new LoopbackDevice(megabytes: 400);
        using var app = new TestApp("show 00ff00", kilobytes: 10);
        var good = device.MustPush(app);
        using var large = new TestApp("show ff0000", kilobytes: 200_000);
        // The connection ends without a word: the server's process that unpacks is gone, soon after it has begun.
        using (var cut = new Child(LoopbackDevice.PathOf("shell"),
            [.. device.Options, device.Word, "echo waits; until pkill -KILL -f '^tar -C'; do sleep 0.05; done"]))
        {
            cut.WaitForOutput("waits");
            using var push = device.Start("push", "App", "--published", large.Folder);
            Assert.Equal(1, push.WaitForEnd());
            Assert.StartsWith("deploy/push: ", Assert.Single(push.Errors));
            Assert.Equal(0, cut.WaitForEnd());
        }
        Assert.Equal(good, device.Current());
        Wait.Until(() => device.Shell($"ls {Releases}") == good, "the half release is gone", () => device.Shell($"ls {Releases}"));
        device.MustPush(app);
    }

    [Fact]
    public void A_push_that_is_killed_before_the_end_of_the_trial_is_undone_by_the_next()
    {
        using var device = new LoopbackDevice();
        using var app = new TestApp("show 00ff00", kilobytes: 10);
        var good = device.MustPush(app);
        using var push = device.Start("push", "App", "--published", app.Folder);
        Wait.Until(() => push.Output.Any(l => l.EndsWith("first frame", StringComparison.Ordinal)), "the first frame");
        Assert.NotEqual(good, device.Current());
        device.Shell("pkill -KILL -f mmm-[d]eploy; true");
        Assert.Equal(1, push.WaitForEnd());
        Assert.Matches("^deploy/push: the connection to .* was lost while .* started; see what runs there: deploy/status", push.Errors[^1]);
        Assert.Contains("on trial", device.Deploy("status").Output);
        app.Mode = "exit 3";
        Assert.Contains($"switched back to {good}", device.Push(app).Error);
    }

    [Fact]
    public void A_trial_that_a_power_cut_ended_is_undone_at_boot()
    {
        using var device = new LoopbackDevice();
        using var app = new TestApp("show 00ff00", kilobytes: 10);
        var good = device.MustPush(app);
        var settle = Path.Combine(Repository.Root, "firmware-image/rootfs/usr/lib/mmm/settle");
        device.Shell($"""
            cd /var/lib/mmm-apps/app; mv /etc/mmm/appliance.json /etc/mmm/appliance.json.before; echo new >/etc/mmm/appliance.json
            ln -sfn releases/other current
            printf 'former releases/{good}\nconfig saved\nboot %s\n' "$(cat /proc/sys/kernel/random/boot_id)" >trial
            {settle} /var/lib/mmm-apps /etc/mmm/appliance.json
            """);
        Assert.Equal("other", device.Current()); // it is of this boot: its push is at work
        device.Shell($"sed -i 's/^boot .*/boot another/' /var/lib/mmm-apps/app/trial; "
            + $"{settle} /var/lib/mmm-apps /etc/mmm/appliance.json");
        Assert.Equal(good, device.Current());
        Assert.Contains("memory:320x200", device.Shell("cat /etc/mmm/appliance.json"));
    }
}
