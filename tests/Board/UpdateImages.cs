using System.Text.RegularExpressions;

namespace Board.Tests;

/// <summary>Disks and updates that are made from the image: with another version, and with faults in the system.</summary>
internal sealed class UpdateImages(BoardFixture fixture)
{
    private const long Mib = 1 << 20, RootAt = 100 * Mib; // of slot A, as in firmware-image/lib/disk.sh
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>Makes a disk image whose system in slot A is another version.</summary>
    /// <param name="version">The version.</param>
    /// <param name="edit">Changes the tree of the root; null to change nothing else.</param>
    public string Disk(string version, Action<string>? edit = null)
    {
        string disk = Path.Combine(fixture.Folder, $"system-{version}.img"), tree = $"{disk}.tree", root = $"{disk}.root";
        fixture.CopyDisk(disk);
        if (Directory.Exists(tree))
            Directory.Delete(tree, recursive: true);
        Command.Require("unsquashfs", ["-q", "-n", "-o", $"{RootAt}", "-d", tree, disk], Limit);
        var release = Path.Combine(tree, "etc/mmm/release");
        File.WriteAllText(release, Regex.Replace(File.ReadAllText(release), "VERSION=.*", $"VERSION={version}"));
        edit?.Invoke(tree);
        string[] how = ["-noappend", "-all-root", "-comp", "zstd", "-Xcompression-level", "1", "-no-progress", "-quiet"];
        Command.Require("mksquashfs", [tree, root, .. how], Limit);
        Command.Require("dd", [$"if={root}", $"of={disk}", "bs=1M", $"seek={RootAt / Mib}", "conv=notrunc", "status=none"], Limit);
        Directory.Delete(tree, recursive: true);
        File.Delete(root);
        return disk;
    }

    /// <summary>Makes an update from a disk image.</summary>
    /// <param name="disk">The image.</param>
    /// <param name="keys">The folder with the key and its certificate; null for that of the fixture.</param>
    public string Bundle(string disk, string? keys = null)
    {
        keys ??= fixture.Keys;
        var bundle = Path.ChangeExtension(disk, $"{Path.GetFileName(keys)}.raucb");
        Command.Require(Path.Combine(fixture.Repo, "firmware-image/bundle"),
            ["--image", disk, "--key", Path.Combine(keys, "key.pem"), "--cert", Path.Combine(keys, "cert.pem"), "-o", bundle], Limit);
        return bundle;
    }

    /// <summary>Makes further keys.</summary>
    public string OtherKeys(string name)
    {
        var keys = Path.Combine(fixture.Folder, name);
        if (Directory.Exists(keys))
            Directory.Delete(keys, recursive: true);
        Command.Require(Path.Combine(fixture.Repo, "firmware-image/keys"), [keys], Limit);
        return keys;
    }
}
