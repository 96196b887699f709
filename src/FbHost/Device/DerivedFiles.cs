using System.Globalization;
using System.Text;

namespace FbHost.Device;

/// <summary>The files in /data/device, which the scripts of the system read. An empty file stands for the default.</summary>
internal static class DerivedFiles
{
    /// <summary>The names and texts of all derived files.</summary>
    public static IEnumerable<(string Name, string Text)> Of(DeviceSettings settings) =>
    [
        ("hostname", Lines(settings.Text("hostname") ?? "mmm")),
        ("timezone", Lines(settings.Text("timezone") ?? "UTC")),
        ("ntp", Lines(settings.List("ntp") is { Length: > 0 } servers ? servers : ["pool.ntp.org"])),
        ("address-eth0", Address(settings, "")),
        ("address-wlan0", settings.Text("wifi") is null ? "" : Address(settings, "wifi-")),
        ("resolv.conf", string.Concat(settings.List("dns").Select(d => $"nameserver {d}\n"))),
        ("wpa_supplicant.conf", settings.Text("wifi") is { } wifi ? Wifi(WifiNetwork.Of(wifi), settings) : ""),
        ("authorized_keys", Lines(settings.List("key"))),
        ("log", Lines(settings.Text("log") ?? "info")),
    ];

    private static string Lines(params string[] lines) => string.Concat(lines.Select(l => l + "\n"));

    // "dhcp", or the address and the router.
    private static string Address(DeviceSettings settings, string prefix) =>
        Lines($"{settings.Text(prefix + "ip") ?? "dhcp"} {settings.Text(prefix + "gateway")}".TrimEnd());

    // wpa_supplicant.conf(5). The name is written in hexadecimal, so it may have any bytes. A quoted passphrase ends at the last quote of
    // its line, so it may have quotes.
    private static string Wifi(WifiNetwork network, DeviceSettings settings)
    {
        var text = new StringBuilder("p2p_disabled=1\n");
        if (settings.Text("wifi-country") is { } country)
            text.Append(CultureInfo.InvariantCulture, $"country={country}\n");
        text.Append(CultureInfo.InvariantCulture, $"network={{\n\tssid={Convert.ToHexStringLower(Encoding.UTF8.GetBytes(network.Name))}\n");
        if (settings.Text("wifi-hidden") == "yes")
            text.Append("\tscan_ssid=1\n");
        text.Append(network switch
        {
            { Key: null } => "\tkey_mgmt=NONE\n",
            { HasRawKey: true } => $"\tkey_mgmt=WPA-PSK WPA-PSK-SHA256\n\tpsk={network.Key}\n",
            _ => $"\tkey_mgmt=WPA-PSK WPA-PSK-SHA256 SAE\n\tieee80211w=1\n\tpsk=\"{network.Key}\"\n",
        });
        return text.Append("}\n").ToString();
    }
}
