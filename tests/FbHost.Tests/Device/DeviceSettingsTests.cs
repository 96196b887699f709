using CsCheck;
using FbHost.Device;
using Mmm;

namespace FbHost.Tests.Device;

/// <summary>Settings of a device: what is valid, what a file may be, and what is derived.</summary>
public sealed class DeviceSettingsTests : IDisposable
{
    private const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBpNvmob17UTpTmcl3qMW9TO5bZze0ciHjG1zVEYYUZg";
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    private static DeviceSettings With(params string[] changes) => DeviceSettings.None.With(changes);

    private static string FaultOf(Action act) => Assert.Throws<MmmException>(act).Message;

    [Theory]
    [InlineData("hostname=panel7"), InlineData("hostname=7"), InlineData("hostname=A-b")]
    [InlineData("timezone=Europe/Berlin"), InlineData("timezone=UTC"), InlineData("timezone=Etc/GMT+5")]
    [InlineData("ntp=pool.ntp.org"), InlineData("ntp=10.0.0.1,de.pool.ntp.org"), InlineData("ntp=2001:db8::1")]
    [InlineData("ip=dhcp"), InlineData("ip=10.0.0.7/24"), InlineData("ip=192.168.1.254/30")]
    [InlineData("dns=9.9.9.9,2620:fe::fe"), InlineData("log=debug")]
    [InlineData("wifi=plant:correct horse"), InlineData("wifi=open"), InlineData("wifi=a\\:b:12345678")]
    [InlineData("wifi=ä:\"#\\$&'<>|")]
    [InlineData("key=" + Key), InlineData("key=" + Key + " me@home, at work")]
    public void Valid_settings_are_kept(string change)
    {
        var settings = With(change);
        var file = _temp.Write("device.json", System.Text.Encoding.UTF8.GetString(settings.ToJson()));
        Assert.Equal(settings.ToJson(), DeviceSettings.Read(file).ToJson());
        Assert.NotEqual("{}\n", File.ReadAllText(file));
    }

