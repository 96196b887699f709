using System.Net;
using System.Net.Sockets;
using FbHost.Options;

namespace FbHost.Device;

/// <summary>A key of the settings.</summary>
/// <param name="Name">The key, the same in the file and on the command line.</param>
/// <param name="Most">The largest number of values; 1 for a key that is no list.</param>
/// <param name="IsNetwork">Whether a change can lose the network.</param>
/// <param name="Default">What holds without the key, in words.</param>
/// <param name="Must">Returns what a value must be; null if it is valid.</param>
internal sealed record SettingKey(string Name, int Most, bool IsNetwork, string Default, Func<string, string?> Must)
{
    /// <summary>The largest number of characters of a value: an RSA key of 16384 bits has less.</summary>
    public const int MostText = 4096;

    private const int MostServers = 8, MostDns = 3 /* MAXNS of resolv.h */, MostKeys = 100;
    private static readonly string[] Zones = ["/usr/share/zoneinfo"];
    private static readonly string[] Levels = ["debug", "info", "warning"];

    /// <summary>All keys, in the order in which they are shown.</summary>
    public static readonly SettingKey[] All =
    [
        new("hostname", 1, false, "mmm", HostName),
        new("timezone", 1, false, "UTC", TimeZone),
        new("ntp", MostServers, false, "pool.ntp.org", Server),
        new("ip", 1, true, "dhcp", Address),
        new("gateway", 1, true, "that of DHCP", Gateway),
        new("dns", MostDns, true, "those of DHCP", Dns),
        new("wifi", 1, true, "off", WifiNetwork.Must),
        new("wifi-country", 1, true, "the least that all countries allow", Country),
        new("wifi-hidden", 1, true, "no", v => v is "yes" or "no" ? null : "it must be yes or no"),
        new("wifi-ip", 1, true, "dhcp", Address),
        new("wifi-gateway", 1, true, "that of DHCP", Gateway),
        new("key", MostKeys, false, "those of the image", SshKey.Must),
        new("log", 1, false, "info", v => Levels.Contains(v) ? null : $"it must be {string.Join(", ", Levels[..^1])} or {Levels[^1]}"),
    ];

    /// <summary>Whether the key has several values.</summary>
    public bool IsList => Most > 1;

    /// <summary>Whether a value contains a secret.</summary>
    public bool IsSecret => Name == "wifi";

    /// <summary>A value as it may be shown to everybody.</summary>
    public string Shown(string value) => IsSecret ? WifiNetwork.WithoutKey(value) : value;

    // RFC 1123, one label: mDNS adds ".local".
    private static string? HostName(string v) => IsLabel(v) && v != "localhost" ? null
        : "it must be 1 to 63 letters a-z, digits and hyphens, without a hyphen at either end, and without dots (.local is added by mDNS)";

    private static bool IsLabel(ReadOnlySpan<char> v) => v.Length is > 0 and < 64 && v[0] != '-' && v[^1] != '-'
        && !v.ContainsAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

    private static string? TimeZone(string v)
    {
        const string must = "it must be a name of the time zone database, as in Europe/Berlin or UTC";
        var parts = v.Split('/');
        var isName = v.Length < 64 && parts.All(p => p.Length > 0 && p.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '+'));
        if (!isName)
            return must;
        // A machine without the database, on which an image is built, checks only the form.
        return Array.Find(Zones, Directory.Exists) is not { } zones || IsZone(Path.Combine(zones, v)) ? null : must;
    }

    private static bool IsZone(string file)
    {
        try
        {
            return WholeFile.Read(file, 1 << 16).AsSpan().StartsWith("TZif"u8);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string? Server(string v) =>
        IsAddress(v) || (v.Length < 254 && v.Split('.') is var labels && labels.All(l => IsLabel(l)) && !IsNumber(labels[^1]))
            ? null : "it must be the name or the address of a server, as in pool.ntp.org";

    private static string? Address(string v) => v == "dhcp" || Subnet.TryParse(v, out _) ? null
        : "it must be dhcp, or an IPv4 address of a host with the length of its network, as in 10.0.0.7/24";

    private static string? Gateway(string v) =>
        Subnet.TryParseAddress(v, out _) ? null : "it must be the IPv4 address of a router, as in 10.0.0.1";

    private static bool IsAddress(string v) => Subnet.TryParseAddress(v, out _)
        || (IPAddress.TryParse(v, out var a) && a.AddressFamily == AddressFamily.InterNetworkV6 && !v.AsSpan().ContainsAny("[]%"));

    private static string? Dns(string v) => IsAddress(v) ? null
        : "it must be the address of a name server, as in 9.9.9.9";

    private static string? Country(string v) =>
        v.Length == 2 && v.All(char.IsAsciiLetterUpper) ? null : "it must be the two capital letters of a country, as in DE";

    private static bool IsNumber(string v) => v.Length > 0 && v.All(char.IsAsciiDigit);

    /// <summary>Finds a key; null if there is none of that name.</summary>
    public static SettingKey? Find(string name) => Array.Find(All, k => k.Name == name);

    /// <summary>Returns what is wrong with the name of a key that is not known.</summary>
    public static string Unknown(string name) => $"{name} is not a setting"
        + $"{Suggestion.Then(name, All.Select(k => k.Name))}the settings are {string.Join(", ", All.Select(k => k.Name))}";
}
