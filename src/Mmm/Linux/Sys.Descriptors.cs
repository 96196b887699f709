using System.Runtime.InteropServices;
using static Tmds.Linux.LibC;

namespace Mmm.Linux;

// Descriptors that are passed over a Unix socket, beside its bytes (SCM_RIGHTS), and seals of files in memory that are shared by them.
internal static unsafe partial class Sys
{
    /// <summary>The most descriptors that one call sends or receives.</summary>
    public const int MostDescriptors = 28; // as libwayland

    /// <summary>The size of a file in memory cannot change any more.</summary>
    public const int F_SEAL_SHRINK = 2, F_SEAL_GROW = 4;

    /// <summary>No further seal can be set.</summary>
    public const int F_SEAL_SEAL = 1;

    /// <summary>The file can only be written through mappings that exist already (Linux 5.1).</summary>
    public const int F_SEAL_FUTURE_WRITE = 16;

    // struct msghdr on 64-bit machines, in words: name, its length, parts, their number, control, its length, flags
    private const int MessageWords = 7;
    private const int ControlHeader = 16; // struct cmsghdr: length (8 bytes), level, type
    private const int SCM_RIGHTS = 1;
    private const int ControlBytes = ControlHeader + MostDescriptors * sizeof(int);

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
    /// Sends bytes, and descriptors with the first of them, without blocking and without SIGPIPE. Returns the number of bytes or minus
    /// errno. The descriptors stay open here.
    /// </summary>
    /// <param name="fd">A Unix socket.</param>
    /// <param name="from">One byte or more.</param>
    /// <param name="descriptors">At most <see cref="MostDescriptors"/>.</param>
    public static long SendWith(int fd, ReadOnlySpan<byte> from, ReadOnlySpan<int> descriptors)
    {
        var control = stackalloc ulong[ControlBytes / sizeof(ulong)];
        fixed (byte* p = from)
        {
            var part = stackalloc ulong[2] { (ulong)p, (ulong)from.Length };
            var message = stackalloc ulong[MessageWords] { 0, 0, (ulong)part, 1, 0, 0, 0 };
            if (descriptors.Length > 0)
            {
                var length = ControlHeader + descriptors.Length * sizeof(int);
                *control = (ulong)length;
                ((int*)control)[2] = SOL_SOCKET;
                ((int*)control)[3] = SCM_RIGHTS;
                descriptors.CopyTo(new Span<int>((byte*)control + ControlHeader, descriptors.Length));
                (message[4], message[5]) = ((ulong)control, (ulong)((length + 7) & ~7));
            }
            var n = sendmsg(fd, message, MSG_DONTWAIT | MSG_NOSIGNAL);
            return n >= 0 ? n : -errno;
        }
    }

    /// <summary>
    /// Receives bytes and the descriptors that came with them. Returns the number of bytes, 0 at a hang-up, or minus
    /// errno. The received descriptors are close-on-exec and belong to the caller; those for which there is no room are closed.
    /// </summary>
    /// <param name="fd">A Unix socket.</param>
    /// <param name="to">Receives the bytes.</param>
    /// <param name="descriptors">Receives the descriptors.</param>
    /// <param name="count">The number of descriptors.</param>
    /// <param name="wait">True to wait for bytes on a blocking socket.</param>
    public static long ReceiveWith(int fd, Span<byte> to, Span<int> descriptors, out int count, bool wait = false)
    {
        const int MSG_CMSG_CLOEXEC = 0x40000000;
        var control = stackalloc ulong[ControlBytes / sizeof(ulong)];
        count = 0;
        fixed (byte* p = to)
        {
            var part = stackalloc ulong[2] { (ulong)p, (ulong)to.Length };
            var message = stackalloc ulong[MessageWords] { 0, 0, (ulong)part, 1, (ulong)control, ControlBytes, 0 };
            var n = recvmsg(fd, message, (wait ? 0 : MSG_DONTWAIT) | MSG_CMSG_CLOEXEC);
            if (n < 0)
                return -errno;
            for (ulong at = 0; at + ControlHeader <= message[5];)
            {
                var header = (byte*)control + at;
                var length = *(ulong*)header;
                if (length < ControlHeader || length > message[5] - at)
                    break;
                if (((int*)header)[2] == SOL_SOCKET && ((int*)header)[3] == SCM_RIGHTS)
                {
                    foreach (var received in new ReadOnlySpan<int>(header + ControlHeader, (int)(length - ControlHeader) / sizeof(int)))
                    {
                        if (count < descriptors.Length)
                            descriptors[count++] = received;
                        else
                            Close(received);
                    }
                }
                at += (length + 7) & ~7UL;
            }
            return n;
        }
    }
}
