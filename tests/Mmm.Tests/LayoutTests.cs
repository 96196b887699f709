using System.Diagnostics;
using System.Text;
using Mmm.Protocol;

namespace Mmm.Tests;

/// <summary>
/// The offsets three ways: the numbers printed in protocol.md section 2, the library's <see cref="Abi"/>, and what C compilers make of
/// structures written from the same page. All three must agree.
/// </summary>
public class LayoutTests
{
    // The table of protocol.md, by hand: C member, LP64, ARM32, and the library's name for it (null: it has none).
    private static readonly (string Member, int Lp64, int Arm32, Func<Abi, int>? Ours)[] Table =
    [
        ("header.client_version", 0x10, 0x10, null),
        ("header.server_version", 0x14, 0x14, null),
        ("header.pid", 0x18, 0x18, _ => Abi.Pid),
        ("header.lock", 0x1c, 0x1c, null),
        ("header.pad", 0x20, 0x20, null),
        ("fb", 0xa0, 0xa0, _ => Abi.FbBlock),
        ("fb.block.length", 0xa8, 0xa8, _ => Abi.FbBlockLengthField),
        ("fb.title", 0xb0, 0xb0, _ => Abi.Title),
        ("fb.babl_format", 0x1b0, 0x1b0, _ => Abi.BablFormat),
        ("fb.width", 0x5b0, 0x3b0, a => a.Width),
        ("fb.height", 0x5b4, 0x3b4, a => a.Height),
        ("fb.stride", 0x5b8, 0x3b8, a => a.Stride),
        ("fb.fb_offset", 0x5bc, 0x3bc, a => a.FbOffset),
        ("fb.flip_state", 0x5c0, 0x3c0, a => a.FlipState),
        ("fb.x", 0x5c8, 0x3c8, a => a.X),
        ("fb.y", 0x5d0, 0x3d0, a => a.Y),
        ("fb.desired_width", 0x5d8, 0x3d8, a => a.DesiredWidth),
        ("fb.desired_height", 0x5dc, 0x3dc, a => a.DesiredHeight),
        ("fb.damage_x", 0x5e0, 0x3e0, a => a.Damage),
        ("fb.damage_y", 0x5e4, 0x3e4, a => a.Damage + 4),
        ("fb.damage_width", 0x5e8, 0x3e8, a => a.Damage + 8),
        ("fb.damage_height", 0x5ec, 0x3ec, a => a.Damage + 12),
        ("fb.z", 0x5f0, 0x3f0, a => a.Z),
        ("fb.pad", 0x5f8, 0x3f8, null),
        ("events", 0x670, 0x470, a => a.EventsBlock),
        ("events.read", 0x680, 0x480, a => a.Events.Read),
        ("events.write", 0x682, 0x482, a => a.Events.Write),
        ("events.buffer", 0x6a4, 0x4a4, a => a.Events.Slot(0)),
        ("events.buffer[1023]", 0x20624, 0x20424, a => a.Events.Slot(1023)),
        ("messages", 0x206a8, 0x204a8, a => a.MessagesBlock),
        ("messages.read", 0x206b8, 0x204b8, a => a.Messages.Read),
        ("messages.write", 0x206ba, 0x204ba, a => a.Messages.Write),
        ("messages.buffer", 0x206dc, 0x204dc, a => a.Messages.Slot(0)),
        ("pcm", 0x406e0, 0x404e0, a => a.PcmBlock),
        ("pcm.format", 0x406f0, 0x404f0, a => a.PcmFormat),
        ("pcm.sample_rate", 0x406f4, 0x404f4, a => a.PcmSampleRate),
        ("pcm.host_format", 0x406f8, 0x404f8, a => a.PcmHostFormat),
        ("pcm.host_sample_rate", 0x406fc, 0x404fc, a => a.PcmHostSampleRate),
        ("pcm.read", 0x40700, 0x40500, a => a.PcmRead),
        ("pcm.write", 0x40704, 0x40504, a => a.PcmWrite),
        ("pcm.buffer", 0x40748, 0x40548, a => a.PcmBuffer),
        ("values", 0x48748, 0x48548, a => a.ValuesBlock),
        ("values.name", 0x48758, 0x48558, a => a.ValueNames),
        ("values.value", 0x48858, 0x48658, a => a.ValueTexts),
        ("values.count", 0x48c58, 0x48a58, a => a.ValueCount),
        ("fbdata", 0x48c60, 0x48a60, a => a.FbData),
        ("pixels", 0x48c70, 0x48a70, a => a.FirstPixel),
    ];

    // type, offset and length by the table: a block ends where the next begins; FBDATA's fields are 0.
    private static readonly (string Type, string Member, int Length)[] BlocksLp64 =
    [
        ("MMM ░ ", "header", 0xa0), ("FB      ", "fb", 0x5d0), ("EVENTS  ", "events", 0x20038), ("MESSAGES", "messages", 0x20038),
        ("PCM     ", "pcm", 0x8068), ("VALUES  ", "values", 0x518), ("FBDATA  ", "fbdata", 0),
    ];

