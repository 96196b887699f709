namespace FbHost.Device;

/// <summary>Where the facts about the two systems of a device are.</summary>
internal sealed record SystemPlaces
{
    /// <summary>The disk with the boot state.</summary>
    public string Disk { get; init; } = "/dev/mmm/disk";

    /// <summary>Where the two copies of the boot state are on it, in bytes.</summary>
    public (long First, long Second) Offsets { get; init; } = (0x80000, 0x90000);

    /// <summary>The folder with what is known about the slots; it outlives updates.</summary>
    public string Folder { get; init; } = "/data/system";

    /// <summary>The command line of the kernel, with mmm.slot and mmm.fallback.</summary>
    public string CommandLine { get; init; } = "/proc/cmdline";

    /// <summary>VERSION= and BOARD= of the system that runs.</summary>
    public string Release { get; init; } = "/etc/mmm/release";

    /// <summary>The versions of the slots: a=, b=.</summary>
    public string Versions => Path.Combine(Folder, "versions");

    /// <summary>What was installed and is on trial: slot=, version=, network= (yes if there was a network at that time).</summary>
    public string Trial => Path.Combine(Folder, "trial");

    /// <summary>Why the system on trial has not confirmed itself: slot=, reason=.</summary>
    public string Failure => Path.Combine(Folder, "failure");

    /// <summary>The last return to the other slot: slot=, version=, reason=, time=.</summary>
    public string Fallback => Path.Combine(Folder, "fallback");

    /// <summary>RAUC's own file about the slots.</summary>
    public string RaucStatus => Path.Combine(Folder, "rauc.status");
}
