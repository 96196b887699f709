using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;

namespace Packaging.Tests;

/// <summary>The package on a Debian 12 that is booted by systemd on an emulated PC with a screen and a keyboard.</summary>
[Trait("Needs", "boot")]
public sealed class BootTests(Packages packages)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8); // an emulated processor on a busy machine

    // Runs in the machine, beside the service: says on the serial line how far it is, and waits for keys.
    private const string Check = """
        #!/bin/sh
        say() { echo "check: $*" >/dev/ttyS0; }
        until_true() {
            tries=0
            until "$@"; do
                tries=$((tries + 1))
                if [ $tries -gt 1500 ]; then
                    say "failed: $*"
                    journalctl -b --no-pager -u mmm | tail -n 30 >/dev/ttyS0
                    poweroff -f
                fi
                sleep 0.2
            done
        }
        shows() { mmmctl clients 2>/dev/null | grep -q "^demo  *[0-9].*running\|^raw .*running"; }
        typed() { journalctl -b --no-pager -u mmm | grep -q "demo: event $1"; }
        other() { now=$(pidof mmm) && [ "$now" != "$1" ]; }
        until_true shows
        host=$(pidof mmm)
        say "shown by $(stat -c %U /proc/$host)"
        until_true typed a
        kill -9 "$host"
        until_true other "$host"
        until_true shows
        say "shown again"
        until_true typed b
        systemctl stop mmm
        say "stopped: $(systemctl is-active mmm), $(systemctl is-failed mmm)"
        poweroff -f
        """;

    [Fact]
    public void The_service_shows_its_app_after_a_boot_and_after_a_crash_of_the_host()
    {
        using var root = new DebianRoot("boot-sandbox-amd64",
            "--variant=minbase --include=systemd-sysv,udev,linux-image-amd64,bubblewrap,kbd,adduser,zstd");
        root.AddDemo("gcc");
        var disk = Path.Combine(root.Path, "..", "disk");
        File.WriteAllText(Path.Combine(root.Path, "config"), """
            { "apps": [ { "name": "demo", "command": ["/demo", "--size", "300x200", "--at", "10,20", "color", "ff0080"] } ] }
            """);
        File.WriteAllText(Path.Combine(root.Path, "check"), Check);
        File.WriteAllText(Path.Combine(root.Path, "etc/systemd/system/check.service"), """
            [Unit]
            After=mmm.service
            [Service]
            ExecStart=/bin/sh /check
            [Install]
            WantedBy=multi-user.target
            """);
        Shell.Run($"cp {packages.Deb("amd64")} {root.Path}/mmm.deb").Require();
        root.Run("dpkg -i /mmm.deb; rm /mmm.deb; cp /config /etc/mmm/appliance.json; systemctl enable check mmm");
        Shell.Run($"cp {root.Path}/boot/vmlinuz-* {disk}.kernel; cp {root.Path}/boot/initrd.img-* {disk}.initrd; "
            + $"rm -rf {root.Path}/dev/*; mke2fs -q -t ext4 -d {root.Path} {disk}.img 1500M").Require();
        using var machine = new Machine(disk);
        machine.WaitFor("check: shown by mmm");
        Assert.Equal((0xff0080, 0xff0080, 0), machine.Pixels((10, 20), (309, 219), (310, 220)));
        machine.Press("a");
        machine.WaitFor("check: shown again");
        Assert.Equal((0xff0080, 0xff0080, 0), machine.Pixels((10, 20), (309, 219), (310, 220)));
        machine.Press("b");
        machine.WaitFor("check: stopped: inactive, inactive");
    }

    /// <summary>A PC without KVM, whose serial line is a file.</summary>
    private sealed class Machine : IDisposable
    {
        private readonly string _disk;
        private readonly Process _qemu;
        private readonly Socket _control = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        private readonly StreamReader _answers;

        public Machine(string disk)
        {
            _disk = disk;
            _qemu = Process.Start("qemu-system-x86_64",
            [
                "-M", "q35", "-cpu", "max", "-m", "1024", "-smp", "2", "-display", "none", "-vga", "std", "-nic", "none", "-no-reboot",
                "-device", "virtio-keyboard-pci", "-drive", $"file={disk}.img,format=raw,if=virtio",
                "-kernel", $"{disk}.kernel", "-initrd", $"{disk}.initrd", "-append", "root=/dev/vda rw console=ttyS0 quiet",
                "-serial", $"file:{disk}.serial", "-qmp", $"unix:{disk}.qmp,server,nowait",
            ]);
            Until(() => File.Exists($"{disk}.qmp"), "QEMU");
            _control.Connect(new UnixDomainSocketEndPoint($"{disk}.qmp"));
            _answers = new StreamReader(new NetworkStream(_control));
            Ask("""{ "execute": "qmp_capabilities" }""");
        }

        private string Serial => File.Exists($"{_disk}.serial") ? File.ReadAllText($"{_disk}.serial") : "";

        public void WaitFor(string text)
        {
            Until(() => Serial.Contains(text, StringComparison.Ordinal) || Serial.Contains("check: failed", StringComparison.Ordinal)
                || _qemu.HasExited, text);
            Assert.True(Serial.Contains(text, StringComparison.Ordinal), $"{text}: {Serial}");
        }

        public void Press(string key) => Ask(
            $$"""{ "execute": "send-key", "arguments": { "keys": [ { "type": "qcode", "data": "{{key}}" } ] } }""");

        /// <summary>Three pixels of the screen.</summary>
        public (int, int, int) Pixels((int X, int Y) a, (int X, int Y) b, (int X, int Y) c)
        {
            Ask($$"""{ "execute": "screendump", "arguments": { "filename": "{{_disk}}.ppm" } }""");
            var ppm = File.ReadAllBytes($"{_disk}.ppm");
            var head = System.Text.Encoding.ASCII.GetString(ppm, 0, 32).Split('\n')[..3]; // P6, width and height, 255
            var width = int.Parse(head[1].Split(' ')[0]);
            var start = head.Sum(line => line.Length + 1);
            return (At(a), At(b), At(c));

            int At((int X, int Y) p)
            {
                var at = start + 3 * (p.Y * width + p.X);
                return ppm[at] << 16 | ppm[at + 1] << 8 | ppm[at + 2];
            }
        }

        private void Ask(string command)
        {
            _control.Send(System.Text.Encoding.UTF8.GetBytes(command + "\n"));
            while (true) // the greeting and events come between
            {
                var line = _answers.ReadLine() ?? throw new InvalidOperationException($"QEMU has ended: {Serial}");
                using var answer = JsonDocument.Parse(line);
                Assert.False(answer.RootElement.TryGetProperty("error", out var error), $"{command}: {error}");
                if (answer.RootElement.TryGetProperty("return", out _))
                    return;
            }
        }

        private void Until(Func<bool> condition, string what)
        {
            var clock = Stopwatch.StartNew();
            while (!condition())
            {
                Assert.True(clock.Elapsed < Patience, $"{what}: not within {Patience.TotalMinutes} minutes; {Serial}");
                Thread.Sleep(50);
            }
        }

        public void Dispose()
        {
            _control.Dispose();
            if (!_qemu.HasExited)
                _qemu.Kill();
            _qemu.WaitForExit(5000);
            _qemu.Dispose();
        }
    }
}
