using System.Runtime.InteropServices;
using static Tmds.Linux.LibC;

namespace Mmm.Linux;

// Descriptors that are passed over a Unix socket, beside its bytes (SCM_RIGHTS).
internal static unsafe partial class Sys
{
    /// <summary>The most descriptors that one call sends or receives.</summary>
    public const int MostDescriptors = 28; // as libwayland

    // struct msghdr on 64-bit machines, in words: name, its length, parts, their number, control, its length, flags
    private const int MessageWords = 7;
    private const int ControlHeader = 16; // struct cmsghdr: length (8 bytes), level, type
    private const int SCM_RIGHTS = 1;
    private const int ControlBytes = ControlHeader + MostDescriptors * sizeof(int);

    [LibraryImport("libc.so.6", EntryPoint = "sendmsg", SetLastError = true)]
    private static partial nint sendmsg(int fd, ulong* message, int flags);

    [LibraryImport("libc.so.6", EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint recvmsg(int fd, ulong* message, int flags);

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
    /// Receives bytes and the descriptors that came with them, without blocking. Returns the number of bytes, 0 at a hang-up, or minus
    /// errno. The received descriptors are close-on-exec and belong to the caller; those beyond <see cref="MostDescriptors"/> are closed.
    /// </summary>
    /// <param name="fd">A Unix socket.</param>
    /// <param name="to">Receives the bytes.</param>
    /// <param name="descriptors">Receives the descriptors; room for <see cref="MostDescriptors"/>.</param>
    /// <param name="count">The number of descriptors.</param>
    public static long ReceiveWith(int fd, Span<byte> to, Span<int> descriptors, out int count)
    {
        const int MSG_CMSG_CLOEXEC = 0x40000000;
        var control = stackalloc ulong[ControlBytes / sizeof(ulong)];
        count = 0;
        fixed (byte* p = to)
        {
            var part = stackalloc ulong[2] { (ulong)p, (ulong)to.Length };
            var message = stackalloc ulong[MessageWords] { 0, 0, (ulong)part, 1, (ulong)control, ControlBytes, 0 };
            var n = recvmsg(fd, message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
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
