using System.Runtime.InteropServices;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Mmm.Linux;

// Files in memory that are shared with other processes, and descriptors that are passed over Unix sockets.
internal static unsafe partial class Sys
{
    private const int MessageWords = 7, IoWords = 2, ControlWords = 3; // struct msghdr, iovec and cmsghdr with one int, on 64-bit machines
    private const ulong RightsLength = 20; // CMSG_LEN(sizeof(int))
    private const long SocketRights = 1L << 32 | 1; // cmsg_level SOL_SOCKET, cmsg_type SCM_RIGHTS

    /// <summary>The size of a file in memory cannot change any more.</summary>
    public const int F_SEAL_SHRINK = 2, F_SEAL_GROW = 4;

    /// <summary>No further seal can be set.</summary>
    public const int F_SEAL_SEAL = 1;

    /// <summary>The file can only be written through mappings that exist already (Linux 5.1).</summary>
    public const int F_SEAL_FUTURE_WRITE = 16;

    [LibraryImport("libc.so.6", EntryPoint = "sendmsg", SetLastError = true)]
    private static partial nint sendmsg(int fd, ulong* message, int flags);

    [LibraryImport("libc.so.6", EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint recvmsg(int fd, ulong* message, int flags);

    /// <summary>Sets seals of a file in memory. Returns 0 or minus errno.</summary>
    public static int AddSeals(int fd, int seals)
    {
        const int F_ADD_SEALS = 1033;
        return Check(fcntl(fd, F_ADD_SEALS, seals));
    }

    /// <summary>
    /// Sends bytes and a copy of a descriptor over a Unix socket, without blocking and without SIGPIPE. Returns the number of bytes, with
    /// the first of which the descriptor arrives, or minus errno.
    /// </summary>
    public static long SendWithDescriptor(int fd, ReadOnlySpan<byte> bytes, int descriptor)
    {
        var control = stackalloc ulong[ControlWords] { RightsLength, (ulong)SocketRights, (uint)descriptor };
        fixed (byte* p = bytes)
        {
            var part = stackalloc ulong[IoWords] { (ulong)p, (ulong)bytes.Length };
            var message = stackalloc ulong[MessageWords] { 0, 0, (ulong)part, 1, (ulong)control, sizeof(ulong) * ControlWords, 0 };
            var n = sendmsg(fd, message, MSG_DONTWAIT | MSG_NOSIGNAL);
            return n >= 0 ? n : -Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>Waits for bytes and perhaps a descriptor on a blocking Unix socket.</summary>
    /// <param name="fd">The socket.</param>
    /// <param name="to">Receives the bytes.</param>
    /// <param name="descriptor">A descriptor that the caller owns; -1 if none came.</param>
    /// <returns>The number of bytes, 0 at a hang-up, or minus errno.</returns>
    public static long ReceiveWithDescriptor(int fd, Span<byte> to, out int descriptor)
    {
        const int closeOnExec = 0x40000000; // MSG_CMSG_CLOEXEC
        var control = stackalloc ulong[ControlWords];
        fixed (byte* p = to)
        {
            var part = stackalloc ulong[IoWords] { (ulong)p, (ulong)to.Length };
            var message = stackalloc ulong[MessageWords] { 0, 0, (ulong)part, 1, (ulong)control, sizeof(ulong) * ControlWords, 0 };
            var n = recvmsg(fd, message, closeOnExec);
            descriptor = n >= 0 && message[5] >= RightsLength && control[0] == RightsLength && control[1] == (ulong)SocketRights
                ? (int)control[2]
                : -1;
            return n >= 0 ? n : -Marshal.GetLastPInvokeError();
        }
    }
}
