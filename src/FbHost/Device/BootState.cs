using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace FbHost.Device;

/// <summary>One of the two copies of the system on the disk: a kernel and a root.</summary>
internal enum Slot
{
    A,
    B,
}

/// <summary>
/// Which system the boot loader starts: the order of the slots, how many tries each has left, and the slot that is on trial. It is stored
/// as an environment of U-Boot: the CRC-32 in little endian, then "key=value" texts that end with a NUL, then one more NUL; see
/// docs/updates.md.
/// </summary>
internal sealed record BootState
{
    /// <summary>The bytes of one stored copy.</summary>
    public const int Size = 512;

    /// <summary>How often the boot loader tries a slot that is not confirmed.</summary>
    public const int MostTries = 3;

    private const int CrcSize = 4;

    /// <summary>The number of the state: of two stored copies, the one with the higher number counts.</summary>
    public long Generation { get; init; }

    /// <summary>The slot that is tried first.</summary>
    public Slot First { get; init; }

    /// <summary>The tries that slot A has left, 0 to 3.</summary>
    public int LeftA { get; init; }

    /// <summary>The tries that slot B has left, 0 to 3.</summary>
    public int LeftB { get; init; }

    /// <summary>The slot that has been installed and is not confirmed yet; null if there is none.</summary>
    public Slot? Trial { get; init; }

    /// <summary>The slot that the boot loader starts next.</summary>
    public Slot Next => Left(First) > 0 || Left(Other(First)) == 0 ? First : Other(First);

    /// <summary>True if the boot loader has used up the tries of the first slot.</summary>
    public bool HasFallenBack => Left(First) == 0 && Left(Other(First)) > 0;

    /// <summary>The letter of a slot, as in the kernel's command line.</summary>
    public static string Name(Slot slot) => slot == Slot.A ? "a" : "b";

    /// <summary>The slot of that letter; null if it is no letter of a slot.</summary>
    public static Slot? SlotOf(string? name) => name switch { "a" => Slot.A, "b" => Slot.B, _ => null };

    /// <summary>The slot that is not the given one.</summary>
    public static Slot Other(Slot slot) => slot == Slot.A ? Slot.B : Slot.A;

    /// <summary>The tries that a slot has left.</summary>
    public int Left(Slot slot) => slot == Slot.A ? LeftA : LeftB;

    /// <summary>The state after a slot was given that number of tries.</summary>
    public BootState WithLeft(Slot slot, int left) => slot == Slot.A ? this with { LeftA = left } : this with { LeftB = left };

    /// <summary>The state while a slot is written: it cannot be started, and the other one is tried first.</summary>
    public BootState WithoutSlot(Slot slot) => WithLeft(slot, 0) with { First = Other(slot), Trial = Trial == slot ? null : Trial };

    /// <summary>The state after a slot was installed: it is tried first and has to confirm itself.</summary>
    public BootState WithInstalled(Slot slot) => WithLeft(slot, MostTries) with { First = slot, Trial = slot };

    /// <summary>The state after the system that runs has confirmed itself.</summary>
    public BootState WithConfirmed(Slot running) => WithLeft(running, MostTries) with
    {
        // A slot that has just been installed is tried first at the next start. One without tries has failed.
        First = First != running && Left(First) > 0 ? First : running,
        Trial = Trial is { } trial && trial != running && Left(trial) > 0 ? trial : null,
    };

    /// <summary>Reads a stored copy. Returns null if it is not a complete and valid state.</summary>
    public static BootState? Parse(ReadOnlySpan<byte> copy)
    {
        if (copy.Length != Size || BinaryPrimitives.ReadUInt32LittleEndian(copy) != Crc32.Of(copy[CrcSize..]))
            return null;
        var texts = new Dictionary<string, string>();
        foreach (var text in Encoding.Latin1.GetString(copy[CrcSize..]).Split('\0').TakeWhile(t => t.Length > 0))
        {
            if (text.Split('=', 2) is [var key, var value])
                texts[key] = value;
        }
        return Number(texts, "mmm_gen", long.MaxValue - 1) is { } generation
            && SlotOf(texts.GetValueOrDefault("mmm_order", "").Split(' ')[0]) is { } first
            && Number(texts, "mmm_a_left", MostTries) is { } leftA && Number(texts, "mmm_b_left", MostTries) is { } leftB
            ? new()
            {
                Generation = generation, First = first, LeftA = (int)leftA, LeftB = (int)leftB,
                Trial = SlotOf(texts.GetValueOrDefault("mmm_trial")),
            }
            : null;
    }

    private static long? Number(Dictionary<string, string> texts, string key, long most) =>
        long.TryParse(texts.GetValueOrDefault(key), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most
            ? number : null;

    /// <summary>The stored form.</summary>
    public byte[] ToBytes()
    {
        var copy = new byte[Size];
        var text = string.Create(CultureInfo.InvariantCulture, $"""
            mmm_gen={Generation}
            mmm_order={Name(First)} {Name(Other(First))}
            mmm_a_left={LeftA}
            mmm_b_left={LeftB}
            mmm_trial={(Trial is { } trial ? Name(trial) : "")}

            """).ReplaceLineEndings("\0");
        Encoding.Latin1.GetBytes(text, copy.AsSpan(CrcSize));
        BinaryPrimitives.WriteUInt32LittleEndian(copy, Crc32.Of(copy.AsSpan(CrcSize)));
        return copy;
    }
}
