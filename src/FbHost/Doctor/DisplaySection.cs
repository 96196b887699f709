using FbHost.Figures;
using Mmm.Linux;

namespace FbHost.Doctor;

/// <summary>
/// The display devices and what is connected to them. It is read from /sys, because opening a card could take it from a host.
/// </summary>
internal static class DisplaySection
{
    private const int ReadAndWrite = 6, MostModes = 4;

    /// <param name="root">What the paths begin with; empty for those of this machine.</param>
    public static DoctorSection Of(string root = "")
    {
        var section = new DoctorSection("display");
        var (isConnected, connectors) = (false, 0);
        foreach (var card in KernelText.Entries($"{root}/sys/class/drm", "card*").Where(c => !Path.GetFileName(c).Contains('-')))
        {
            AddNode(section, $"{root}/dev/dri/{Path.GetFileName(card)}", Driver(card));
            foreach (var connector in KernelText.Entries($"{root}/sys/class/drm", $"{Path.GetFileName(card)}-*"))
            {
                var status = KernelText.Read($"{connector}/status") ?? "unknown";
                if (connector.Contains("Writeback", StringComparison.Ordinal))
                    continue;
                connectors++;
                isConnected |= status != "disconnected";
                section.Found.Add($"{Path.GetFileName(connector)[(Path.GetFileName(card).Length + 1)..]}: {status}, "
                    + $"{KernelText.Read($"{connector}/enabled") ?? "unknown"}{Modes(KernelText.Read($"{connector}/modes"))}");
            }
        }
        foreach (var fb in KernelText.Entries($"{root}/sys/class/graphics", "fb*").Where(f => char.IsAsciiDigit(f[^1])))
        {
            AddNode(section, $"{root}/dev/{Path.GetFileName(fb)}", $"{KernelText.Read($"{fb}/name")}, "
                + $"{KernelText.Read($"{fb}/virtual_size")?.Replace(',', 'x')}, {KernelText.Read($"{fb}/bits_per_pixel")} bits");
        }
        if (section.Found.Count == 0)
        {
            section.Advice.Add("no display: load the module of its driver; on a Raspberry Pi, config.txt needs dtoverlay=vc4-kms-v3d, "
                + "and a panel its own dtoverlay, too");
        }
        else if (connectors > 0 && !isConnected)
        {
            section.Advice.Add("nothing is connected: check the cable and the monitor's power; for a monitor that is not detected, add "
                + "video=HDMI-A-1:1280x720@60D to the kernel's command line; for a panel, its dtoverlay to config.txt");
        }
        return section;
    }

    private static void AddNode(DoctorSection section, string node, string what)
    {
        section.Found.Add($"{node}: {what}");
        if (!Path.Exists(node))
            section.Advice.Add($"{node} is missing: the kernel knows the device, but nothing has made its node; mount devtmpfs on /dev");
        else if (Sys.AccessPath(node, ReadAndWrite) < 0)
            section.Advice.Add($"{node}: permission denied; add the user to the group \"video\"");
    }

    private static string Driver(string device) => new FileInfo($"{device}/device/driver").LinkTarget is { } driver
        ? Path.GetFileName(driver) : "unknown driver";

    private static string Modes(string? modes)
    {
        var all = (modes ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct().ToList();
        var more = all.Count > MostModes ? $" and {all.Count - MostModes} more" : "";
        return all.Count == 0 ? "" : $", {string.Join(" ", all.Take(MostModes))}{more}";
    }
}
