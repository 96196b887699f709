using System.Buffers.Binary;

namespace FbHost.Tests.Seccomp;

/// <summary>
/// Runs a filter as the kernel does (net/core/filter.c, kernel/seccomp.c), with the instructions that a seccomp filter may have.
/// </summary>
internal sealed class BpfMachine
{
    private readonly (int Code, int IfTrue, int IfFalse, uint K)[] _program;

    /// <summary>Checks what the kernel checks before it accepts a program.</summary>
    public BpfMachine(byte[] bytes)
    {
        Assert.Equal(0, bytes.Length % 8);
        _program =
        [
            .. bytes.Chunk(8).Select(i => ((int)BinaryPrimitives.ReadUInt16LittleEndian(i), (int)i[2], (int)i[3],
                BinaryPrimitives.ReadUInt32LittleEndian(i.AsSpan(4)))),
        ];
        Assert.InRange(_program.Length, 1, 4096);
        Assert.Equal(0x06, _program[^1].Code);
        for (var at = 0; at < _program.Length; at++)
        {
            var (code, ifTrue, ifFalse, k) = _program[at];
            var farthest = code switch { 0x05 => k, 0x15 or 0x25 or 0x35 or 0x45 => (uint)Math.Max(ifTrue, ifFalse), _ => 0u };
            Assert.True(at + 1 + (long)farthest <= _program.Length - 1 || code == 0x06, $"{at} jumps out of the program");
            Assert.True(code != 0x20 || (k % 4 == 0 && k < 64), $"{at} loads from {k}");
        }
    }

    public int Length => _program.Length;

    /// <summary>What becomes of a system call.</summary>
    public string Decide(uint arch, long number, params ulong[] arguments)
    {
        var data = new byte[64]; // struct seccomp_data; the address of the instruction is 0
        BinaryPrimitives.WriteUInt32LittleEndian(data, (uint)number);
        BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(4), arch);
        for (var i = 0; i < arguments.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(16 + 8 * i), arguments[i]);
        var result = Run(data);
        return (result & 0xFFFF_0000) switch
        {
            0x7FFF_0000 => "allow",
            0x0005_0000 => $"errno {result & 0xFFFF}",
            0x8000_0000 => "kill",
            _ => $"{result:x}",
        };
    }

    private uint Run(byte[] data)
    {
        uint a = 0;
        for (var at = 0; ; at++)
        {
            var (code, ifTrue, ifFalse, k) = _program[at];
            switch (code)
            {
                case 0x20:
                    a = BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan((int)k));
                    break;
                case 0x05:
                    at += (int)k;
                    break;
                case 0x15 or 0x25 or 0x35 or 0x45:
                    at += (code switch { 0x15 => a == k, 0x25 => a > k, 0x35 => a >= k, _ => (a & k) != 0 }) ? ifTrue : ifFalse;
                    break;
                case 0x06:
                    return k;
                default:
                    throw new InvalidOperationException($"the instruction {code:x} at {at} is not known");
            }
        }
    }
}
