using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace FbHost.Apps;

/// <summary>
/// The filter of system calls of sandboxed apps (seccomp(2)): a program in classic BPF that denies what a program that draws never needs:
/// mounts, namespaces, tracing, modules, keys, BPF, io_uring, clocks, and typing into terminals. It knows both numberings of a 64-bit kernel,
/// so 32-bit programs run, too. All other calls are allowed.
/// </summary>
internal static class SeccompFilter
{
    private const ushort Load = 0x20, JumpEqual = 0x15, JumpAnySet = 0x45, JumpGreaterOrEqual = 0x35, Jump = 0x05, Return = 0x06; // BPF_*
    private const uint Number = 0, Arch = 4, FirstArgument = 16, SecondArgument = 24; // offsets in struct seccomp_data; the low halves
    private const uint Allow = 0x7FFF0000, Deny = 0x00050000; // SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO | errno
    private const uint NotPermitted = 1, NoSuchCall = 38; // EPERM, ENOSYS
    private const uint NewNamespaces = 0x7E020000; // CLONE_NEW*, except NEWTIME, which is none of clone(2)
    private const uint TypeIntoTerminal = 0x5412, ConsoleControl = 0x541C; // TIOCSTI, TIOCLINUX
    private const uint X32 = 0x40000000; // the bit of a third numbering on x86-64, which is not allowed

    /// <summary>The numbers of a call: on x86-64, 32-bit x86, arm64 and 32-bit ARM. -1 where there is none.</summary>
    internal readonly record struct Call(string Name, int X64, int X86, int Arm64, int Arm);

    /// <summary>The calls that fail with EPERM.</summary>
    internal static readonly Call[] Denied =
    [
        new("mount", 165, 21, 40, 21),
        new("umount", -1, 22, -1, -1),
        new("umount2", 166, 52, 39, 52),
        new("pivot_root", 155, 217, 41, 218),
        new("move_mount", 429, 429, 429, 429),
        new("open_tree", 428, 428, 428, 428),
        new("fsopen", 430, 430, 430, 430),
        new("fsconfig", 431, 431, 431, 431),
        new("fsmount", 432, 432, 432, 432),
        new("fspick", 433, 433, 433, 433),
        new("mount_setattr", 442, 442, 442, 442),
        new("ptrace", 101, 26, 117, 26),
        new("process_vm_readv", 310, 347, 270, 376),
        new("process_vm_writev", 311, 348, 271, 377),
        new("kcmp", 312, 349, 272, 378),
        new("pidfd_getfd", 438, 438, 438, 438),
        new("bpf", 321, 357, 280, 386),
        new("perf_event_open", 298, 336, 241, 364),
        new("keyctl", 250, 288, 219, 311),
        new("add_key", 248, 286, 217, 309),
        new("request_key", 249, 287, 218, 310),
        new("userfaultfd", 323, 374, 282, 388),
        new("init_module", 175, 128, 105, 128),
        new("finit_module", 313, 350, 273, 379),
        new("delete_module", 176, 129, 106, 129),
        new("create_module", 174, 127, -1, -1),
        new("kexec_load", 246, 283, 104, 347),
        new("kexec_file_load", 320, -1, 294, 401),
        new("unshare", 272, 310, 97, 337),
        new("setns", 308, 346, 268, 375),
        new("open_by_handle_at", 304, 342, 265, 371),
        new("io_uring_setup", 425, 425, 425, 425),
        new("io_uring_enter", 426, 426, 426, 426),
        new("io_uring_register", 427, 427, 427, 427),
        new("reboot", 169, 88, 142, 88),
        new("swapon", 167, 87, 224, 87),
        new("swapoff", 168, 115, 225, 115),
        new("acct", 163, 51, 89, 51),
        new("quotactl", 179, 131, 60, 131),
        new("quotactl_fd", 443, 443, 443, 443),
        new("syslog", 103, 103, 116, 103),
        new("settimeofday", 164, 79, 170, 79),
        new("stime", -1, 25, -1, 25),
        new("clock_settime", 227, 264, 112, 262),
        new("clock_settime64", -1, 404, 404, 404),
        new("clock_adjtime", 305, 343, 266, 372),
        new("clock_adjtime64", -1, 405, 405, 405),
        new("adjtimex", 159, 124, 171, 124),
        new("sethostname", 170, 74, 161, 74),
        new("setdomainname", 171, 121, 162, 121),
        new("iopl", 172, 110, -1, -1),
        new("ioperm", 173, 101, -1, -1),
        new("nfsservctl", 180, 169, 42, 169),
        new("lookup_dcookie", 212, 253, 18, 249),
        new("vhangup", 153, 111, 58, 111),
        new("uselib", 134, 86, -1, 86),
        new("ustat", 136, 62, -1, 62),
        new("sysfs", 139, 135, -1, 135),
    ];

