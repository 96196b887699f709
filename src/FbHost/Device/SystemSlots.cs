using System.Globalization;
using System.Text;
using Mmm;
using Mmm.Linux;

namespace FbHost.Device;

/// <summary>The two systems of a device: the boot state, and the files that say what is in the slots and why one has failed.</summary>
/// <param name="places">Where they are.</param>
internal sealed class SystemSlots(SystemPlaces places)
{
    private const string NeverStarted = "the system did not start";
    private readonly BootStateDisk _disk = new(places.Disk, places.Offsets);

    /// <summary>The slot that runs.</summary>
    /// <exception cref="MmmException">The kernel's command line does not say.</exception>
    public Slot Running => BootState.SlotOf(KernelWord("mmm.slot"))
        ?? throw new MmmException("the command line of the kernel has no mmm.slot=a or b; systems in two slots are on disks that "
            + "firmware-image/build has made");

    /// <summary>True if the boot loader has found no slot with tries left, and has started the first one all the same.</summary>
    public bool AreBothBad => KernelWord("mmm.fallback") == "both";

    /// <summary>The boot state.</summary>
    public BootState State => _disk.Read();

    /// <summary>What the system that runs says about itself: VERSION, BOARD.</summary>
    public Dictionary<string, string> Release => KeyValueFile.Read(places.Release);

    /// <summary>The last return to the other slot; empty if there was none.</summary>
    public Dictionary<string, string> Fallback => KeyValueFile.Read(places.Fallback);

    /// <summary>True if there was a network when the system on trial was installed.</summary>
    public bool ExpectsNetwork => KeyValueFile.Read(places.Trial).GetValueOrDefault("network") == "yes";

    /// <summary>The version in a slot; null if it is not known.</summary>
    public string? Version(Slot slot) => slot == Running
        ? Release.GetValueOrDefault("VERSION") : KeyValueFile.Read(places.Versions).GetValueOrDefault(BootState.Name(slot));

    /// <summary>Makes a slot one that cannot be started, because it is about to be written or was found to be bad.</summary>
    /// <exception cref="MmmException">It is the slot that runs, or the only one that has been confirmed.</exception>
    public void SetBad(Slot slot) => _disk.Change(state => slot == Running
        ? throw new MmmException($"slot {BootState.Name(slot)} runs; only the other one can be written")
        : state.Trial == Running
            ? throw new MmmException("the system that runs is an update on trial; wait until it has confirmed itself, or until the "
                + "device has gone back")
            : state.WithoutSlot(slot));

    /// <summary>Gives a slot all its tries.</summary>
    public void SetGood(Slot slot) => _disk.Change(state => slot == Running
        ? state.WithConfirmed(slot) : state.WithLeft(slot, BootState.MostTries));

    /// <summary>Starts a slot that was just written, on trial, at the next start.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="hasNetwork">Whether there is a network now.</param>
    public void Install(Slot slot, bool hasNetwork)
    {
        if (slot == Running)
        {
            SetGood(slot);
            return;
        }
        Sys.Sync(); // the slot's content is on the disk before it can be started
        var version = InstalledVersion(slot);
        File.Delete(places.Failure);
        WriteVersions(slot, version);
        KeyValueFile.Write(places.Trial, ("slot", BootState.Name(slot)), ("version", version), ("network", hasNetwork ? "yes" : "no"));
        _disk.Change(state => state.WithInstalled(slot));
    }

    /// <summary>Confirms the system that runs. Returns a line about a return from the other slot; null if there was none.</summary>
    public string? Confirm()
    {
        var state = State;
        var failed = BootState.Other(Running);
        var line = state.HasFallenBack && state.First == failed ? KeepFallback(failed, state.Trial == failed) : null;
        var version = Release.GetValueOrDefault("VERSION", "unknown");
        if (KeyValueFile.Read(places.Versions).GetValueOrDefault(BootState.Name(Running)) != version)
            WriteVersions(Running, version);
        state = _disk.Change(s => s.WithConfirmed(Running));
        if (state.Trial is null)
        {
            File.Delete(places.Trial);
            File.Delete(places.Failure);
        }
        return line;
    }

    /// <summary>Keeps the reason why the system on trial is not confirmed, for the other slot to tell.</summary>
    public void Reject(string reason) => KeyValueFile.Write(places.Failure, ("slot", BootState.Name(Running)), ("reason", reason));

    private string KeepFallback(Slot failed, bool wasOnTrial)
    {
        var failure = KeyValueFile.Read(places.Failure);
        var reason = wasOnTrial && failure.GetValueOrDefault("slot") == BootState.Name(failed)
            ? failure.GetValueOrDefault("reason", NeverStarted) : NeverStarted;
        var version = Version(failed) ?? "unknown";
        KeyValueFile.Write(places.Fallback, ("slot", BootState.Name(failed)), ("version", version), ("reason", reason),
            ("time", DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)));
        return $"the device went back to slot {BootState.Name(Running)}: version {version} in slot {BootState.Name(failed)} has failed: "
            + reason;
    }

    private void WriteVersions(Slot slot, string version)
    {
        var versions = KeyValueFile.Read(places.Versions);
        versions[BootState.Name(slot)] = version;
        KeyValueFile.Write(places.Versions, [.. versions.OrderBy(v => v.Key).Select(v => (v.Key, v.Value))]);
    }

    // RAUC's file is a key file: a line "[slot.rootfs.1]", and below it "bundle.version=0.2.0".
    private string InstalledVersion(Slot slot)
    {
        var header = $"[slot.rootfs.{(slot == Slot.A ? 0 : 1)}]";
        try
        {
            var lines = Encoding.UTF8.GetString(WholeFile.Read(places.RaucStatus, 64 << 10)).Split('\n');
            return lines.SkipWhile(l => l != header).Skip(1).TakeWhile(l => !l.StartsWith('['))
                .Select(l => l.Split('=', 2)).FirstOrDefault(l => l is ["bundle.version", _])?[1] ?? "unknown";
        }
        catch (IOException)
        {
            return "unknown";
        }
    }

    private string? KernelWord(string key)
    {
        try
        {
            return File.ReadAllText(places.CommandLine).Split([' ', '\n']).Select(w => w.Split('=', 2))
                .LastOrDefault(w => w.Length == 2 && w[0] == key)?[1];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
