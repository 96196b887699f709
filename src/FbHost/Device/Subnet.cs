using System.Globalization;
using System.Net;

namespace FbHost.Device;

/// <summary>An IPv4 address of a host, and the length of its network's prefix.</summary>
internal readonly record struct Subnet(uint Address, int Prefix)
{
    private uint Mask => uint.MaxValue << (32 - Prefix);

    /// <summary>Whether an address is one of another host in the network.</summary>
    public bool HasOther(uint other) => other != Address && (other & Mask) == (Address & Mask) && IsHost(other, Mask);

    /// <summary>Reads ADDRESS/PREFIX, with a prefix of 1 to 30 bits.</summary>
    public static bool TryParse(string text, out Subnet subnet)
    {
        subnet = default;
        if (text.Split('/') is not [var address, { Length: 1 or 2 } prefix] || !TryParseAddress(address, out var bits)
            || !int.TryParse(prefix, NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length is < 1 or > 30)
            return false;
        subnet = new Subnet(bits, length);
        return IsHost(bits, subnet.Mask);
    }

    /// <summary>Reads the address of a host, in the form of four decimal numbers.</summary>
    public static bool TryParseAddress(string text, out uint address)
    {
        address = 0;
        if (!IPAddress.TryParse(text, out var parsed) || parsed.ToString() != text || text.Contains(':'))
            return false;
        foreach (var part in parsed.GetAddressBytes())
            address = address << 8 | part;
        return (address >> 24) is > 0 and < 224 and not 127; // not "this network", loopback, multicast and reserved
    }

    // Neither the network itself nor its broadcast address.
    private static bool IsHost(uint address, uint mask) => (address & ~mask) != 0 && (address & ~mask) != ~mask;
}
