namespace FbHost.Apps;

/// <summary>When a <see cref="DeniedCall"/> is denied.</summary>
internal enum DeniedWhen
{
    Always,

    /// <summary>Its argument has one of the bits of the only value.</summary>
    AnyBitOf,

    /// <summary>Its argument is one of the values.</summary>
    OneOf,

    /// <summary>Its argument is none of the values.</summary>
    NoneOf,
}

/// <summary>
/// A system call that sandboxed apps may not make. The kernel reads only the lower 32 bits of every argument that is named here, so these
/// are what is compared: with the upper bits, a call such as TIOCSTI | 1 &lt;&lt; 32 would pass.
/// </summary>
/// <param name="Name">The name without <c>__NR_</c> (asm/unistd.h).</param>
/// <param name="X64">Its number on x86-64; -1 where the architecture does not have it.</param>
/// <param name="I386">On i386.</param>
/// <param name="Arm64">On 64-bit ARM.</param>
/// <param name="Arm">On 32-bit ARM (EABI).</param>
/// <param name="Error">The errno that it fails with.</param>
/// <param name="When">For which arguments.</param>
/// <param name="Argument">The argument that decides, from 0; unused for <see cref="DeniedWhen.Always"/>.</param>
/// <param name="Values">The values that it is compared with.</param>
internal sealed record DeniedCall(string Name, int X64, int I386, int Arm64, int Arm, int Error = DeniedCall.EPERM,
    DeniedWhen When = DeniedWhen.Always, int Argument = 0, params uint[] Values)
{
    // errno.h, the same on all four architectures
    public const int EPERM = 1, ENOSYS = 38, EAFNOSUPPORT = 97;
}

/// <summary>
/// The system calls that a program that draws never needs, and that give a hostile one more of the kernel to attack than the sandbox
/// leaves it otherwise. Everything else is allowed: .NET needs membarrier, memfd_create, pidfds and the sched_* calls, other runtimes need
/// others.
/// </summary>
internal static class DeniedCalls
{
    // linux/sched.h: CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET. CLONE_NEWTIME is not a flag of clone.
    private const uint NewNamespaces = 0x0002_0000 | 0x0200_0000 | 0x0400_0000 | 0x0800_0000 | 0x1000_0000 | 0x2000_0000 | 0x4000_0000;

    // asm-generic/ioctls.h: TIOCSTI types into a terminal, TIOCLINUX pastes the selection of a console into it.
    private const uint TIOCSTI = 0x5412, TIOCLINUX = 0x541C;

    // linux/personality.h: PER_LINUX, PER_LINUX32 (32-bit programs), ADDR_NO_RANDOMIZE (Lisp systems), and the value that only asks.
    private static readonly uint[] Personalities = [0, 0x0008, 0x0004_0000, 0xFFFF_FFFF];

    // linux/socket.h: AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_CAN and AF_BLUETOOTH. All belong to the app's own network namespace, while
    // AF_VSOCK reaches the host of a virtual machine and AF_QIPCRTR a modem from every one. A rare family loads its module.
    private static readonly uint[] Families = [1, 2, 10, 16, 29, 31];

