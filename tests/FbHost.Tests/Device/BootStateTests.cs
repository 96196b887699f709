using System.Text;
using CsCheck;
using FbHost.Device;
using Mmm;

namespace FbHost.Tests.Device;

/// <summary>The boot state is stored in two copies, so that a power cut at any moment leaves one that is complete.</summary>
public sealed class BootStateTests : IDisposable
{
    private const int At1 = 1024, At2 = 4096;
    private static readonly Gen<Slot> Slots = Gen.Enum<Slot>();

    private static readonly Gen<BootState> States =
        from generation in Gen.Long[0, 1000]
        from first in Slots
        from a in Gen.Int[0, BootState.MostTries]
        from b in Gen.Int[0, BootState.MostTries]
        from trial in Gen.OneOf(Slots.Select(s => (Slot?)s), Gen.Const((Slot?)null))
        select new BootState { Generation = generation, First = first, LeftA = a, LeftB = b, Trial = trial };

    // What happens to a write: the part of it that arrives, and what the rest of the sector is then.
    private sealed record Cut(int Write, int Bytes, bool IsGarbage);

    private static readonly Gen<Cut?> Cuts = Gen.OneOf(Gen.Const((Cut?)null),
        Gen.Select(Gen.Int[0, 1], Gen.Int[0, BootState.Size], Gen.Bool, (w, n, g) => (Cut?)new Cut(w, n, g)));

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    private static void Store(byte[] disk, int at, byte[] copy, int length) => copy.AsSpan(0, length).CopyTo(disk.AsSpan(at));

    private BootStateDisk DiskOf(byte[] bytes)
    {
        // Shared: a file that only this test may use has a lock, which a program that another test is just starting inherits for a moment.
        using (var file = new FileStream(_temp["disk"], FileMode.Create, FileAccess.Write, FileShare.ReadWrite))
            file.Write(bytes);
        return new BootStateDisk(_temp["disk"], (At1, At2));
    }

    private static byte[] With(BootState? first, BootState? second)
    {
        var bytes = new byte[At2 + BootState.Size];
        Store(bytes, At1, first?.ToBytes() ?? [], first is null ? 0 : BootState.Size);
        Store(bytes, At2, second?.ToBytes() ?? [], second is null ? 0 : BootState.Size);
        return bytes;
    }

    private static BootState? CopyAt(byte[] disk, int at) => BootState.Parse(disk.AsSpan(at, BootState.Size));

    [Fact]
    public void What_is_stored_is_read_back() => States.Sample(state => Assert.Equal(state, BootState.Parse(state.ToBytes())));

    [Fact]
    public void A_copy_with_one_bit_changed_is_not_valid() => Gen.Select(States, Gen.Int[0, BootState.Size * 8 - 1]).Sample((state, bit) =>
    {
        var copy = state.ToBytes();
        copy[bit / 8] ^= (byte)(1 << bit % 8);
        Assert.Null(BootState.Parse(copy));
    });

    [Fact]
    public void Any_bytes_are_read_without_an_exception() =>
        Gen.Byte.Array[0, 600].Sample(bytes => Assert.True(BootState.Parse(bytes) is null or { LeftA: >= 0 }));

    [Theory]
    [InlineData("mmm_gen=1\0mmm_order=a b\0mmm_a_left=4\0mmm_b_left=0\0\0")]
    [InlineData("mmm_gen=1\0mmm_order=c\0mmm_a_left=3\0mmm_b_left=0\0\0")]
    [InlineData("mmm_gen=-1\0mmm_order=a b\0mmm_a_left=3\0mmm_b_left=0\0\0")]
    [InlineData("mmm_gen=9223372036854775807\0mmm_order=a b\0mmm_a_left=3\0mmm_b_left=0\0\0")]
    [InlineData("mmm_order=a b\0mmm_a_left=3\0mmm_b_left=0\0\0")]
    [InlineData("")]
    public void A_state_with_values_that_are_not_possible_is_not_valid(string text) => Assert.Null(BootState.Parse(Copy(text)));

    [Fact]
    public void What_u_boot_exports_is_valid() => Assert.Equal( // it sorts keys, leaves out empty ones, and may add its own
        new BootState { Generation = 41, First = Slot.B, LeftA = 3, LeftB = 1 },
        BootState.Parse(Copy("bootdelay=0\0mmm_a_left=3\0mmm_b_left=1\0mmm_gen=41\0mmm_order=b a\0\0")));

