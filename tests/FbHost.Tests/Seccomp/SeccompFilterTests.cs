using System.Runtime.InteropServices;
using CsCheck;
using FbHost.Apps;

namespace FbHost.Tests.Seccomp;

/// <summary>The filter of sandboxed apps, run here, with the numbers of the kernel's headers.</summary>
public class SeccompFilterTests
{
    private const int NamespaceFlags = 0x7E02_0000; // CLONE_NEWNS to CLONE_NEWNET
    private const ulong TIOCSTI = 0x5412, TIOCLINUX = 0x541C, FIONREAD = 0x541B;

    /// <summary>The calls that fail whatever their arguments are; those with another error than EPERM have it after a colon.</summary>
    internal static readonly Dictionary<string, int> Always = """
        clone3:38 io_uring_setup:38 io_uring_enter:38 io_uring_register:38
        unshare setns mount umount umount2 pivot_root chroot open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr
        open_by_handle_at fanotify_init ptrace process_vm_readv process_vm_writev kcmp pidfd_getfd bpf perf_event_open userfaultfd
        add_key request_key keyctl create_module init_module finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff
        acct quotactl quotactl_fd syslog vhangup sethostname setdomainname stime settimeofday adjtimex clock_settime clock_adjtime
        clock_settime64 clock_adjtime64 iopl ioperm pciconfig_iobase pciconfig_read pciconfig_write modify_ldt vm86old vm86 uselib
        nfsservctl lookup_dcookie
        """.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)
        .Select(word => word.Split(':')).ToDictionary(w => w[0], w => w.Length == 1 ? 1 : int.Parse(w[1]));

    private static readonly BpfMachine X86 = new(SeccompFilter.Build(Architecture.X64));
    private static readonly BpfMachine Arm = new(SeccompFilter.Build(Architecture.Arm64));

    private static BpfMachine FilterFor(string architecture) => architecture is "x64" or "i386" ? X86 : Arm;

    // The number of a call, and what becomes of it.
    private static string Decide(string architecture, string call, params ulong[] arguments)
    {
        var calls = SystemCalls.Of(architecture);
        return FilterFor(architecture).Decide(calls.Arch, calls.Numbers[call], arguments);
    }

    [Theory]
    [InlineData("x64")]
    [InlineData("i386")]
    [InlineData("arm64")]
    [InlineData("arm")]
    public void Of_all_calls_of_the_header_those_of_the_list_fail_and_all_others_are_allowed(string architecture)
    {
        var calls = SystemCalls.Of(architecture);
        // socket(0, …) is no family of sockets.
        var expected = calls.Numbers.ToDictionary(c => c.Key, c => Always.TryGetValue(c.Key, out var error) ? $"errno {error}"
            : c.Key is "socket" or "socketpair" ? "errno 97" : "allow");
        Assert.Equal(expected, calls.Numbers.ToDictionary(c => c.Key, c => FilterFor(architecture).Decide(calls.Arch, c.Value)));
        Assert.Equal(expected.Count(c => c.Value != "allow"), Enumerable.Range(0, 460).Count(n =>
            FilterFor(architecture).Decide(calls.Arch, n) != "allow"));
        Assert.Equal("errno 1", FilterFor(architecture).Decide(calls.Arch, 467)); // open_tree_attr, Linux 6.15
        Assert.Equal("allow", FilterFor(architecture).Decide(calls.Arch, 468));
    }

    [Theory]
    [InlineData("x64")]
    [InlineData("i386")]
    [InlineData("arm64")]
    [InlineData("arm")]
    public void Every_name_of_the_list_is_a_call_of_some_architecture_and_every_call_of_the_filter_has_its_number(string architecture)
    {
        var calls = SystemCalls.Of(architecture);
        Assert.All(DeniedCalls.All.Where(c => c.Name != "open_tree_attr"), call =>
        {
            var number = architecture switch { "x64" => call.X64, "i386" => call.I386, "arm64" => call.Arm64, _ => call.Arm };
            Assert.Equal((call.Name, calls.Numbers.GetValueOrDefault(call.Name, -1)), (call.Name, number));
        });
        string[] architectures = ["x64", "i386", "arm64", "arm"];
        Assert.All(Always.Keys, name => Assert.Contains(architectures, a => SystemCalls.Of(a).Numbers.ContainsKey(name)));
    }

    public static TheoryData<string> Architectures => ["x64", "i386", "arm64", "arm"];

    [Theory]
    [MemberData(nameof(Architectures))]
    public void A_clone_with_any_flag_of_a_namespace_fails_and_one_without_is_allowed(string architecture) =>
        Gen.UInt.Sample(flags => Assert.Equal((flags & NamespaceFlags) != 0 ? "errno 1" : "allow", Decide(architecture, "clone", flags)));

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Each_flag_of_a_namespace_alone_is_denied_and_those_of_a_thread_and_of_a_fork_are_not(string architecture)
    {
        foreach (var bit in Enumerable.Range(0, 32).Where(b => (NamespaceFlags >> b & 1) != 0))
            Assert.Equal("errno 1", Decide(architecture, "clone", 1ul << bit));
        Assert.Equal("allow", Decide(architecture, "clone", 0x003D_0F00)); // pthread_create
        Assert.Equal("allow", Decide(architecture, "clone", 0x0120_0011)); // fork
        Assert.Equal("allow", Decide(architecture, "clone", 0x0000_4111)); // posix_spawn
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Only_the_lower_half_of_an_argument_decides_as_only_that_half_is_the_kernels(string architecture)
    {
        (string Call, int Argument, ulong Denied, ulong Allowed)[] cases =
        [
            ("ioctl", 1, TIOCSTI, FIONREAD), ("ioctl", 1, TIOCLINUX, FIONREAD), ("clone", 0, 0x1000_0000, 0), ("socket", 0, 40, 1),
            ("socketpair", 0, 38, 1), ("personality", 0, 0x0040_0000, 0xFFFF_FFFF),
        ];
        Gen.Select(Gen.Int[0, cases.Length - 1], Gen.UInt, Gen.ULong).Sample((index, upper, rest) =>
        {
            var tried = cases[index];
            foreach (var isDenied in (bool[])[true, false])
            {
                var arguments = Enumerable.Repeat(rest, 6).ToArray();
                arguments[tried.Argument] = (ulong)upper << 32 | (isDenied ? tried.Denied : tried.Allowed);
                Assert.Equal(!isDenied, Decide(architecture, tried.Call, arguments) == "allow");
            }
        });
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Sockets_are_those_of_the_apps_own_network_and_personalities_are_harmless(string architecture)
    {
        ulong[] families = [1, 2, 10, 16, 29, 31]; // UNIX, INET, INET6, NETLINK, CAN, BLUETOOTH
        for (var family = 0ul; family < 64; family++)
            Assert.Equal(families.Contains(family) ? "allow" : "errno 97", Decide(architecture, "socket", family));
        ulong[] personalities = [0, 8, 0x0004_0000, 0xFFFF_FFFF];
        Assert.All(personalities, p => Assert.Equal("allow", Decide(architecture, "personality", p)));
        Gen.UInt.Where(p => !personalities.Contains(p)).Sample(p => Assert.Equal("errno 1", Decide(architecture, "personality", p)));
    }

    [Fact]
    public void A_32_bit_program_is_judged_by_its_own_numbers()
    {
        Assert.Equal(("errno 1", "allow"), (X86.Decide(0xC000_003E, 165), X86.Decide(0x4000_0003, 165))); // mount, getresuid
        Assert.Equal(("allow", "errno 1"), (X86.Decide(0xC000_003E, 21), X86.Decide(0x4000_0003, 21))); // access, mount
        Assert.Equal(("errno 1", "allow"), (Arm.Decide(0xC000_00B7, 117), Arm.Decide(0x4000_0028, 117))); // ptrace, none
        Assert.Equal("allow", Arm.Decide(0x4000_0028, 0x0F_0002)); // cacheflush, for compilers at run time
    }

    [Fact]
    public void Calls_of_x32_fail_as_on_a_kernel_without_it_and_other_architectures_end_the_program()
    {
        Gen.UInt[0x4000_0000, uint.MaxValue].Sample(n => Assert.Equal("errno 38", X86.Decide(0xC000_003E, n)));
        Gen.Select(Gen.UInt, Gen.UInt[0, 500]).Where((arch, _) => arch is not (0xC000_003E or 0x4000_0003))
            .Sample((arch, n) => Assert.Equal("kill", X86.Decide(arch, n)));
        Gen.Select(Gen.UInt, Gen.UInt[0, 500]).Where((arch, _) => arch is not (0xC000_00B7 or 0x4000_0028))
            .Sample((arch, n) => Assert.Equal("kill", Arm.Decide(arch, n)));
        Assert.Equal("kill", Arm.Decide(0xC000_003E, 0));
    }

    [Fact]
    public void A_32_bit_host_has_the_same_program_and_other_processors_have_none()
    {
        Assert.Equal(SeccompFilter.Build(Architecture.X64), SeccompFilter.Build(Architecture.X86));
        Assert.Equal(SeccompFilter.Build(Architecture.Arm64), SeccompFilter.Build(Architecture.Arm));
        Assert.Throws<PlatformNotSupportedException>(() => SeccompFilter.Build(Architecture.RiscV64));
        Assert.InRange(Math.Max(X86.Length, Arm.Length), 100, SeccompFilter.BPF_MAXINSNS);
    }
}
