using System.Text.Json;
using FbHost.Device;
using Mmm;

namespace FbHost.Tests.Device;

/// <summary>What is done to the boot state when a system is installed, confirmed or has failed.</summary>
public sealed class SystemSlotsTests : IDisposable
{
    private static readonly FrontApp Well = new(true, null, 100);
    private static readonly MachineState Machine = new(() => Well, () => true);
    private readonly TempDirectory _temp = new();
    private readonly List<string> _said = [];
    private readonly SystemPlaces _places;

    public SystemSlotsTests()
    {
        _places = new()
        {
            Disk = _temp["disk"], Offsets = (0, 512), Folder = _temp["system"], CommandLine = _temp["cmdline"], Release = _temp["release"],
        };
        File.WriteAllBytes(_places.Disk, new byte[1024]);
        Set(new BootState { LeftA = 3 });
        Boot("a", "1.0");
    }

    public void Dispose() => _temp.Dispose();

    private SystemSlots Slots => new(_places);

    private SystemCommands Commands => new(Slots, _said.Add);

    private void Set(BootState state) => File.WriteAllBytes(_places.Disk, [.. state.ToBytes(), .. state.ToBytes()]);

    private void Boot(string slot, string version, string further = "")
    {
        File.WriteAllText(_places.CommandLine, $"console=ttyAMA0 quiet mmm.slot={slot} {further}\n");
        File.WriteAllText(_places.Release, $"VERSION={version}\nBOARD=virt\n");
    }

    // What RAUC does: the backend is asked and told, and a file is written meanwhile.
    private void Install(string slot, string version)
    {
        Commands.Bootloader(["set-state", slot, "bad"], Machine);
        Directory.CreateDirectory(_places.Folder);
        var number = slot == "a" ? 0 : 1;
        File.WriteAllText(_places.RaucStatus, $"""
            [slot.rootfs.{1 - number}]
            bundle.version=other

            [slot.rootfs.{number}]
            bundle.compatible=mmm-virt
            bundle.version={version}

            """);
        Commands.Bootloader(["set-primary", slot], Machine);
    }

    // What the boot loader does, count times.
    private void Try(Slot slot, int count) => Set(Slots.State with { } is var s && slot == Slot.A
        ? s with { LeftA = s.LeftA - count } : s with { LeftB = s.LeftB - count });

    private string Says(params string[] words)
    {
        _said.Clear();
        Commands.Bootloader(words, Machine);
        return Assert.Single(_said);
    }

    [Fact]
    public void An_installed_slot_is_tried_first_and_confirmed_when_it_runs()
    {
        Install("b", "2.0");
        var state = Slots.State;
        Assert.Equal(new BootState { Generation = state.Generation, First = Slot.B, LeftA = 3, LeftB = 3, Trial = Slot.B }, state);
        Try(Slot.B, 1);
        Boot("b", "2.0");
        Assert.True(Slots.ExpectsNetwork);
        Assert.Null(Slots.Confirm());
        Assert.Equal(new BootState { Generation = Slots.State.Generation, First = Slot.B, LeftA = 3, LeftB = 3 }, Slots.State);
        Assert.Equal(("2.0", false), (Slots.Version(Slot.B), File.Exists(_places.Trial)));
    }

    [Fact]
    public void A_system_that_did_not_start_is_named_by_the_one_before()
    {
        Commands.Confirm(Machine);
        Install("b", "2.0");
        Try(Slot.B, 3);
        Boot("a", "1.0", "mmm.fallback=1");
        Assert.Equal("the device went back to slot a: version 2.0 in slot b has failed: the system did not start", Slots.Confirm());
        Assert.Equal(new BootState { Generation = Slots.State.Generation, LeftA = 3 }, Slots.State);
        Assert.Null(Slots.Confirm()); // once
        Assert.Equal("bad", Says("get-state", "b"));
    }

    [Fact]
    public void A_system_that_was_rejected_is_named_with_its_reason()
    {
        Install("b", "2.0");
        Boot("b", "2.0");
        Slots.Reject("app Clock is frozen\nand more");
        Try(Slot.B, 3);
        Boot("a", "1.0", "mmm.fallback=1");
        Assert.EndsWith("has failed: app Clock is frozen and more", Slots.Confirm());
        Commands.Status(asJson: true);
        var fallback = JsonDocument.Parse(_said[^1]).RootElement.GetProperty("fallback");
        Assert.Equal("2.0", fallback.GetProperty("version").GetString());
        Install("b", "3.0");
        Assert.False(File.Exists(_places.Failure)); // the reason of before is not that of the next one
    }

    [Fact]
    public void A_confirmation_between_an_installation_and_the_restart_changes_nothing()
    {
        Install("b", "2.0");
        var before = Slots.State;
        Assert.Null(Slots.Confirm());
        Assert.Equal(before, Slots.State);
    }

    [Fact]
    public void A_second_installation_that_is_interrupted_is_no_failure_of_the_first_one()
    {
        Install("b", "2.0");
        Commands.Bootloader(["set-state", "b", "bad"], Machine);
        Assert.Equal("a", Says("get-primary"));
        Assert.Null(Slots.Confirm());
        Assert.Empty(Slots.Fallback);
    }

    [Fact]
    public void An_update_on_trial_refuses_another_update_and_the_slot_that_runs_is_never_written()
    {
        Install("b", "2.0");
        Boot("b", "2.0");
        Assert.Contains("on trial", Assert.Throws<MmmException>(() => Commands.Bootloader(["set-state", "a", "bad"], Machine)).Message);
        Assert.Contains("runs", Assert.Throws<MmmException>(() => Commands.Bootloader(["set-state", "b", "bad"], Machine)).Message);
        Assert.Equal(3, Slots.State.LeftA);
    }

    [Fact]
    public void Rauc_is_told_the_primary_slot_and_the_states()
    {
        Assert.Equal(("a", "good", "bad"), (Says("get-primary"), Says("get-state", "a"), Says("get-state", "b")));
        Install("b", "2.0");
        Assert.Equal(("b", "good"), (Says("get-primary"), Says("get-state", "b")));
        foreach (var words in new string[][] { [], ["get-state"], ["get-state", "c"], ["set-state", "a", "fine"], ["set-primary", "A"] })
            Assert.Throws<MmmException>(() => Commands.Bootloader(words, Machine));
    }

    [Fact]
    public void Both_slots_bad_is_said()
    {
        Set(new BootState { First = Slot.A });
        Boot("a", "1.0", "mmm.fallback=both");
        Commands.Status(asJson: false);
        Assert.Contains("! the boot loader has found no slot with tries left", _said);
        Commands.Confirm(Machine);
        Assert.Contains("both systems have failed; the first one was started all the same", _said);
        Assert.Equal(3, Slots.State.LeftA);
    }

    [Fact]
    public void Status_without_files_and_with_hostile_ones_is_shown()
    {
        Directory.CreateDirectory(_places.Folder);
        File.CreateSymbolicLink(_places.Versions, "/dev/zero");
        File.WriteAllText(_places.Fallback, "reason=\u001b[2J" + new string('x', 5000) + "\ntime\n");
        Commands.Status(asJson: false);
        Assert.Contains("slot b   unknown, bad", _said);
        Assert.DoesNotContain(_said, line => line.Contains('\u001b') || line.Length > 600);
    }

    [Fact]
    public void A_machine_without_slots_is_one_line()
    {
        File.WriteAllText(_places.CommandLine, "quiet\n");
        Assert.Contains("mmm.slot", Assert.Throws<MmmException>(() => Commands.Status(asJson: false)).Message);
    }
}
