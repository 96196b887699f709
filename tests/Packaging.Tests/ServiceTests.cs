namespace Packaging.Tests;

/// <summary>What the service of the package lets the host and its apps do.</summary>
public sealed class ServiceTests(Packages packages) : IDisposable
{
    private const string Unit = "lib/systemd/system/mmm.service";
    private readonly string _root = Directory.CreateTempSubdirectory("mmm-service-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private string Unpacked()
    {
        if (!Directory.Exists($"{_root}/lib"))
            Shell.Run($"dpkg-deb -x {packages.Deb("amd64")} {_root}").Require();
        return _root;
    }

    // What its generator adds for a configuration.
    private string Added(string config)
    {
        File.WriteAllText($"{_root}/config", config);
        Shell.Run($"""
            rm -rf {_root}/added; mkdir {_root}/added
            sed s:/etc/mmm/appliance.json:{_root}/config: {Unpacked()}/lib/systemd/system-generators/mmm |
                sh -s {_root}/added {_root}/added {_root}/added
            """).Require();
        var file = $"{_root}/added/mmm.service.d/50-network.conf";
        return File.Exists(file) ? File.ReadAllText(file) : "";
    }

    [Fact]
    public void Its_exposure_is_2_0_or_better()
    {
        var result = Shell.Run($"systemd-analyze security --no-pager --offline=yes --threshold=20 {Unpacked()}/{Unit}");
        Assert.Contains("Overall exposure level for mmm.service", result.Require(), StringComparison.Ordinal);
    }

    [Fact]
    public void Systemd_knows_every_line_of_it_with_and_without_a_network()
    {
        Unpacked();
        foreach (var config in (string[])["{}", """{ "apps": [ { "name": "a", "network": true } ] }"""])
        {
            Added(config);
            Shell.Run($"rm -rf {_root}/{Unit}.d; cp -r {_root}/added/. {_root}/lib/systemd/system/").Require();
            // What it says about programs and man pages that are not installed here ends with code 1, too.
            var said = Shell.Run($"systemd-analyze verify --man=no {_root}/{Unit} || true").Require();
            Assert.DoesNotMatch("(?i)unknown|ignoring|failed to parse|invalid|bad unit", said);
        }
    }

    [Theory]
    [InlineData("""{ "apps": [ { "name": "a", "command": ["/a"], "network": true } ] }""", true)]
    [InlineData("{ \"apps\": [ {\n  \"network\" :true,\n  \"name\": \"a\" } ] }", true)]
    [InlineData("""{ "apps": [ { "name": "a", "command": ["/a"], "network": false } ] }""", false)]
    [InlineData("{ \"apps\": [ {\n  // \"network\": true,\n  \"name\": \"a\" } ] }", false)]
    [InlineData("""{ "apps": [ { "name": "network", "command": ["/a", "true"] } ] }""", false)]
    public void It_has_a_network_if_an_app_of_the_configuration_does(string config, bool has) =>
        Assert.Equal(has, Added(config).Contains("PrivateNetwork=no", StringComparison.Ordinal));

    [Fact]
    public void Without_a_configuration_it_has_no_network()
    {
        Added("{}");
        File.Delete($"{_root}/config");
        var generator = $"{_root}/lib/systemd/system-generators/mmm";
        Shell.Run($"sed s:/etc/mmm/appliance.json:{_root}/config: {generator} | sh -s {_root}/added").Require();
        Assert.False(Directory.Exists($"{_root}/added/mmm.service.d"));
    }

    // The mounts that systemd makes for the service, and a user without rights that gets none.
    private static ShellResult InItsMounts(string mounts, string command) => Shell.Run($$"""
        unshare --mount --propagation private --net --pid --fork --kill-child bash -euc '
            mount --bind / /mnt; mount -o remount,bind,ro /
            mount -t proc -o nosuid,nodev,noexec,hidepid=invisible proc /proc
            {{mounts}}
            exec setpriv --reuid 65533 --regid 65533 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all {{command}}'
        """);

    private const string AppSandbox = "bwrap --unshare-user --unshare-pid --unshare-net --unshare-ipc --unshare-uts --unshare-cgroup "
        + "--ro-bind / / --tmpfs /tmp --dev /dev --proc /proc --new-session --die-with-parent";

    [Fact]
    public void Bubblewrap_makes_the_sandbox_of_an_app_inside_that_of_the_service()
    {
        var said = InItsMounts("", $"{AppSandbox} sh -c \"cd /proc; echo [0-9]*; touch /tmp/x; ! touch /etc/x\"").Require();
        Assert.Matches(@"(?m)^1 2( \d+)?$", said);
    }

    [Theory]
    [InlineData("ProtectKernelTunables", "mount --bind /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys")]
    [InlineData("ProtectKernelLogs", "mount --bind /dev/null /proc/kmsg")]
    [InlineData("ProtectHostname", "mount --bind /proc/sys/kernel/hostname /proc/sys/kernel/hostname")]
    public void What_would_keep_bubblewrap_from_it_is_not_in_the_unit(string directive, string mounts)
    {
        var result = InItsMounts(mounts, $"{AppSandbox} true");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("Can't mount proc", result.Output, StringComparison.Ordinal);
        Assert.DoesNotMatch($"(?m)^{directive}=", File.ReadAllText($"{Unpacked()}/{Unit}"));
    }

    [Theory]
    [InlineData("amd64")]
    [InlineData("arm64")]
    public void The_package_depends_on_bubblewrap(string architecture) =>
        Assert.Contains(" bubblewrap,", Shell.Run($"dpkg-deb --field {packages.Deb(architecture)} Depends").Require());
}
