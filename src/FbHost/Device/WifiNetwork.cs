using System.Text;

namespace FbHost.Device;

/// <summary>A Wi-Fi network: <c>SSID:KEY</c>, or <c>SSID</c> if it has no key.</summary>
/// <param name="Name">The network's name (SSID), 1 to 32 bytes.</param>
/// <param name="Key">The passphrase, 8 to 63 characters; or the key, 64 hexadecimal digits; null for an open network.</param>
internal sealed record WifiNetwork(string Name, string? Key)
{
    /// <summary>Stands for the key where it is not to be seen. It is not a valid key.</summary>
    public const string HiddenKey = "…";

    /// <summary>Whether the key is the key itself and not a passphrase. WPA3 needs a passphrase.</summary>
    public bool HasRawKey => Key is { Length: 64 };

    /// <summary>
    /// Reads a value that is valid. The first colon ends the name; <c>\:</c> and <c>\\</c> stand for a colon and a backslash.
    /// </summary>
    public static WifiNetwork Of(string value)
    {
        var name = new StringBuilder();
        var i = 0;
        for (; i < value.Length && value[i] != ':'; i++)
        {
            if (value[i] == '\\' && i + 1 < value.Length)
                i++;
            name.Append(value[i]);
        }
        return new WifiNetwork(name.ToString(), i < value.Length ? value[(i + 1)..] : null);
    }

    /// <summary>Returns what a value must be, without the key; null if it is valid.</summary>
    public static string? Must(string value)
    {
        var network = Of(value);
        if (Encoding.UTF8.GetByteCount(network.Name) is < 1 or > 32 || network.Name.Any(char.IsControl))
            return "it must be SSID:KEY, or SSID for an open network, with an SSID of 1 to 32 bytes";
        return network.Key is not { } key || (key.Length is >= 8 and <= 63 && key.All(c => c is >= ' ' and <= '~'))
            || (key.Length == 64 && key.All(char.IsAsciiHexDigit))
            ? null : "its key must be 8 to 63 ASCII characters, or 64 hexadecimal digits";
    }

    /// <summary>The value with <see cref="HiddenKey"/> for the key.</summary>
    public static string WithoutKey(string value)
    {
        var network = Of(value);
        return network.Key is null ? value : value[..^network.Key.Length] + HiddenKey;
    }
}