    [Theory]
    [InlineData("hostname=-a"), InlineData("hostname=a.b"), InlineData("hostname=a_b"), InlineData("hostname=localhost")]
    [InlineData("hostname=ü"), InlineData("hostname=a\nb")]
    [InlineData("hostname=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("timezone=Europe/Nowhere"), InlineData("timezone=../../etc/passwd"), InlineData("timezone=/UTC")]
    [InlineData("timezone=Europe")]
    [InlineData("ntp=a b"), InlineData("ntp=1.2.3"), InlineData("ntp=a\nserver b"), InlineData("ntp=1,2,3,4,5,6,7,8,9")]
    [InlineData("ip=10.0.0.7"), InlineData("ip=10.0.0.0/24"), InlineData("ip=10.0.0.255/24"), InlineData("ip=127.0.0.1/8")]
    [InlineData("ip=10.0.0.7/33"), InlineData("ip=10.0.0.7/0"), InlineData("ip=0x0a.0.0.7/24"), InlineData("ip=224.0.0.1/24")]
    [InlineData("gateway=10.0.0.1"), InlineData("dns=1.1.1.1,2.2.2.2,3.3.3.3,4.4.4.4"), InlineData("dns=fe80::1%eth0")]
    [InlineData("wifi=:12345678"), InlineData("wifi=a:1234567"), InlineData("wifi=a:öööööööö"), InlineData("wifi=a:12345678\n")]
    [InlineData("wifi=123456789012345678901234567890123"), InlineData("wifi-country=DE"), InlineData("wifi-hidden=yes")]
    [InlineData("key=ssh-ed25519 AAAA"), InlineData("key=command=\"x\" " + Key), InlineData("key=@/none"), InlineData("key=" + Key + "\nx")]
    [InlineData("log=loud"), InlineData("hostnam=a"), InlineData("=a"), InlineData("hostname"), InlineData("hostname+=a"), InlineData("ntp+=")]
    [InlineData("ntp-=a.example"), InlineData("key=-----BEGIN OPENSSH PRIVATE KEY-----")]
    public void Settings_that_are_not_valid_are_refused_with_one_line(string change)
    {
        var fault = FaultOf(() => With(change));
        Assert.DoesNotContain('\n', fault.TrimEnd());
        Assert.True(fault.Contains("it must") || fault.Contains("; "), fault);
    }

    [Theory]
    [InlineData("10.0.0.1", null), InlineData("10.0.1.1", "in the network"), InlineData("10.0.0.7", "another address")]
    [InlineData("10.0.0.255", "in the network")]
    public void A_gateway_is_another_host_of_the_network(string gateway, string? fault)
    {
        string[] changes = ["ip=10.0.0.7/24", $"gateway={gateway}"];
        if (fault is null)
            Assert.Equal("10.0.0.7/24 10.0.0.1\n", Derived(With(changes))["address-eth0"]);
        else
            Assert.Contains(fault, FaultOf(() => With(changes)));
    }

    [Fact]
    public void Keys_are_added_once_and_removed_by_name()
    {
        var settings = With($"key+={Key} old name").With([$"key+={Key} me"]);
        Assert.Equal([$"{Key} me"], settings.List("key"));
        Assert.Empty(settings.With(["key-=me"]).List("key"));
        var file = _temp.Write("id.pub", $"# mine\n{Key} file\n\n");
        Assert.Equal([$"{Key} file"], With($"key+=@{file}").List("key"));
    }

    [Fact]
    public void All_faults_of_a_change_are_told_and_a_secret_is_not()
    {
        var e = Assert.Throws<MmmException>(() => With("hostname=-", "wifi=plant:secret", "log=x"));
        Assert.Equal(3, FaultLine.AllOf(e).Count);
        Assert.DoesNotContain(FaultLine.AllOf(e), l => l.Contains("secret"));
    }

    [Fact]
    public void A_shown_setting_has_no_secret()
    {
        var shown = System.Text.Encoding.UTF8.GetString(With("wifi=plant:correct horse").ToJson(hideSecrets: true));
        Assert.Contains("plant:…", shown);
        Assert.DoesNotContain("horse", shown);
        Assert.Contains("must be", FaultOf(() => With("wifi=plant:…"))); // what was shown is not taken for a key
    }

    private static Dictionary<string, string> Derived(DeviceSettings settings) => DerivedFiles.Of(settings).ToDictionary();

    [Fact]
    public void Wpa_supplicant_gets_what_the_key_allows()
    {
        var psk = Derived(With("wifi=plant:say \"hi\" #1", "wifi-country=DE", "wifi-hidden=yes"))["wpa_supplicant.conf"];
        Assert.Contains("country=DE\n", psk);
        Assert.Contains("\tssid=706c616e74\n\tscan_ssid=1\n", psk);
        Assert.Contains("SAE\n\tieee80211w=1\n\tpsk=\"say \"hi\" #1\"\n", psk);
        var raw = Derived(With($"wifi=plant:{new string('a', 64)}"))["wpa_supplicant.conf"];
        Assert.Contains($"psk={new string('a', 64)}\n", raw);
        Assert.DoesNotContain("SAE", raw);
        Assert.Contains("key_mgmt=NONE", Derived(With("wifi=plant"))["wpa_supplicant.conf"]);
    }

    [Theory]
    [InlineData("[]"), InlineData("{ \"hostname\": 7 }"), InlineData("{ \"hostname\": \"a\", \"hostname\": \"b\" }"), InlineData("")]
    [InlineData("{ \"wifi\": \"plant:secret\" }"), InlineData("{ \"hostname\": [\"a\", \"b\"] }"), InlineData("{ \"nosuch\": \"a\" }")]
    [InlineData("{ \"gateway\": \"10.0.0.1\" }"), InlineData("\0\u0001\u0002"), InlineData("{ \"key\": [[]] }")]
    public void A_file_that_is_not_valid_is_refused_with_one_line(string text)
    {
        var e = Assert.Throws<MmmException>(() => DeviceSettings.Read(_temp.Write("device.json", text)));
        Assert.StartsWith(_temp["device.json"], Assert.Single(FaultLine.AllOf(e)));
        Assert.DoesNotContain("secret", e.Message);
    }

    [Fact]
    public void A_hostile_file_is_one_line()
    {
        _temp.Write("real", "{}");
        File.CreateSymbolicLink(_temp["link"], _temp["real"]);
        File.CreateSymbolicLink(_temp["loop"], _temp["loop"]);
        using (var fifo = new Child("mkfifo", [_temp["fifo"]]))
            fifo.WaitForEnd();
        Directory.CreateDirectory(_temp["folder"]);
        File.WriteAllBytes(_temp["huge"], new byte[2 << 20]);
        _temp.Write("deep", string.Concat(Enumerable.Repeat("{\"a\":", 10_000)));
        foreach (var name in (string[])["link", "loop", "fifo", "folder", "huge", "deep", "missing"])
            Assert.Single(FaultLine.AllOf(Assert.Throws<MmmException>(() => DeviceSettings.Read(_temp[name]))));
    }

    // Whatever a file has: it is refused with lines, or its settings are the same after they were written and read again.
    [Fact]
    public void Any_text_is_refused_or_kept()
    {
        var value = Gen.OneOf(Gen.String[Gen.Char['\0', '\u0200'], 0, 40], Gen.OneOf(
            "10.0.0.7/24", "10.0.0.1", "dhcp", "DE", "yes", "a:12345678", Key, "Europe/Berlin", "x", "info"));
        var change = Gen.Select(Gen.OneOf(SettingKey.All.Select(k => k.Name).ToArray()), Gen.OneOf("=", "+=", "-="), value,
            (key, how, v) => key + how + v);
        change.Array[1, 4].Sample(changes =>
        {
            if (changes.Any(c => c.Contains("=@")))
                return;
            DeviceSettings settings;
            try
            {
                settings = With(changes);
            }
            catch (MmmException e)
            {
                Assert.All(FaultLine.AllOf(e), l => Assert.DoesNotContain('\n', l));
                return;
            }
            var file = _temp.Write($"{Guid.NewGuid():N}", System.Text.Encoding.UTF8.GetString(settings.ToJson()));
            Assert.Equal(settings.ToJson(), DeviceSettings.Read(file).ToJson());
            File.Delete(file);
            foreach (var (name, text) in DerivedFiles.Of(settings).Where(f => f.Name.StartsWith("address")))
                Assert.True(text.Count(c => c == '\n') <= 1, name);
        }, threads: 1);
    }
}
