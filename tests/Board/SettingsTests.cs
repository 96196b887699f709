namespace Board.Tests;

/// <summary>The settings of a device: what they change on a board, and what happens if a change loses the network.</summary>
[Collection("device")]
[TestMethodOrderer(typeof(TopToBottom))]
public sealed class SettingsTests(BoardFixture fixture, SettingsTests.OwnBoard own) : IClassFixture<SettingsTests.OwnBoard>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>A board of these tests alone, with a second network, on which the test is.</summary>
    public sealed class OwnBoard(BoardFixture fixture) : IDisposable
    {
        private Board? _board;

        internal EthernetPeer Peer { get; } = new();

        internal Board Board => _board ??= fixture.BootAnother("settings", Peer.Devices);

        /// <summary>Powers the board on again, with its data.</summary>
        internal void PowerOn()
        {
            _board?.Dispose();
            _board = fixture.BootAgain("settings", Peer.Devices);
        }

        public void Dispose()
        {
            _board?.Dispose();
            Peer.Dispose();
        }
    }

    private Device Device => own.Board.Device;

    private void Watch(Action steps) => BoardFixture.Watch(own.Board, nameof(SettingsTests), steps);

    private void WaitFor(string what, string line, string part) =>
        Wait.Until(what, Patience, () => Device.Run(line).Output.Contains(part), () => Device.Run(line).ToString(), pause: 500);

    [Fact]
    public void Settings_take_effect_at_once() => Watch(() =>
    {
        var key = Path.Combine(fixture.Folder, "second-key");
        Command.Require("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key, "-C", "second"], Patience);
        var second = new Device(Device.Port, key, Path.Combine(fixture.Folder, "known_hosts"));
        Assert.NotEqual(0, second.Run("true").ExitCode);
        Device.Send($"{key}.pub", "/tmp/second.pub");
        Device.Require("mmmctl device set hostname=panel7 timezone=Asia/Kolkata key+=@/tmp/second.pub log=debug");
        Assert.Equal("panel7", Device.Require("hostname"));
        Assert.Equal("IST", Device.Require("date +%Z"));
        Assert.Equal("debug", Device.Require("cat /data/device/log"));
        Assert.Equal("panel7", second.Require("hostname"));
        WaitFor("the host name in DHCP", "cat /proc/$(pidof udhcpc)/cmdline | tr '\\0' ' '", "-x hostname:panel7 ");
        Device.Require("mmmctl device set key-=second");
        Assert.NotEqual(0, second.Run("true").ExitCode);
    });

    [Fact]
    public void The_app_in_its_sandbox_has_the_time_zone() => Watch(() =>
    {
        var app = Assert.Single(Device.Clients()).Pid;
        Assert.Equal("/usr/share/zoneinfo/Asia/Kolkata", Device.Require($"readlink /proc/{app}/root/etc/localtime"));
        Assert.Equal("TZif", Device.Require($"head -c 4 /proc/{app}/root/usr/share/zoneinfo/Asia/Kolkata"));
    });

    [Fact]
    public void Bad_settings_are_refused_with_a_line_and_change_nothing() => Watch(() =>
    {
        var result = Device.Run("mmmctl device set hostname=other timezone=Europe/Nowhere");
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("mmmctl: timezone is \"Europe/Nowhere\"; it must be ", Assert.Single(result.Error.TrimEnd().Split('\n')));
        Assert.Equal("panel7", Device.Require("hostname"));
        Assert.DoesNotContain("other", Device.Require("cat /data/device.json"));
    });

    [Fact]
    public void Another_machine_finds_the_host_name_and_ssh_by_mdns() => Watch(() =>
    {
        Device.Require("ip link set eth1 up; ip addr add 10.88.0.2/24 dev eth1");
        byte[] address = [.. EthernetPeer.DnsName("panel7.local"), 0, 1, 0x80, 1]; // of type A, the only one of that name
        Heard("panel7.local", 1, address);
        Heard("_ssh._tcp.local", 12, [.. EthernetPeer.DnsName("_ssh._tcp.local")[..^1], 0, 0, 12, 0, 1]);
        Heard("panel7._ssh._tcp.local", 33, [0, 33, 0x80, 1]);

        void Heard(string name, int type, byte[] part) =>
            Wait.Until($"an answer about {name}", Patience, () =>
            {
                own.Peer.Ask(name, type);
                return own.Peer.HasHeard(part);
            }, pause: 500);
    });

    [Fact]
    public void The_clock_is_set_by_ntp() => Watch(() =>
    {
        own.Peer.Ahead = new DateTime(2031, 5, 6, 7, 8, 9, DateTimeKind.Utc) - DateTime.UtcNow;
        Device.Require("mmmctl device set ntp=10.88.0.1");
        WaitFor("the time of the server", "date -u +%Y-%m", "2031-05");
    });

    [Fact]
    public void The_device_joins_a_wifi_network_and_says_that_a_key_is_wrong() => Watch(() =>
    {
        var radio = Path.Combine(fixture.Folder, "radio");
        Directory.CreateDirectory(radio);
        Command.Require(Path.Combine(fixture.Repo, "tests/Board/radio"), [radio], TimeSpan.FromMinutes(2));
        File.WriteAllText(Path.Combine(radio, "ap.conf"), """
            interface=wlan1
            driver=nl80211
            ssid=plant
            hw_mode=g
            channel=1
            wpa=2
            wpa_key_mgmt=WPA-PSK SAE
            rsn_pairwise=CCMP
            ieee80211w=1
            wpa_passphrase=correct horse

            """);
        File.WriteAllText(Path.Combine(radio, "udhcpd.conf"),
            "start 10.77.0.50\nend 10.77.0.60\ninterface wlan1\nlease_file /tmp/leases\nauto_time 1\noption subnet 255.255.255.0\n");
        Device.Require("mkdir -p /tmp/radio; touch /tmp/leases");
        foreach (var file in Directory.GetFiles(radio))
            Device.Send(file, "/tmp/radio/");
        Device.Require("cd /tmp/radio && while read m; do insmod $m $([ $m = mac80211_hwsim.ko ] && echo radios=2); done <radio.list");
        Device.Require("cd /tmp/radio; ip addr add 10.77.0.1/24 dev wlan1; (./hostapd ap.conf; true) >ap.log 2>&1 & "
            + "sleep 2; udhcpd -f /tmp/radio/udhcpd.conf >/dev/null 2>&1 &");
        Device.Require("mmmctl device set --yes wifi='plant:wrong horse' wifi-country=DE");
        WaitFor("the wrong key is told", "mmmctl device show", "Wi-Fi: the key is wrong");
        Device.Require("mmmctl device set --yes wifi='plant:correct horse'");
        WaitFor("the network is joined", "mmmctl device show", "Wi-Fi: connected");
        WaitFor("an address", "ip -4 addr show wlan0", "10.77.0.5");
        WaitFor("the host name in the leases", "dumpleases -f /tmp/leases", "panel7");
        Assert.DoesNotContain("horse", Device.Require("mmmctl device show; mmmctl device show --json"));
        Device.Require("mmmctl device set --yes wifi-ip=10.77.0.99/24");
        WaitFor("the static address", "ip -4 addr show wlan0", "10.77.0.99/24");
        Device.Require("mmmctl device set --yes wifi= wifi-country= wifi-ip=");
    });

    [Fact]
    public void A_change_of_the_network_that_is_confirmed_is_kept() => Watch(() =>
    {
        Device.Require("mmmctl device set ip=10.0.2.15/24 gateway=10.0.2.2 dns=10.0.2.3 >/tmp/said 2>&1 </dev/null &");
        WaitFor("the line of the change", "cat /tmp/said", "taken back in 60 s");
        WaitFor("the static address", "ip route", "default via 10.0.2.2");
        WaitFor("the name server", "cat /etc/resolv.conf", "nameserver 10.0.2.3");
        Device.Require("mmmctl device confirm");
        WaitFor("the change ends", "cat /tmp/said", "is confirmed");
        Assert.Contains("10.0.2.15/24", Device.Require("mmmctl device show"));
        Device.Require("mmmctl device set --yes ip= gateway= dns=");
        WaitFor("DHCP", "pidof udhcpc", "");
    });

    private void LoseTheNetwork()
    {
        Device.Require("(mmmctl device set ip=10.9.9.9/24 gateway=10.9.9.1 >/tmp/said 2>&1 </dev/null &)");
        // More than one answer that is late.
        Wait.Until("the network is lost", Patience, () => Enumerable.Range(0, 4).All(_ => !Device.Answers()), pause: 500);
    }

    [Fact]
    public void A_change_that_loses_the_network_is_taken_back_after_60_s() => Watch(() =>
    {
        LoseTheNetwork();
        Wait.Until("the network is back", TimeSpan.FromSeconds(120), Device.Answers, pause: 1000);
        Assert.Contains("not confirmed", Device.Require("cat /tmp/said"));
        Assert.Contains("(dhcp)", Device.Require("mmmctl device show"));
        Assert.Equal("0", Device.Require("grep -c 10.9.9 /data/device.json || true"));
    });

    // As a PC does it, with the card in its reader.
    private void Drop(string text) => Device.Require("mkdir -p /tmp/card; mount -t vfat /dev/mmm/boot /tmp/card && "
        + $"echo '{text}' >/tmp/card/device.json; umount /tmp/card; sync");

    private string Card(string line) =>
        Device.Require($"mkdir -p /tmp/card; mount -t vfat -o ro /dev/mmm/boot /tmp/card; cd /tmp/card && {line}; cd /; umount /tmp/card");

    [Fact]
    public void A_power_cut_before_the_confirmation_takes_the_change_back_and_a_bad_file_on_the_card_has_a_report()
    {
        Drop("""{ "hostname": "-" }""");
        LoseTheNetwork();
        own.Board.CutPower();
        own.PowerOn();
        Watch(() =>
        {
            Assert.Contains("(dhcp)", Device.Require("mmmctl device show"));
            Assert.Equal("panel7", Device.Require("hostname"));
            Assert.Contains("not confirmed and is taken back", Device.Require("mmmctl logs --device"));
            Assert.Contains("device.json:1: hostname is \"-\"; it must be", Card("cat device.json.txt"));
        });
    }

    [Fact]
    public void A_file_on_the_card_is_imported_and_the_clock_goes_on_from_where_it_was()
    {
        Drop("""{ "hostname": "panel8", "timezone": "Asia/Kolkata", "wifi": "plant:correct horse" }""");
        Device.Run("date -u -s 2035-01-02; (sleep 1; poweroff) >/dev/null 2>&1 &");
        own.Board.WaitOff();
        own.PowerOn();
        Watch(() =>
        {
            Assert.Equal("panel8", Device.Require("hostname"));
            Assert.Equal("2035 IST", Device.Require("date '+%Y %Z'"));
            Assert.Equal("device.json.imported", Card("ls device.json*"));
            Assert.Contains("plant:…", Card("cat device.json.imported"));
            Assert.DoesNotContain("horse", Card("cat device.json.imported"));
            Assert.Contains("plant:correct horse", Device.Require("cat /data/device.json"));
        });
    }
}
