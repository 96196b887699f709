using System.Runtime.InteropServices;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Mmm;

/// <summary>
/// Keeps a mapping usable when another process truncates its file. In that case the kernel sends SIGBUS at the next access, in any code
/// that accesses the mapping: an app that fills a row, SkiaSharp, this library. The signal handler replaces the mapping with empty memory,
/// records this and returns. The access is then repeated on the empty memory, and the client can report the loss with an exception. The
/// handler is machine code, because .NET cannot run managed code in a signal handler: with UnmanagedCallersOnly, the runtime ends the
/// process if the thread was in managed code. Any other SIGBUS is passed to the handler that was installed before. If no memory can be
/// made executable, or on processors other than x64 and arm64, there is no guard and SIGBUS ends the process.
/// </summary>
internal static unsafe partial class MappingGuard
{
    private const int Most = 128; // number of slots; the machine code below contains it too
    private const int Signal = 7; // SIGBUS on x64 and arm64
    private static readonly Lock s_lock = new();
    private static Table* s_table;

    [StructLayout(LayoutKind.Sequential)]
    private struct Slot
    {
        public nint Address;
        public nint Length; // 0 if the slot is not in use
        public int Lost;
        private readonly nint _unused;
    }

    /// <summary>The data of the handler. The machine code below contains its offsets.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Table
    {
        public fixed byte Slots[Most * 32];
        public nint Before; // the previous handler, or 0 (SIG_DFL) or 1 (SIG_IGN)
        public fixed byte Default[32]; // the kernel's struct sigaction filled with zeros: the default action
    }

    /// <summary>struct sigaction as glibc and musl define it on x64 and arm64.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Action
    {
        public nint Handler;
        public fixed byte Mask[128];
        public int Flags;
        private readonly nint _restorer;
    }

    [LibraryImport("libc.so.6", EntryPoint = "sigaction", SetLastError = true)]
    private static partial int sigaction(int signal, Action* action, Action* before);

    /// <summary>Guards a mapping. Returns the number of its slot, or -1 if it cannot be guarded.</summary>
    public static int Add(void* address, long length)
    {
        lock (s_lock)
        {
            if (s_table == null && !Install())
                return -1;
            for (var i = 0; i < Most; i++)
            {
                ref var slot = ref At(i);
                if (slot.Length != 0)
                    continue;
                (slot.Address, slot.Lost) = ((nint)address, 0);
                Volatile.Write(ref slot.Length, (nint)length);
                return i;
            }
            return -1;
        }
    }

    /// <summary>Stops guarding. No code may use the mapping any more.</summary>
    public static void Remove(int slot)
    {
        if (slot >= 0)
            Volatile.Write(ref At(slot).Length, 0);
    }

    /// <summary>True if the mapping's file was truncated and the mapping has been replaced with empty memory.</summary>
    public static bool IsLost(int slot) => slot >= 0 && Volatile.Read(ref At(slot).Lost) != 0;

    private static ref Slot At(int i) => ref ((Slot*)s_table)[i];