    /// <summary>The calls. Those that depend on an argument are first, because they are frequent.</summary>
    public static readonly DeniedCall[] All =
    [
        new("ioctl", 16, 54, 29, 54, DeniedCall.EPERM, DeniedWhen.OneOf, 1, TIOCSTI, TIOCLINUX),
        // i386 also makes sockets by socketcall, whose arguments are in memory, where a filter cannot read them.
        new("socket", 41, 359, 198, 281, DeniedCall.EAFNOSUPPORT, DeniedWhen.NoneOf, 0, Families),
        new("socketpair", 53, 360, 199, 288, DeniedCall.EAFNOSUPPORT, DeniedWhen.NoneOf, 0, Families),
        new("clone", 56, 120, 220, 120, DeniedCall.EPERM, DeniedWhen.AnyBitOf, 0, NewNamespaces),
        // Its flags are in memory. The C library and .NET use clone where the kernel does not have it.
        new("clone3", 435, 435, 435, 435, DeniedCall.ENOSYS),
        new("personality", 135, 136, 92, 136, DeniedCall.EPERM, DeniedWhen.NoneOf, 0, Personalities),

        // Namespaces and mounts.
        new("unshare", 272, 310, 97, 337),
        new("setns", 308, 346, 268, 375),
        new("mount", 165, 21, 40, 21),
        new("umount", -1, 22, -1, -1),
        new("umount2", 166, 52, 39, 52),
        new("pivot_root", 155, 217, 41, 218),
        new("chroot", 161, 61, 51, 61),
        new("open_tree", 428, 428, 428, 428),
        new("move_mount", 429, 429, 429, 429),
        new("fsopen", 430, 430, 430, 430),
        new("fsconfig", 431, 431, 431, 431),
        new("fsmount", 432, 432, 432, 432),
        new("fspick", 433, 433, 433, 433),
        new("mount_setattr", 442, 442, 442, 442),
        new("open_tree_attr", 467, 467, 467, 467),
        new("open_by_handle_at", 304, 342, 265, 371), // leaves a mount namespace
        new("fanotify_init", 300, 338, 262, 367), // FileSystemWatcher and GLib use inotify

        // Other processes.
        new("ptrace", 101, 26, 117, 26),
        new("process_vm_readv", 310, 347, 270, 376),
        new("process_vm_writev", 311, 348, 271, 377),
        new("kcmp", 312, 349, 272, 378),
        new("pidfd_getfd", 438, 438, 438, 438),

        // Parts of the kernel in which most of the faults were found that gave a program the rights of root.
        new("bpf", 321, 357, 280, 386),
        new("perf_event_open", 298, 336, 241, 364),
        new("userfaultfd", 323, 374, 282, 388),
        // As on a kernel without them: libuv, QEMU and others then use epoll.
        new("io_uring_setup", 425, 425, 425, 425, DeniedCall.ENOSYS),
        new("io_uring_enter", 426, 426, 426, 426, DeniedCall.ENOSYS),
        new("io_uring_register", 427, 427, 427, 427, DeniedCall.ENOSYS),
        // The kernel's keys belong to a user, not to a namespace.
        new("add_key", 248, 286, 217, 309),
        new("request_key", 249, 287, 218, 310),
        new("keyctl", 250, 288, 219, 311),

        // The machine.
        new("create_module", 174, 127, -1, -1),
        new("init_module", 175, 128, 105, 128),
        new("finit_module", 313, 350, 273, 379),
        new("delete_module", 176, 129, 106, 129),
        new("kexec_load", 246, 283, 104, 347),
        new("kexec_file_load", 320, -1, 294, 401),
        new("reboot", 169, 88, 142, 88),
        new("swapon", 167, 87, 224, 87),
        new("swapoff", 168, 115, 225, 115),
        new("acct", 163, 51, 89, 51),
        new("quotactl", 179, 131, 60, 131),
        new("quotactl_fd", 443, 443, 443, 443),
        new("syslog", 103, 103, 116, 103),
        new("vhangup", 153, 111, 58, 111),
        new("sethostname", 170, 74, 161, 74),
        new("setdomainname", 171, 121, 162, 121),
        new("stime", -1, 25, -1, -1),
        new("settimeofday", 164, 79, 170, 79),
        new("adjtimex", 159, 124, 171, 124),
        new("clock_settime", 227, 264, 112, 262),
        new("clock_adjtime", 305, 343, 266, 372),
        new("clock_settime64", -1, 404, -1, 404),
        new("clock_adjtime64", -1, 405, -1, 405),
        new("iopl", 172, 110, -1, -1),
        new("ioperm", 173, 101, -1, -1),
        new("pciconfig_iobase", -1, -1, -1, 271),
        new("pciconfig_read", -1, -1, -1, 272),
        new("pciconfig_write", -1, -1, -1, 273),

        // What only emulators of DOS and old libraries have used.
        new("modify_ldt", 154, 123, -1, -1),
        new("vm86old", -1, 113, -1, -1),
        new("vm86", -1, 166, -1, -1),
        new("uselib", 134, 86, -1, 86),
        new("nfsservctl", 180, 169, 42, 169),
        new("lookup_dcookie", 212, 253, 18, 249),
    ];
}