    private const string Structures = """
        #include <stddef.h>
        #include <stdint.h>
        struct block { unsigned char type[8]; uint32_t length, next; };
        struct header { struct block block; uint32_t client_version, server_version; int32_t pid; uint32_t lock, pad[32]; };
        struct fb {
          struct block block; char title[256]; void *babl_format[128];
          int32_t width, height, stride, fb_offset, flip_state;
          double x, y; int32_t desired_width, desired_height, damage_x, damage_y, damage_width, damage_height; double z;
          uint32_t pad[30];
        };
        struct ring { struct block block; int16_t read, write; uint32_t spare[8]; char buffer[1024][128]; uint32_t end; };
        struct pcm {
          struct block block; int32_t format, sample_rate, host_format, host_sample_rate, read, write;
          uint32_t spare[16]; unsigned char buffer[32768];
        };
        struct values { struct block block; char name[16][16], value[16][64]; int32_t count; uint32_t end; };
        struct file {
          struct header header; struct fb fb; struct ring events, messages; struct pcm pcm; struct values values;
          struct block fbdata; unsigned char pixels[4];
        };
        #define AT(member, offset) _Static_assert(offsetof(struct file, member) == (offset), #member " is not at " #offset)

        """;

    [Fact]
    public void The_librarys_offsets_are_the_numbers_of_the_protocol_page()
    {
        foreach (var (member, lp64, arm32, ours) in Table)
        {
            if (ours == null)
                continue;
            Assert.True(ours(Abi.Lp64) == lp64, $"{member}: {ours(Abi.Lp64):x} in LP64, should be {lp64:x}");
            Assert.True(ours(Abi.Arm32) == arm32, $"{member}: {ours(Abi.Arm32):x} in ARM32, should be {arm32:x}");
        }
        Assert.Equal((256, 1024, 512), (Abi.TitleLength, Abi.Lp64.BablFormatLength, Abi.Arm32.BablFormatLength));
        Assert.Equal((16, 16, 64, 32768), (Abi.MaxValues, Abi.ValueNameLength, Abi.ValueTextLength, Abi.PcmBufferLength));
        Assert.Equal((1024, 128), (TextRing.Slots, TextRing.SlotLength));
        Assert.Equal((0x5d0, 0x3d0), (Abi.Lp64.FbBlockLength, Abi.Arm32.FbBlockLength));
    }

    [Theory]
    [InlineData("LP64", "gcc", "-m64")]
    [InlineData("LP64", "clang", "--target=aarch64-linux-gnu")]
    [InlineData("ARM32", "clang", "--target=arm-linux-gnueabihf")]
    public void A_C_compiler_puts_every_field_where_the_library_does(string name, string compiler, string target)
    {
        var abi = name == "LP64" ? Abi.Lp64 : Abi.Arm32;
        var c = new StringBuilder(Structures);
        foreach (var (member, lp64, arm32, ours) in Table)
        {
            c.AppendLine($"AT({member}, 0x{(abi == Abi.Lp64 ? lp64 : arm32):x});");
            if (ours != null)
                c.AppendLine($"AT({member}, {ours(abi)});");
        }
        foreach (var (offset, _, length, next) in abi.Blocks().SkipLast(1))
            c.AppendLine($"_Static_assert({offset} + {length} == {next}, \"blocks follow each other\");");
        Assert.Equal((0, ""), Compile(compiler, target, c.ToString()));
    }

    [Fact]
    public void A_wrong_offset_does_not_compile() =>
        Assert.NotEqual(0, Compile("gcc", "-m64", Structures + "AT(fb.width, 0x5b4);\n").Code);

    private static (int Code, string Errors) Compile(string compiler, string target, string source)
    {
        using var process = Process.Start(new ProcessStartInfo(compiler,
            [target, "-std=c11", "-ffreestanding", "-fsyntax-only", "-x", "c", "-"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        })!;
        process.StandardInput.Write(source);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, errors);
    }

    [Fact]
    public void A_new_clients_file_has_the_block_headers_of_the_protocol_page()
    {
        using var directory = new MmmDirectory();
        using var client = directory.OpenClient();
        using var file = new RawFile(client.FilePath);
        Assert.Equal("4D4D4D20E2969120", Convert.ToHexString(file.Bytes(0, 8)));
        for (var i = 0; i < BlocksLp64.Length; i++)
        {
            var (type, member, length) = BlocksLp64[i];
            var at = member == "header" ? 0 : Offset(member);
            Assert.Equal(type, Encoding.UTF8.GetString(file.Bytes(at, 8)));
            Assert.Equal(length, file.Get<int>(at + 8));
            Assert.Equal(i + 1 < BlocksLp64.Length ? Offset(BlocksLp64[i + 1].Member) : 0, file.Get<int>(at + 12));
        }
        Assert.Equal((64, 48, 256, 0x48c70), (file.Get<int>(0x5b0), file.Get<int>(0x5b4), file.Get<int>(0x5b8), file.Get<int>(0x5bc)));
        Assert.Equal((48000, 3), (file.Get<int>(0x406f4), file.Get<int>(0x406f0)));
        Assert.Equal(Environment.ProcessId, file.Get<int>(0x18));
        Assert.Equal((UnixFileMode)0x180, File.GetUnixFileMode(client.FilePath));
        Assert.InRange(new FileInfo(client.FilePath).Length, 0x48c70 + 256 * 48, 0x48c70 + 256 * 48 + 2);

        static int Offset(string member) => Table.Single(f => f.Member == member).Lp64;
    }

    [Fact]
    public void The_ABI_is_told_by_the_FB_blocks_length()
    {
        Assert.Same(Abi.Lp64, Abi.FromFbBlockLength(0));
        Assert.Same(Abi.Lp64, Abi.FromFbBlockLength(0x5d0));
        Assert.Same(Abi.Arm32, Abi.FromFbBlockLength(0x3d0));
        Assert.Null(Abi.FromFbBlockLength(0x3cc)); // i386
        Assert.Null(Abi.FromFbBlockLength(uint.MaxValue));
    }
}
