namespace InputEvdev;

/// <summary>The input devices found at one moment.</summary>
/// <param name="Devices">Those opened, by number; dispose each.</param>
/// <param name="Reasons">One line for each that was not opened or is used in part: which, why, and what to do.</param>
public sealed record DeviceScan(IReadOnlyList<EvdevDevice> Devices, IReadOnlyList<string> Reasons)
{
    /// <summary>Opens every event* node that has keys or a pointer. Throws nothing; what goes wrong is a reason.</summary>
    /// <param name="directory">Where the nodes are.</param>
    public static DeviceScan Open(string directory = "/dev/input")
    {
        var devices = new List<EvdevDevice>();
        var reasons = new List<string>();
        foreach (var path in NodesOf(directory, reasons))
        {
            if (!EvdevDevice.TryOpen(path, out var device, out var reason))
            {
                reasons.Add(reason);
                continue;
            }
            devices.Add(device);
            if (device.Unused != null) reasons.Add($"{path}: {device.Name}: {device.Unused}");
        }
        return new DeviceScan(devices, reasons);
    }

    private static string[] NodesOf(string directory, List<string> reasons)
    {
        try
        {
            string[] nodes = [.. Directory.GetFileSystemEntries(directory, "event*").OrderBy(path => path.Length).ThenBy(path => path)];
            if (nodes.Length == 0) reasons.Add($"{directory}: no input devices; plug one in");
            return nodes;
        }
        catch (DirectoryNotFoundException)
        {
            reasons.Add($"{directory}: no such directory; plug in an input device, or load the kernel module \"evdev\"");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reasons.Add($"{directory}: {e.Message}");
        }
        return [];
    }
}
