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
        dpkg --purge mmm
        say "purged"
        """;

    [Fact]
    public void The_service_shows_its_app_after_a_boot_and_after_a_crash_of_the_host_and_deploy_setup_makes_a_device_of_it()
    {
        using var root = new DebianRoot("boot-ssh-amd64",
            "--variant=minbase --include=systemd-sysv,udev,linux-image-amd64,bubblewrap,kbd,adduser,zstd,openssh-server,sudo");
        using var person = new Person(root);
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
        using var machine = new Machine(disk, person.Port);
        machine.WaitFor("check: shown by mmm");
        machine.WaitForPixels((0xff0080, 0xff0080, 0), (10, 20), (309, 219), (310, 220));
        machine.Press("a");
        machine.WaitFor("check: shown again");
        machine.WaitForPixels((0xff0080, 0xff0080, 0), (10, 20), (309, 219), (310, 220));
        machine.Press("b");
        machine.WaitFor("check: stopped: inactive, inactive");
        machine.WaitFor("check: purged");
        MakeADevice(machine, person);
    }

    private void MakeADevice(Machine machine, Person person)
    {
        // A Debian without the package, and a user with sudo.
        Assert.Contains(": mmm is not installed there; run: deploy/setup", person.Push("show 00ff00").Output, StringComparison.Ordinal);
        var setup = person.Deploy($"setup HOST --deb {packages.Deb("amd64")}").Require();
        Assert.Contains("is ready: deploy/push", setup, StringComparison.Ordinal);
        person.Push("show 00ff00").Require();
        machine.WaitForPixels((0x00ff00, 0x00ff00, 0x00ff00), (1, 1), (63, 1), (63, 47));
        var crash = person.Push("crash");
        Assert.Contains("it ended with SIGSEGV before its first frame; switched back to App-", crash.Output, StringComparison.Ordinal);
        Assert.Matches(@"app +App-\S+ +\w+ ", person.Deploy("status HOST").Require());
        var removed = person.Deploy("setup HOST --remove").Require();
        Assert.Contains("left are /var/lib/mmm", removed, StringComparison.Ordinal);
        person.Deploy("shell HOST '! command -v mmm && [ ! -e /var/lib/mmm-apps ]'").Require();
    }

    /// <summary>Someone who works on the machine by ssh, as a user who has sudo there.</summary>
    private sealed class Person : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("mmm-person-").FullName;

        public Person(DebianRoot root)
        {
            using (var listener = new TcpListener(System.Net.IPAddress.Loopback, 0))
            {
                listener.Start();
                Port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
            }
            Shell.Run($"""
                ssh-keygen -q -t ed25519 -N '' -f {_folder}/key
                mkdir {_folder}/app
                gcc -O1 -static -o {_folder}/app/App tests/Deploy.Tests/app.c
                gcc -O1 -static -o {_folder}/app/client tests/FbHost.Tests/raw_client.c -lm
                cp {_folder}/key.pub {root.Path}/key.pub
                """).Require();
            File.WriteAllText(Path.Combine(root.Path, "etc/systemd/network/all.network"), "[Match]\nName=e*\n[Network]\nDHCP=yes\n");
            root.Run("""
                adduser --quiet --disabled-password --gecos pi pi
                mkdir -p /home/pi/.ssh; mv /key.pub /home/pi/.ssh/authorized_keys; chown -R pi:pi /home/pi/.ssh; chmod 700 /home/pi/.ssh
                echo 'pi ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/pi
                systemctl enable systemd-networkd ssh
                """);
        }

        public int Port { get; }

        /// <summary>Runs a program of deploy/; HOST is the machine.</summary>
        public ShellResult Deploy(string command) => Shell.Run("deploy/" + command.Replace("HOST",
            $"--port {Port} --identity {_folder}/key --known-hosts {_folder}/known pi@127.0.0.1", StringComparison.Ordinal));

        public ShellResult Push(string mode)
        {
            File.WriteAllText(Path.Combine(_folder, "app/mode"), mode + "\n");
            return Deploy($"push HOST App --published {_folder}/app");
        }

        public void Dispose() => Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A PC without KVM, whose serial line is a file.</summary>
    private sealed class Machine : IDisposable
    {
        private readonly string _disk;
        private readonly Process _qemu;
        private readonly Socket _control = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        private readonly StreamReader _answers;

        public Machine(string disk, int sshPort)
        {
            _disk = disk;
            _qemu = Process.Start("qemu-system-x86_64",
            [
                "-M", "q35", "-cpu", "max", "-m", "1024", "-smp", "2", "-display", "none", "-vga", "std", "-no-reboot",
                "-nic", $"user,model=virtio-net-pci,restrict=on,hostfwd=tcp:127.0.0.1:{sshPort}-:22",
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

        /// <summary>Waits until three pixels of the screen have these colours.</summary>
        public void WaitForPixels((int, int, int) colors, (int X, int Y) a, (int X, int Y) b, (int X, int Y) c)
        {
            var seen = Pixels(a, b, c);
            var clock = Stopwatch.StartNew();
            for (; seen != colors && clock.Elapsed < Patience; seen = Pixels(a, b, c))
                Thread.Sleep(200);
            Assert.Equal(colors, seen);
        }

        private (int, int, int) Pixels((int X, int Y) a, (int X, int Y) b, (int X, int Y) c)
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
