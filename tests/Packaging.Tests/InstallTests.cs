namespace Packaging.Tests;

/// <summary>The package in a Debian 12 of its own.</summary>
public sealed class InstallTests(Packages packages)
{
    private const string Config = """
        { "path": "/run/mmm", "display": { "device": "memory:160x120" }, "audio": { "device": "none" }, "input": { "devices": ["none"] },
          "apps": [ { "name": "demo", "sandbox": "none", "command": [ DEMO, "--title", "Demo", "color", "00ff00" ] } ] }
        """;

    private const string NoApps = """
        { "path": "/run/mmm", "display": { "device": "memory:160x120" }, "audio": { "device": "none" }, "input": { "devices": ["none"] } }
        """;

    // Starts the host as the service does, and waits for the first frame of the app, or of a client that a command starts.
    private static string Show(string run, string client = ":") => $$"""
        mkdir -p /run/mmm /run/mmm-host && chown mmm /run/mmm /run/mmm-host 2>/dev/null || true
        {{run}}/usr/bin/mmm --config /etc/mmm/appliance.json >/host.log 2>&1 &
        host=$!
        {{client}} &
        client=$!
        tries=0
        until {{run}}/usr/bin/mmmctl clients 2>/dev/null | grep -q Demo; do
            tries=$((tries + 1))
            if [ $tries -gt 100 ] || ! kill -0 $host; then cat /host.log; exit 1; fi
            sleep 0.2
        done
        {{run}}/usr/bin/mmmctl screenshot /tmp/panel.png
        {{run}}/usr/bin/mmmctl quit
        wait $host
        kill $client 2>/dev/null || true
        test -s /tmp/panel.png
        rm /tmp/panel.png
        """;

    [Fact]
    public void It_is_installed_runs_is_upgraded_and_is_removed()
    {
        using var root = new DebianRoot("sandbox-amd64", "--variant=minbase --include=adduser,bubblewrap,kbd");
        root.AddDemo("gcc");
        // A higher version of the same package, whose configuration has changed, too.
        Shell.Run($$"""
            cp {{packages.Deb("amd64")}} {{root.Path}}/mmm.deb
            dpkg-deb -R {{packages.Deb("amd64")}} {{root.Path}}/higher
            sed -i 's/^Version: .*/Version: 99.0/' {{root.Path}}/higher/DEBIAN/control
            echo '// a new comment' >>{{root.Path}}/higher/etc/mmm/appliance.json
            dpkg-deb --root-owner-group -b {{root.Path}}/higher {{root.Path}}/higher.deb
            """).Require();
        File.WriteAllText(Path.Combine(root.Path, "config"), Config.Replace("DEMO", "\"/demo\""));
        root.Run($$"""
            echo "--- installed, and the configuration that it brings is valid: without apps, nothing is started"
            dpkg -i /mmm.deb
            id mmm | grep -q video
            test "$(mmm --version)" = {{packages.Version}}
            if /usr/lib/mmm/may-start; then echo "the service would start without an app"; exit 1; fi
            timeout 2 mmm --config /etc/mmm/appliance.json --display memory:16x16 --path /tmp/x >/log 2>&1 || test $? -eq 124
            grep -q "mmm: ready" /log
            echo "--- run"
            cp /config /etc/mmm/appliance.json
            {{Show("setpriv --reuid mmm --regid mmm --init-groups ")}}
            echo "--- upgraded: the changed configuration stays"
            dpkg -i --force-confold /higher.deb
            dpkg -s mmm | grep -q "Version: 99.0"
            cmp /config /etc/mmm/appliance.json
            {{Show("")}}
            echo "--- removed, but not the configuration"
            dpkg -r mmm
            test ! -e /usr/bin/mmm
            cmp /config /etc/mmm/appliance.json
            echo "--- purged"
            dpkg -P mmm
            test ! -e /etc/mmm/appliance.json
            ! getent passwd mmm
            left=$(find / -xdev -name '*mmm*' -not -path '/proc/*' -not -path '/mmm.deb' -not -path '/higher/*' -not -path '/tmp/*')
            test -z "$left" || { echo "left: $left"; exit 1; }
            """);
    }

    [Fact]
    public void On_arm64_it_shows_a_client()
    {
        using var root = new DebianRoot("arm64", "--variant=extract --architectures=arm64 --include=libc6");
        root.AddDemo("clang --target=aarch64-linux-gnu");
        Shell.Run($"dpkg-deb -x {packages.Deb("arm64")} {root.Path}; cp $(command -v qemu-aarch64-static) /bin/busybox {root.Path}/")
            .Require();
        // The host starts an app by its own program, which needs a kernel that starts programs for arm64 without the emulator's name.
        File.WriteAllText(Path.Combine(root.Path, "etc/mmm/appliance.json"), NoApps);
        // The commands of the script are those of this machine, the host and the app those of the board.
        root.Run($"""
            /busybox mkdir /tools
            /busybox --install -s /tools
            export PATH=/tools
            {Show("/qemu-aarch64-static ", "MMM_PATH=/run/mmm /qemu-aarch64-static /demo --title Demo color 00ff00")}
            """, "/busybox sh");
    }
}
