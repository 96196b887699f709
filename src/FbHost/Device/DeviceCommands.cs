using FbHost.Apps;
using FbHost.Options;
using Mmm;

namespace FbHost.Device;

/// <summary>The commands <c>mmmctl device …</c>. See docs/device.md, and docs/updates.md for the systems of the device.</summary>
internal static partial class DeviceCommands
{
    private sealed record Verb(CommandEntry Entry, Func<OptionTable.Given, MachineState, int> Run)
    {
        public Verb(CommandEntry entry, Func<OptionTable.Given, int> run) : this(entry, (given, _) => run(given)) { }
    }

    private static readonly OptionEntry Data = new("--data", "DIR",
        $"The data partition. Default: {DataFolder.Default}. Settings of another folder are written, but not put into effect.");

    private static readonly OptionEntry Json = new("--json", null, "Prints JSON.");
    private static readonly OptionEntry Yes = new("--yes", null, "Confirms a change of the network at once.");

    // One line for each command; the method with the same name does it.
    private static readonly Verb[] Verbs =
    [
        new(new("show", "", 0, 0, "Shows the settings, without the Wi-Fi key.", Json), Show),
        new(new("set", "KEY=VALUE…", 1, int.MaxValue, "Changes settings: KEY=VALUE; KEY= removes it; KEY+=VALUE and KEY-=VALUE change a "
            + $"list. The keys are {string.Join(", ", SettingKey.All.Select(k => k.Name))}.", Yes), Set),
        new(new("confirm", "", 0, 0, "Keeps a change of the network, which is taken back after 60 s otherwise."), Confirm),
        new(new("check", "FILE", 1, 1, "Checks a file of settings, and changes nothing."), Check),
        new(new("import", "FILE", 1, 1, "Replaces all settings by those of a file, and renames it to FILE.imported, without the "
            + "Wi-Fi key.", Yes), Import),
        new(new("apply", "", 0, 0, "Derives the files that the scripts of the system read, after device.json was changed by hand."), Apply),
        new(new("take-back", "", 0, 0, "Takes a change of the network back that is not confirmed."), TakeBack),
        new(new("status", "", 0, 0, "Shows the two systems: versions, good, trial or bad, and the last return to the other one.", Json),
            Status),
        new(new("slot", "COMMAND [SLOT [STATE]]", 1, 3, "For RAUC: get-primary, set-primary SLOT, get-state SLOT, set-state SLOT "
            + "good|bad."), ChangeSlot),
        new(new("confirm-system", "", 0, 0, "Confirms the system that runs; an update on trial has to prove itself first."), ConfirmSystem),
    ];

    private static readonly OptionTable Usage = new(
        "mmmctl device", "Shows and changes the settings and the systems of this device.", "", [Data], [.. Verbs.Select(v => v.Entry)]);

    /// <summary>Runs a command.</summary>
    /// <param name="args">The arguments after <c>mmmctl device</c>.</param>
    /// <param name="front">Asks the host about the app in front.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="MmmException">The arguments are not valid, or the command failed.</exception>
    public static int Run(string[] args, Func<FrontApp> front) => Usage.Read(args, Console.Write) is { } given
        ? Array.Find(Verbs, v => v.Entry == given.Command)!.Run(given, new MachineState(front, NetworkWatch.IsThere)) : 0;
}
