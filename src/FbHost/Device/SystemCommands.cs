using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Mmm;

namespace FbHost.Device;

/// <summary>The commands of <c>mmmctl device</c> about the two systems of a device.</summary>
/// <param name="slots">The systems.</param>
/// <param name="print">Takes a line of output.</param>
internal sealed class SystemCommands(SystemSlots slots, Action<string> print)
{
    /// <summary>The exit code of <see cref="Confirm"/> if the system on trial is not good, and the machine is to be restarted.</summary>
    public const int RejectedCode = 3;

    private static readonly TimeSpan HostPause = TimeSpan.FromSeconds(1);

    /// <summary>Prints the slots, and the last return to the other slot.</summary>
    public void Status(bool asJson)
    {
        var state = slots.State;
        var fallback = slots.Fallback;
        if (asJson)
        {
            print(Json(state, fallback));
            return;
        }
        print($"board    {slots.Release.GetValueOrDefault("BOARD", "unknown")}");
        foreach (var slot in Enum.GetValues<Slot>())
        {
            print($"slot {BootState.Name(slot)}   {slots.Version(slot) ?? "unknown"}, {StateOf(state, slot)}"
                + (slot == slots.Running ? ", runs" : "") + (slot == state.Next ? ", starts next" : ""));
        }
        if (fallback.Count > 0)
            print($"fallback {fallback.GetValueOrDefault("time")}: version {fallback.GetValueOrDefault("version")} in slot "
                + $"{fallback.GetValueOrDefault("slot")}: {fallback.GetValueOrDefault("reason")}");
        if (slots.AreBothBad)
            print("! the boot loader has found no slot with tries left");
    }

    /// <summary>What RAUC asks of the program for a custom boot loader.</summary>
    /// <param name="words">get-primary, set-primary SLOT, get-state SLOT, or set-state SLOT good|bad.</param>
    /// <param name="machine">Tells whether there is a network.</param>
    public void Bootloader(string[] words, MachineState machine)
    {
        switch (words)
        {
            case ["get-primary"]:
                print(BootState.Name(slots.State.Next));
                break;
            case ["set-primary", var name]:
                slots.Install(SlotOf(name), machine.HasNetwork());
                break;
            case ["get-state", var name]:
                print(slots.State.Left(SlotOf(name)) > 0 ? "good" : "bad");
                break;
            case ["set-state", var name, "good"]:
                slots.SetGood(SlotOf(name));
                break;
            case ["set-state", var name, "bad"]:
                slots.SetBad(SlotOf(name));
                break;
            default:
                throw new MmmException("device slot must be followed by get-primary, set-primary SLOT, get-state SLOT or "
                    + "set-state SLOT good|bad");
        }
    }

    /// <summary>
    /// Confirms the system that runs: as soon as the host answers, or if it is an update on trial, when it has proved itself.
    /// Returns the exit code.
    /// </summary>
    public int Confirm(MachineState machine)
    {
        if (slots.AreBothBad)
            print("both systems have failed; the first one was started all the same");
        if (slots.State.Trial == slots.Running)
        {
            var clock = Stopwatch.StartNew();
            if (SystemTrial.Run(machine, slots.ExpectsNetwork, new(() => clock.Elapsed, Thread.Sleep)) is { } reason)
            {
                slots.Reject(reason);
                print($"version {slots.Version(slots.Running) ?? "unknown"} is not confirmed, and the device restarts: {reason}");
                return RejectedCode;
            }
            print($"version {slots.Version(slots.Running) ?? "unknown"} is confirmed");
        }
        else
        {
            while (!machine.Front().HostAnswers)
                Thread.Sleep(HostPause);
        }
        if (slots.Confirm() is { } line)
            print(line);
        return 0;
    }

    private static Slot SlotOf(string name) => BootState.SlotOf(name) ?? throw new MmmException($"{name} is not a slot; it must be a or b");

    private static string StateOf(BootState state, Slot slot) => state.Left(slot) == 0 ? "bad" : state.Trial == slot ? "trial" : "good";

    private string Json(BootState state, Dictionary<string, string> fallback)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var w = new Utf8JsonWriter(buffer))
        {
            w.WriteStartObject();
            w.WriteString("board", slots.Release.GetValueOrDefault("BOARD", "unknown"));
            w.WriteBoolean("bothBad", slots.AreBothBad);
            w.WriteStartArray("slots");
            foreach (var slot in Enum.GetValues<Slot>())
            {
                w.WriteStartObject();
                w.WriteString("slot", BootState.Name(slot));
                w.WriteString("version", slots.Version(slot));
                w.WriteString("state", StateOf(state, slot));
                w.WriteNumber("tries", state.Left(slot));
                w.WriteBoolean("running", slot == slots.Running);
                w.WriteBoolean("next", slot == state.Next);
                w.WriteEndObject();
            }
            w.WriteEndArray();
            if (fallback.Count > 0)
            {
                w.WriteStartObject("fallback");
                foreach (var (key, value) in fallback)
                    w.WriteString(key, value);
                w.WriteEndObject();
            }
            w.WriteString("slot", BootState.Name(slots.Running));
            w.WriteString("version", slots.Version(slots.Running));
            w.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
