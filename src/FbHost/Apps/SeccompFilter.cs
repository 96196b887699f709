using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace FbHost.Apps;

/// <summary>
/// The filter of system calls of sandboxed apps, a program of classic BPF for <c>bwrap --seccomp</c>: <see cref="DeniedCalls"/> fail,
/// all others are allowed. One program has the numbers of the 64-bit and the 32-bit architecture, because a 64-bit kernel runs programs of
/// both. Since Linux 5.11, a call that is always allowed does not run the filter.
/// </summary>
internal static class SeccompFilter
{
    /// <summary>The most instructions that the kernel accepts (linux/bpf_common.h).</summary>
    public const int BPF_MAXINSNS = 4096;

    // linux/bpf_common.h. Except for BPF_JA, a jump is over 0 to 255 instructions; BPF_JA's is over k.
    private const ushort BPF_LD_W_ABS = 0x20, BPF_JMP_JA = 0x05, BPF_JMP_JEQ = 0x15, BPF_JMP_JGE = 0x35, BPF_JMP_JSET = 0x45;
    private const ushort BPF_RET = 0x06;

    // struct seccomp_data and the results, linux/seccomp.h. The upper half of an argument follows its lower one on these architectures.
    private const uint OffsetOfNumber = 0, OffsetOfArch = 4, OffsetOfArguments = 16;
    private const uint SECCOMP_RET_KILL_PROCESS = 0x8000_0000, SECCOMP_RET_ERRNO = 0x0005_0000, SECCOMP_RET_ALLOW = 0x7FFF_0000;

    // linux/audit.h
    private const uint AUDIT_ARCH_X86_64 = 0xC000_003E, AUDIT_ARCH_I386 = 0x4000_0003;
    private const uint AUDIT_ARCH_AARCH64 = 0xC000_00B7, AUDIT_ARCH_ARM = 0x4000_0028;

    // asm/unistd.h: the bit of the numbers of x32, which are called from 64-bit programs.
    private const uint X32Bit = 0x4000_0000;

    /// <summary>struct sock_filter, linux/filter.h.</summary>
    private readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint K);

    /// <summary>Makes the program: an array of <c>struct sock_filter</c>, 8 bytes each.</summary>
    /// <param name="host">The architecture of the host. Its 32-bit and 64-bit variant have the same program.</param>
    /// <exception cref="PlatformNotSupportedException">It is neither x86 nor ARM.</exception>
    public static byte[] Build(Architecture host)
    {
        var isX86 = host is Architecture.X64 or Architecture.X86;
        if (!isX86 && host is not (Architecture.Arm64 or Architecture.Arm))
            throw new PlatformNotSupportedException($"there is no filter of system calls for {host}");
        var (wide, narrow) = isX86 ? (AUDIT_ARCH_X86_64, AUDIT_ARCH_I386) : (AUDIT_ARCH_AARCH64, AUDIT_ARCH_ARM);
        var wideCalls = CallsOf(isX86 ? c => c.X64 : c => c.Arm64, hasX32: isX86);
        var narrowCalls = CallsOf(isX86 ? c => c.I386 : c => c.Arm, hasX32: false);
        // The kernels for which this host is built call with no other architecture.
        List<Instruction> program =
        [
            new(BPF_LD_W_ABS, 0, 0, OffsetOfArch),
            new(BPF_JMP_JEQ, 2, 0, wide),
            new(BPF_JMP_JEQ, 2, 0, narrow),
            new(BPF_RET, 0, 0, SECCOMP_RET_KILL_PROCESS),
            new(BPF_JMP_JA, 0, 0, 1),
            new(BPF_JMP_JA, 0, 0, (uint)wideCalls.Count),
            .. wideCalls,
            .. narrowCalls,
        ];
        return ToBytes(program);
    }

    private static List<Instruction> CallsOf(Func<DeniedCall, int> numberOf, bool hasX32)
    {
        List<Instruction> program = [new(BPF_LD_W_ABS, 0, 0, OffsetOfNumber)];
        // As on a kernel without x32: no 32-bit distribution is built for it.
        if (hasX32)
            program.AddRange([new(BPF_JMP_JGE, 0, 1, X32Bit), Fail(DeniedCall.ENOSYS)]);
        foreach (var call in DeniedCalls.All.Where(c => numberOf(c) >= 0))
        {
            var denial = DenialOf(call);
            program.Add(new(BPF_JMP_JEQ, 0, checked((byte)denial.Count), (uint)numberOf(call)));
            program.AddRange(denial);
        }
        program.Add(Allow);
        return program;
    }

    // Ends with a result for every argument: what follows still has the number of the call.
    private static List<Instruction> DenialOf(DeniedCall call)
    {
        var fail = Fail(call.Error);
        if (call.When == DeniedWhen.Always)
            return [fail];
        var (code, same, other) = call.When switch
        {
            DeniedWhen.AnyBitOf => (BPF_JMP_JSET, fail, Allow),
            DeniedWhen.OneOf => (BPF_JMP_JEQ, fail, Allow),
            _ => (BPF_JMP_JEQ, Allow, fail),
        };
        List<Instruction> program = [new(BPF_LD_W_ABS, 0, 0, OffsetOfArguments + 8 * (uint)call.Argument)];
        foreach (var value in call.Values)
            program.AddRange([new(code, 0, 1, value), same]);
        program.Add(other);
        return program;
    }

    private static Instruction Allow => new(BPF_RET, 0, 0, SECCOMP_RET_ALLOW);

    private static Instruction Fail(int error) => new(BPF_RET, 0, 0, SECCOMP_RET_ERRNO | (uint)error);

    private static byte[] ToBytes(List<Instruction> program)
    {
        if (program.Count > BPF_MAXINSNS)
            throw new InvalidOperationException($"{program.Count} instructions are more than {BPF_MAXINSNS}");
        var bytes = new byte[8 * program.Count];
        for (var i = 0; i < program.Count; i++)
        {
            var at = bytes.AsSpan(8 * i);
            BinaryPrimitives.WriteUInt16LittleEndian(at, program[i].Code);
            (at[2], at[3]) = (program[i].IfTrue, program[i].IfFalse);
            BinaryPrimitives.WriteUInt32LittleEndian(at[4..], program[i].K);
        }
        return bytes;
    }
}
