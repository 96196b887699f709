using System.Buffers.Binary;
using System.Runtime.InteropServices;
using FbHost.Apps;

namespace FbHost.Tests;

/// <summary>The decisions of the filter, run by a small interpreter. SandboxTests has the kernel run it.</summary>
public sealed class SeccompFilterTests
{
    private const uint Allow = 0x7FFF0000, NotPermitted = 0x00050001, NoSuchCall = 0x00050026;

    private static uint Run(byte[] program, uint number, uint arch, ulong first = 0, ulong second = 0)
    {
        var data = new byte[64]; // struct seccomp_data
        BinaryPrimitives.WriteUInt32LittleEndian(data, number);
        BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(4), arch);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(16), first);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(24), second);
        var (at, value) = (0, 0u);
        while (true)
        {
            var line = program.AsSpan(8 * at, 8);
            var k = BinaryPrimitives.ReadUInt32LittleEndian(line[4..]);
            at++;
            switch (BinaryPrimitives.ReadUInt16LittleEndian(line))
            {
                case 0x20:
                    value = BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan((int)k));
                    break;
                case 0x15:
                    at += value == k ? line[2] : line[3];
                    break;
                case 0x35:
                    at += value >= k ? line[2] : line[3];
                    break;
                case 0x45:
                    at += (value & k) != 0 ? line[2] : line[3];
                    break;
                case 0x05:
                    at += (int)k;
                    break;
                case 0x06:
                    return k;
                default:
                    throw new InvalidOperationException("no instruction of the filter");
            }
        }
    }

    public static TheoryData<Architecture, uint, string> Numberings => new()
    {
        { Architecture.X64, 0xC000003E, "X64" }, { Architecture.X64, 0x40000003, "X86" },
        { Architecture.Arm64, 0xC00000B7, "Arm64" }, { Architecture.Arm64, 0x40000028, "Arm" },
    };

    private static int NumberOf(SeccompFilter.Call call, string numbering) =>
        numbering switch { "X64" => call.X64, "X86" => call.X86, "Arm64" => call.Arm64, _ => call.Arm };

    [Theory]
    [MemberData(nameof(Numberings))]
    public void Exactly_the_listed_calls_are_denied(Architecture machine, uint arch, string numbering)
    {
        var program = SeccompFilter.Build(machine);
        Assert.InRange(program.Length / 8, 1, 4096);
        var denied = SeccompFilter.Denied.Select(c => NumberOf(c, numbering)).Where(n => n >= 0).ToHashSet();
        Assert.True(denied.Count > 40);
        for (var number = 0; number < 1000; number++)
        {
            var expected = denied.Contains(number) ? NotPermitted
                : number == NumberOf(SeccompFilter.Clone3, numbering) ? NoSuchCall : Allow;
            Assert.Equal(expected, Run(program, (uint)number, arch));
        }
    }

    [Theory]
    [MemberData(nameof(Numberings))]
    public void New_namespaces_and_typing_into_terminals_are_denied_by_their_arguments(Architecture machine, uint arch, string numbering)
    {
        var program = SeccompFilter.Build(machine);
        var (clone, ioctl) = ((uint)NumberOf(SeccompFilter.Clone, numbering), (uint)NumberOf(SeccompFilter.Ioctl, numbering));
        foreach (var flag in (uint[])[0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000])
            Assert.Equal(NotPermitted, Run(program, clone, arch, first: flag | 17));
        Assert.Equal(Allow, Run(program, clone, arch, first: 0x003D0F00)); // a thread
        Assert.Equal(Allow, Run(program, clone, arch, first: 17)); // fork
        Assert.Equal(NotPermitted, Run(program, ioctl, arch, second: 0x5412));
        Assert.Equal(NotPermitted, Run(program, ioctl, arch, second: 0xFFFFFFFF00005412)); // the kernel uses the low half
        Assert.Equal(NotPermitted, Run(program, ioctl, arch, second: 0x541C));
        Assert.Equal(Allow, Run(program, ioctl, arch, second: 0x5413)); // TIOCGWINSZ
    }

    [Fact]
    public void Other_architectures_and_x32_are_denied()
    {
        Assert.Equal(NotPermitted, Run(SeccompFilter.Build(Architecture.X64), 0, 0xC00000B7));
        Assert.Equal(NotPermitted, Run(SeccompFilter.Build(Architecture.X64), 0x40000000, 0xC000003E));
        Assert.Equal(NotPermitted, Run(SeccompFilter.Build(Architecture.Arm64), 0, 0xC000003E));
        Assert.Throws<PlatformNotSupportedException>(() => SeccompFilter.Build(Architecture.S390x));
    }

    // The numbers of this machine's kernel headers.
    [Theory]
    [InlineData("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "X64")]
    [InlineData("/usr/include/x86_64-linux-gnu/asm/unistd_32.h", "X86")]
    [InlineData("/usr/include/asm-generic/unistd.h", "Arm64")]
    public void The_numbers_are_those_of_the_kernel(string header, string numbering)
    {
        var numbers = File.ReadLines(header).Select(l => l.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            .Where(w => w is ["#define", _, var value, ..] && int.TryParse(value, out _) && w[1].StartsWith("__NR", StringComparison.Ordinal))
            .Select(w => (Name: w[1][(w[1].StartsWith("__NR3264_", StringComparison.Ordinal) ? 9 : 5)..], Value: int.Parse(w[2])))
            .DistinctBy(n => n.Name).ToDictionary(n => n.Name, n => n.Value);
        foreach (var call in SeccompFilter.Denied.Concat([SeccompFilter.Clone, SeccompFilter.Clone3, SeccompFilter.Ioctl]))
        {
            var expected = numbers.GetValueOrDefault(call.Name, -1);
            Assert.True(expected == NumberOf(call, numbering), $"{call.Name} is {expected}");
        }
    }
}