    private static bool Install()
    {
        var code = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => X64,
            Architecture.Arm64 => MemoryMarshal.AsBytes(Arm64),
            _ => [],
        };
        if (code.IsEmpty)
            return false;
        var length = (size_t)(ulong)(code.Length + sizeof(nint));
        var page = mmap(null, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, (off_t)0L);
        if (page == (void*)-1)
            return false;
        var table = (Table*)NativeMemory.AllocZeroed((nuint)sizeof(Table));
        code.CopyTo(new Span<byte>(page, code.Length));
        *(Table**)((byte*)page + code.Length) = table;
        Action action;
        if (mprotect(page, length, PROT_READ | PROT_EXEC) != 0 || sigaction(Signal, null, &action) != 0)
        {
            munmap(page, length);
            NativeMemory.Free(table);
            return false;
        }
        const int SA_SIGINFO = 4;
        table->Before = action.Handler;
        (action.Handler, action.Flags) = ((nint)page, action.Flags | SA_SIGINFO); // keeps the signal mask and stack of the previous handler
        s_table = table;
        return sigaction(Signal, &action, null) == 0;
    }

    // handler(signal, siginfo, context): finds the slot that contains siginfo's address. The table's address is stored after the code.
    // next: checks one slot. found: sets Lost = 1, calls mmap(address, length, READ | WRITE, PRIVATE | ANONYMOUS | FIXED, -1, 0).
    // If no slot matches, jumps to the previous handler. default: calls rt_sigaction(SIGBUS, zeros, 0, 8), so that the repeated access
    // ends the process.
    private static ReadOnlySpan<byte> X64 =>
    [
        0x48, 0x8b, 0x46, 0x10,                         //           mov rax, [rsi+0x10]
        0x4c, 0x8b, 0x05, 0x7d, 0x00, 0x00, 0x00,       //           mov r8, [table]
        0xb9, 0x80, 0x00, 0x00, 0x00,                   //           mov ecx, 0x80
        0x49, 0x89, 0xc1,                               // next:     mov r9, rax
        0x4d, 0x2b, 0x08,                               //           sub r9, [r8]
        0x4d, 0x3b, 0x48, 0x08,                         //           cmp r9, [r8+0x8]
        0x72, 0x14,                                     //           jb found
        0x49, 0x83, 0xc0, 0x20,                         //           add r8, 0x20
        0xff, 0xc9,                                     //           dec ecx
        0x75, 0xec,                                     //           jne next
        0x4d, 0x8b, 0x08,                               //           mov r9, [r8]
        0x49, 0x83, 0xf9, 0x01,                         //           cmp r9, 0x1
        0x76, 0x34,                                     //           jbe default
        0x41, 0xff, 0xe1,                               //           jmp r9
        0x41, 0xc7, 0x40, 0x10, 0x01, 0x00, 0x00, 0x00, // found:    mov dword [r8+0x10], 0x1
        0x49, 0x8b, 0x38,                               //           mov rdi, [r8]
        0x49, 0x8b, 0x70, 0x08,                         //           mov rsi, [r8+0x8]
        0xba, 0x03, 0x00, 0x00, 0x00,                   //           mov edx, 0x3
        0x41, 0xba, 0x32, 0x00, 0x00, 0x00,             //           mov r10d, 0x32
        0x49, 0xc7, 0xc0, 0xff, 0xff, 0xff, 0xff,       //           mov r8, 0xffffffffffffffff
        0x45, 0x31, 0xc9,                               //           xor r9d, r9d
        0xb8, 0x09, 0x00, 0x00, 0x00,                   //           mov eax, 0x9
        0x0f, 0x05,                                     //           syscall
        0x48, 0x85, 0xc0,                               //           test rax, rax
        0x78, 0x01,                                     //           js default
        0xc3,                                           //           ret
        0xbf, 0x07, 0x00, 0x00, 0x00,                   // default:  mov edi, 0x7
        0x48, 0x8b, 0x35, 0x1b, 0x00, 0x00, 0x00,       //           mov rsi, [table]
        0x48, 0x81, 0xc6, 0x08, 0x10, 0x00, 0x00,       //           add rsi, 0x1008
        0x31, 0xd2,                                     //           xor edx, edx
        0x41, 0xba, 0x08, 0x00, 0x00, 0x00,             //           mov r10d, 0x8
        0xb8, 0x0d, 0x00, 0x00, 0x00,                   //           mov eax, 0xd
        0x0f, 0x05,                                     //           syscall
        0xc3,                                           //           ret
        0x0f, 0x1f, 0x40, 0x00,                         //           nop dword [rax+0x0]
    ];

    private static ReadOnlySpan<uint> Arm64 =>
    [
        0xf9400829, //           ldr x9, [x1, #16]
        0x5800046a, //           ldr x10, table
        0x5280100b, //           mov w11, #0x80
        0xa940354c, // next:     ldp x12, x13, [x10]
        0xcb0c012e, //           sub x14, x9, x12
        0xeb0d01df, //           cmp x14, x13
        0x54000103, //           b.lo found
        0x9100814a, //           add x10, x10, #0x20
        0x7100056b, //           subs w11, w11, #0x1
        0x54ffff41, //           b.ne next
        0xf9400150, //           ldr x16, [x10]
        0xf100061f, //           cmp x16, #0x1
        0x540001c9, //           b.ls default
        0xd61f0200, //           br x16
        0x52800029, // found:    mov w9, #0x1
        0xb9001149, //           str w9, [x10, #16]
        0xaa0c03e0, //           mov x0, x12
        0xaa0d03e1, //           mov x1, x13
        0xd2800062, //           mov x2, #0x3
        0xd2800643, //           mov x3, #0x32
        0x92800004, //           mov x4, #0xffffffffffffffff
        0xd2800005, //           mov x5, #0x0
        0xd2801bc8, //           mov x8, #0xde
        0xd4000001, //           svc #0x0
        0xb7f80040, //           tbnz x0, #63, default
        0xd65f03c0, //           ret
        0xd28000e0, // default:  mov x0, #0x7
        0x58000121, //           ldr x1, table
        0x91400421, //           add x1, x1, #0x1, lsl #12
        0x91002021, //           add x1, x1, #0x8
        0xd2800002, //           mov x2, #0x0
        0xd2800103, //           mov x3, #0x8
        0xd28010c8, //           mov x8, #0x86
        0xd4000001, //           svc #0x0
        0xd65f03c0, //           ret
        0xd503201f, //           nop
    ];
}