    [Fact]
    public void Mkenvimage_of_u_boot_makes_the_same_bytes()
    {
        var state = new BootState { Generation = 7, First = Slot.A, LeftA = 2, LeftB = 3, Trial = Slot.B };
        File.WriteAllText(_temp["text"], "mmm_gen=7\nmmm_order=a b\nmmm_a_left=2\nmmm_b_left=3\nmmm_trial=b\n");
        Assert.SkipUnless(File.Exists("/usr/bin/mkenvimage"), "u-boot-tools is not installed");
        using var made = new Child("/usr/bin/mkenvimage", ["-s", "512", "-p", "0", "-o", _temp["image"], _temp["text"]]);
        Assert.Equal(0, made.WaitForEnd());
        Assert.Equal(File.ReadAllBytes(_temp["image"]), state.ToBytes());
    }

    [Fact]
    public void A_power_cut_at_any_byte_of_any_write_leaves_the_old_or_the_new_state() =>
        Gen.Select(States, Gen.Select(States, Cuts).Array[1, 12]).Sample((start, steps) =>
        {
            var disk = With(start, start with { Generation = Math.Max(0, start.Generation - 1) });
            var current = start;
            foreach (var (wanted, cut) in steps)
            {
                var (state, writes) = BootStateDisk.Plan(CopyAt(disk, At1), CopyAt(disk, At2), s =>
                {
                    Assert.Equal(current, s);
                    return wanted;
                });
                for (var i = 0; i < writes.Count && (cut is null || i <= cut.Write); i++)
                {
                    var at = writes[i].IsFirst ? At1 : At2;
                    var arrived = cut?.Write == i ? cut.Bytes : BootState.Size;
                    Store(disk, at, writes[i].Bytes, arrived);
                    if (cut is { IsGarbage: true } && cut.Write == i)
                        disk.AsSpan(at + arrived, BootState.Size - arrived).Fill(0xA5);
                }
                var after = DiskOf(disk).Read();
                Assert.True(after == state || (after == current && cut is { Write: 0 }), $"{after} is neither {state} nor {current}");
                current = after;
            }
        }, iter: 300, threads: 1);

    [Fact]
    public void A_change_is_read_back_and_leaves_two_equal_copies() => Gen.Select(States, States, States).Sample((first, second, wanted) =>
    {
        var disk = DiskOf(With(first, second));
        var changed = disk.Change(_ => wanted);
        var bytes = File.ReadAllBytes(_temp["disk"]);
        Assert.Equal(wanted with { Generation = changed.Generation }, disk.Read());
        Assert.Equal(bytes.AsSpan(At1, BootState.Size), bytes.AsSpan(At2, BootState.Size));
        Assert.True(changed.Generation >= Math.Max(first.Generation, second.Generation));
    }, iter: 100, threads: 1);

    [Fact]
    public void A_change_to_the_same_state_writes_nothing()
    {
        var state = new BootState { LeftA = 3 };
        var disk = DiskOf(With(state, state));
        Assert.Equal(0, disk.Change(s => s.WithConfirmed(Slot.A)).Generation);
    }

    [Fact]
    public void A_broken_copy_is_written_anew()
    {
        var state = new BootState { LeftA = 3 };
        var disk = DiskOf(With(null, state));
        disk.Change(s => s.WithConfirmed(Slot.A));
        Assert.Equal(1, CopyAt(File.ReadAllBytes(_temp["disk"]), At1)?.Generation);
    }

    [Fact]
    public void A_disk_without_a_state_or_no_disk_is_one_line()
    {
        Assert.Contains("neither copy", Assert.Throws<MmmException>(() => DiskOf(With(null, null)).Read()).Message);
        Assert.Contains("neither copy", Assert.Throws<MmmException>(() => DiskOf(With(null, null)).Change(s => s)).Message);
        Assert.Contains("no such disk", Assert.Throws<MmmException>(() => new BootStateDisk(_temp["none"], (0, 512)).Read()).Message);
    }

    [Fact]
    public void Changes_of_several_programs_are_made_one_after_the_other()
    {
        var disk = DiskOf(With(new(), new()));
        Parallel.For(0, 40, _ => disk.Change(s => s.WithLeft(Slot.A, 3 - s.LeftA)));
        Assert.Equal(40, disk.Read().Generation);
    }

    private static byte[] Copy(string text)
    {
        var copy = new byte[BootState.Size];
        Encoding.Latin1.GetBytes(text, copy.AsSpan(4));
        BitConverter.GetBytes(Crc32.Of(copy.AsSpan(4))).CopyTo(copy, 0);
        return copy;
    }
}
