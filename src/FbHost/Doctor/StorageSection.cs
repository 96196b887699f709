using System.Globalization;
using FbHost.Figures;

namespace FbHost.Doctor;

/// <summary>The file systems on disks: how full they are, and errors of the card.</summary>
internal static class StorageSection
{
    private const double LeastFree = 0.05; // of a file system

    // Those that lie on a device of their own.
    private static readonly HashSet<string> Kinds = ["ext4", "ext3", "ext2", "vfat", "squashfs", "btrfs", "xfs", "f2fs", "overlay"];

    /// <param name="root">What the paths of the kernel begin with; empty for those of this machine.</param>
    public static DoctorSection Of(string root = "")
    {
        var section = new DoctorSection("storage");
        foreach (var line in (KernelText.Read($"{root}/proc/mounts") ?? "").Split('\n'))
        {
            if (line.Split(' ') is not [var device, var where, var kind, var options, ..] || !Kinds.Contains(kind))
                continue;
            var isReadOnly = options.Split(',') is ["ro", ..];
            section.Found.Add($"{where}: {device}, {kind}{(isReadOnly ? ", read-only" : "")}{Space(where, isReadOnly, section.Advice)}");
            if (isReadOnly && options.Contains("errors=remount-ro", StringComparison.Ordinal) && kind == "ext4")
                section.Advice.Add($"{where}: read-only after an error; back it up, restart, and replace the card if it happens again");
        }
        foreach (var system in KernelText.Entries($"{root}/sys/fs/ext4", "*"))
        {
            if (KernelText.Number($"{system}/errors_count") is > 0 and var errors)
            {
                section.Advice.Add($"{Path.GetFileName(system)}: {errors} errors in the file system; "
                    + "back it up, and replace the card if there are more");
            }
        }
        foreach (var card in KernelText.Entries($"{root}/sys/block", "mmcblk*"))
        {
            if (KernelText.Read($"{card}/device/life_time") is { } life) // an eMMC; SD cards do not tell it
                section.Found.Add($"{Path.GetFileName(card)}: life time {life} (0x01: up to 10 % used, 0x0b: worn out)");
        }
        return section;
    }

    private static string Space(string where, bool isReadOnly, List<string> advice)
    {
        try
        {
            var drive = new DriveInfo(where);
            var (size, free) = (drive.TotalSize, drive.AvailableFreeSpace);
            if (!isReadOnly && free < size * LeastFree)
                advice.Add($"{where}: nearly full; delete what is not needed");
            return isReadOnly ? "" : string.Create(CultureInfo.InvariantCulture, $", {free / 1e6:0} of {size / 1e6:0} MB free");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return ""; // it was unmounted, or this user may not see it
        }
    }
}