    /// <summary>Fails with ENOSYS, so that the C library uses clone, whose flags the filter can read.</summary>
    internal static readonly Call Clone3 = new("clone3", 435, 435, 435, 435);

    /// <summary>Fails with EPERM for new namespaces.</summary>
    internal static readonly Call Clone = new("clone", 56, 120, 220, 120);

    /// <summary>Fails with EPERM for requests that type into a terminal.</summary>
    internal static readonly Call Ioctl = new("ioctl", 16, 54, 29, 54);

    private static readonly (uint Arch, Func<Call, int> Of) X64 = (0xC000003E, c => c.X64), X86 = (0x40000003, c => c.X86),
        Arm64 = (0xC00000B7, c => c.Arm64), Arm = (0x40000028, c => c.Arm); // AUDIT_ARCH_*

    /// <summary>Builds the filter.</summary>
    /// <param name="machine">The kernel's architecture: X64 or Arm64.</param>
    /// <returns>An array of struct sock_filter, 8 bytes each.</returns>
    /// <exception cref="PlatformNotSupportedException">Another architecture.</exception>
    public static byte[] Build(Architecture machine)
    {
        var numberings = machine switch
        {
            Architecture.X64 => (X64, X86),
            Architecture.Arm64 => (Arm64, Arm),
            _ => throw new PlatformNotSupportedException($"no filter of system calls is known for {machine}"),
        };
        var program = new Program();
        program.Add(Load, Arch);
        var wide = Calls(numberings.Item1.Of, isX64: machine == Architecture.X64);
        program.Add(JumpEqual, numberings.Item1.Arch, whenTrue: 1);
        program.Add(Jump, (uint)wide.Length);
        program.Add(wide);
        program.Add(JumpEqual, numberings.Item2.Arch, whenTrue: 1);
        program.Add(Return, Deny | NotPermitted); // an architecture that is not known here
        program.Add(Calls(numberings.Item2.Of, isX64: false));
        return program.Bytes();
    }

    // Ends with a decision in every case.
    private static Program Calls(Func<Call, int> of, bool isX64)
    {
        var program = new Program();
        program.Add(Load, Number);
        if (isX64)
            program.Add(JumpGreaterOrEqual, X32, whenFalse: 1).Add(Return, Deny | NotPermitted);
        foreach (var call in Denied)
        {
            if (of(call) >= 0)
                program.Add(JumpEqual, (uint)of(call), whenFalse: 1).Add(Return, Deny | NotPermitted);
        }
        program.Add(JumpEqual, (uint)of(Clone3), whenFalse: 1).Add(Return, Deny | NoSuchCall);
        program.Add(JumpEqual, (uint)of(Clone), whenFalse: 4).Add(Load, FirstArgument)
            .Add(JumpAnySet, NewNamespaces, whenFalse: 1).Add(Return, Deny | NotPermitted).Add(Return, Allow);
        program.Add(JumpEqual, (uint)of(Ioctl), whenFalse: 4).Add(Load, SecondArgument)
            .Add(JumpEqual, TypeIntoTerminal, whenTrue: 1).Add(JumpEqual, ConsoleControl, whenFalse: 1)
            .Add(Return, Deny | NotPermitted);
        return program.Add(Return, Allow);
    }

    private sealed class Program
    {
        private readonly List<(ushort Code, byte WhenTrue, byte WhenFalse, uint Value)> _lines = [];

        public int Length => _lines.Count;

        /// <summary>Adds an instruction.</summary>
        /// <param name="code">What it does.</param>
        /// <param name="value">Its constant.</param>
        /// <param name="whenTrue">How many instructions a comparison skips if it is true.</param>
        /// <param name="whenFalse">How many it skips if it is false.</param>
        public Program Add(ushort code, uint value, byte whenTrue = 0, byte whenFalse = 0)
        {
            _lines.Add((code, whenTrue, whenFalse, value));
            return this;
        }

        public void Add(Program other) => _lines.AddRange(other._lines);

        public byte[] Bytes()
        {
            var bytes = new byte[8 * _lines.Count];
            for (var i = 0; i < _lines.Count; i++)
            {
                var line = bytes.AsSpan(8 * i);
                BinaryPrimitives.WriteUInt16LittleEndian(line, _lines[i].Code);
                (line[2], line[3]) = (_lines[i].WhenTrue, _lines[i].WhenFalse);
                BinaryPrimitives.WriteUInt32LittleEndian(line[4..], _lines[i].Value);
            }
            return bytes;
        }
    }
}
