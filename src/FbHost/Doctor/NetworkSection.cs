using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using FbHost.Figures;

namespace FbHost.Doctor;

/// <summary>The network interfaces, their addresses, and the signal of Wi-Fi.</summary>
internal static unsafe partial class NetworkSection
{
    private const int WeakDbm = -75;

    // The beginning of struct ifaddrs, the same on all 64-bit architectures.
    [StructLayout(LayoutKind.Sequential)]
    private struct InterfaceAddress
    {
        public InterfaceAddress* Next;
        public byte* Name;
        public uint Flags;
        public byte* Address;
    }

    [LibraryImport("libc.so.6")]
    private static partial int getifaddrs(InterfaceAddress** first);

    [LibraryImport("libc.so.6")]
    private static partial void freeifaddrs(InterfaceAddress* first);

    /// <param name="root">What the paths begin with; empty for those of this machine.</param>
    public static DoctorSection Of(string root = "")
    {
        var section = new DoctorSection("network");
        var addresses = Addresses();
        var signals = KernelText.Read($"{root}/proc/net/wireless") ?? "";
        var hasAddress = false;
        foreach (var path in KernelText.Entries($"{root}/sys/class/net", "*").Where(p => Path.GetFileName(p) != "lo"))
        {
            var name = Path.GetFileName(path);
            var own = addresses.Where(a => a.Interface == name).Select(a => a.Address).ToList();
            hasAddress |= own.Exists(a => !a.StartsWith("fe80:", StringComparison.Ordinal));
            var isWifi = Path.Exists($"{path}/phy80211");
            var signal = isWifi ? SignalOf(signals, name) : null;
            string?[] parts = [KernelText.Read($"{path}/operstate"), signal is { } s ? $"signal {s} dBm" : null, .. own];
            section.Found.Add($"{name}{(isWifi ? " (Wi-Fi)" : "")}: {string.Join(", ", parts.OfType<string>())}");
            if (KernelText.Number($"{path}/carrier") == 0)
            {
                section.Advice.Add(isWifi ? $"{name}: not connected; set the network's name and key, and the country"
                    : $"{name}: no cable, or the other end is off");
            }
            if (signal < WeakDbm)
                section.Advice.Add($"{name}: the signal is weak ({signal} dBm); move the antenna or the access point");
        }
        if (section.Found.Count == 0)
            section.Advice.Add("no network interface: load the module of its driver; the Wi-Fi of a Raspberry Pi needs its firmware, too");
        else if (!hasAddress && section.Advice.Count == 0)
            section.Advice.Add("no address: check the DHCP server, or set a static address");
        return section;
    }

    // The line of an interface is "wlan0: 0000   54.  -56.  -256 …": status, link, level.
    private static int? SignalOf(string wireless, string name)
    {
        foreach (var line in wireless.Split('\n'))
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var first, _, _, var level, ..] && first == $"{name}:"
                && int.TryParse(level.TrimEnd('.'), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var dbm))
                return dbm;
        }
        return null;
    }

    private static List<(string Interface, string Address)> Addresses()
    {
        const int inet = 2, inet6 = 10; // address families, with the place of the address in struct sockaddr_in and _in6
        var found = new List<(string, string)>();
        InterfaceAddress* first;
        if (getifaddrs(&first) < 0)
            return found;
        for (var at = first; at is not null; at = at->Next)
        {
            var family = at->Address is null ? 0 : *(ushort*)at->Address;
            var bytes = family == inet ? new ReadOnlySpan<byte>(at->Address + 4, 4)
                : family == inet6 ? new ReadOnlySpan<byte>(at->Address + 8, 16) : default;
            if (!bytes.IsEmpty)
                found.Add((Marshal.PtrToStringUTF8((nint)at->Name) ?? "", new IPAddress(bytes).ToString()));
        }
        freeifaddrs(first);
        return found;
    }
}
