using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Mmm.Linux;

/// <summary>Linux system calls in the form that this project uses: byte spans, plain ints, errors as negative errno.</summary>
internal static unsafe partial class Sys
{
    public const int IN_ATTRIB = 4, IN_CLOSE_WRITE = 8, IN_MOVED_FROM = 0x40, IN_MOVED_TO = 0x80, IN_CREATE = 0x100, IN_DELETE = 0x200,
        IN_DELETE_SELF = 0x400, IN_MOVE_SELF = 0x800, IN_Q_OVERFLOW = 0x4000, IN_IGNORED = 0x8000, IN_ONLYDIR = 0x1000000;

    [LibraryImport("libc.so.6", EntryPoint = "inotify_init1", SetLastError = true)]
    private static partial int inotify_init1(int flags);

    [LibraryImport("libc.so.6", EntryPoint = "inotify_add_watch", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int inotify_add_watch(int fd, string path, uint mask);

    [LibraryImport("libc.so.6", EntryPoint = "timerfd_create", SetLastError = true)]
    private static partial int timerfd_create(int clock, int flags);

    [LibraryImport("libc.so.6", EntryPoint = "timerfd_settime", SetLastError = true)]
    private static partial int timerfd_settime(int fd, int flags, long* newValue, long* oldValue);

    /// <summary>Returns the result itself, or minus errno if it is negative.</summary>
    public static int Check(int result) => result >= 0 ? result : -errno;

    /// <inheritdoc cref="Check(int)"/>
    public static long Check(ssize_t result) => (long)result >= 0 ? (long)result : -errno;

    /// <summary>Returns the text of an errno, positive or negated: "No such file or directory".</summary>
    public static string ErrorText(long error) => Marshal.GetPInvokeErrorMessage((int)Math.Abs(error));

    /// <summary>Returns a text as UTF-8 that ends with a NUL.</summary>
    public static byte[] Path(string path) => Encoding.UTF8.GetBytes(path + "\0");

    /// <summary>Opens a file with O_CLOEXEC. Returns a descriptor or minus errno.</summary>
    public static int Open(string path, int flags, int mode = 0)
    {
        fixed (byte* p = Path(path))
            return Check(open(p, flags | O_CLOEXEC, (mode_t)(uint)mode));
    }

    /// <summary>Used in place of a directory's descriptor: names are relative to the working directory.</summary>
    public const int WorkingDirectory = -100;

    public const int W_OK = 2, X_OK = 1;

    /// <summary>Checks whether the effective user has the permission (W_OK, X_OK) for a directory. Returns 0 or minus errno.</summary>
    public static int Access(int directory, int mode)
    {
        const int AT_EACCESS = 0x200;
        fixed (byte* p = "."u8)
            return Check(faccessat(directory, p, mode, AT_EACCESS));
    }

    /// <summary>Checks whether the effective user has the permission (W_OK, X_OK) for a path. Returns 0 or minus errno.</summary>
    public static int AccessPath(string path, int mode)
    {
        const int AT_EACCESS = 0x200;
        fixed (byte* p = Path(path))
            return Check(faccessat(WorkingDirectory, p, mode, AT_EACCESS));
    }

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial int faccessat(int directory, byte* path, int mode, int flags);

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial int flock(int fd, int operation);

    /// <summary>
    /// Locks a file or directory for this descriptor until it is closed. Returns 0, or -EWOULDBLOCK if another descriptor has the lock.
    /// </summary>
    public static int Lock(int fd) => Check(flock(fd, 2 /* LOCK_EX */ | 4 /* LOCK_NB */));

    /// <summary>Removes a name. Returns 0 or minus errno.</summary>
    public static int Unlink(string path) => UnlinkAt(WorkingDirectory, path);

    /// <summary>Removes a name in a directory. Returns 0 or minus errno.</summary>
    public static int UnlinkAt(int directory, string name)
    {
        fixed (byte* p = Path(name))
            return Check(unlinkat(directory, p, 0));
    }

    /// <summary>
    /// Opens a name in a directory, with O_CLOEXEC. Anything outside the directory is refused: links, "..", and file systems that are
    /// mounted on the name. Returns a descriptor or minus errno (ELOOP for a symbolic link, EXDEV for anything outside).
    /// </summary>
    public static int OpenIn(int directory, string name, int flags)
    {
        const int SYS_openat2 = 437; // the same on every architecture; Linux 5.6
        const ulong RESOLVE_NO_XDEV = 1, RESOLVE_NO_SYMLINKS = 4, RESOLVE_BENEATH = 8;
        flags |= O_CLOEXEC | O_NOFOLLOW;
        var how = stackalloc ulong[3] { (uint)flags, 0, RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH };
        fixed (byte* p = Path(name))
        {
            var fd = Check((int)(long)syscall(SYS_openat2, directory, p, how, 3 * sizeof(ulong)));
            return fd == -ENOSYS || fd == -EPERM ? Check(openat(directory, p, flags)) : fd;
        }
    }

    public static int Close(int fd) => fd >= 0 ? close(fd) : 0;

    /// <summary>Reads at an offset. Returns the number of bytes (fewer at the file's end) or minus errno.</summary>
    public static long PRead(int fd, Span<byte> to, long offset)
    {
        fixed (byte* p = to)
            return Check(pread(fd, p, (size_t)(ulong)to.Length, (off_t)offset));
    }

    [LibraryImport("libc.so.6", EntryPoint = "preadv", SetLastError = true)]
    private static partial nint preadv(int fd, iovec* parts, int count, long offset);

    /// <summary>Reads at an offset into several buffers, one after the other. Returns the number of bytes or minus errno.</summary>
    public static long PReadV(int fd, ReadOnlySpan<iovec> parts, long offset)
    {
        fixed (iovec* p = parts)
        {
            var n = preadv(fd, p, parts.Length, offset);
            return n >= 0 ? n : -Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>Writes at an offset. Returns the number of bytes or minus errno.</summary>
    public static long PWrite(int fd, ReadOnlySpan<byte> from, long offset)
    {
        fixed (byte* p = from)
            return Check(pwrite(fd, p, (size_t)(ulong)from.Length, (off_t)offset));
    }

    public static long Read(int fd, Span<byte> to)
    {
        fixed (byte* p = to)
            return Check(read(fd, p, (size_t)(ulong)to.Length));
    }

    public static long Write(int fd, ReadOnlySpan<byte> from)
    {
        fixed (byte* p = from)
            return Check(write(fd, p, (size_t)(ulong)from.Length));
    }

    /// <summary>Receives without blocking. Returns the number of bytes, 0 at a hang-up, or minus errno.</summary>
    public static long Receive(int fd, Span<byte> to)
    {
        fixed (byte* p = to)
            return Check(recv(fd, p, (size_t)(ulong)to.Length, MSG_DONTWAIT));
    }

    /// <summary>
    /// Returns the length of a file in bytes, or minus errno. Takes no lock of the file, as fstat does on some kernels. It moves the
    /// descriptor's file offset.
    /// </summary>
    public static long FileLength(int fd)
    {
        var length = (long)lseek(fd, (off_t)0L, SEEK_END);
        return length >= 0 ? length : -errno;
    }

    [LibraryImport("libc.so.6", EntryPoint = "process_vm_writev", SetLastError = true)]
    private static partial nint process_vm_writev(int pid, iovec* local, nuint localCount, iovec* remote, nuint remoteCount, nuint flags);

    /// <summary>
    /// Copies within this process by a system call, so that missing memory (a mapping of a file that was truncated) causes an error and not
    /// a SIGBUS. Returns the number of bytes, or minus errno.
    /// </summary>
    public static long CopyGuarded(ReadOnlySpan<iovec> from, ReadOnlySpan<iovec> to)
    {
        fixed (iovec* f = from, t = to)
        {
            var n = (long)process_vm_writev(Environment.ProcessId, f, (nuint)from.Length, t, (nuint)to.Length, 0);
            n = n >= 0 ? n : -errno;
            return n == -ENOSYS || n == -EPERM ? CopyThroughProc(from, to) : n;
        }
    }

    /// <summary>The same for systems where the kernel or a seccomp filter does not allow process_vm_writev.</summary>
    internal static long CopyThroughProc(ReadOnlySpan<iovec> from, ReadOnlySpan<iovec> to)
    {
        var (done, part, used) = (0L, 0, 0L);
        foreach (var source in from)
        {
            for (var at = 0L; at < (long)(ulong)source.iov_len && part < to.Length;)
            {
                var target = to[part];
                var length = Math.Min((long)(ulong)source.iov_len - at, (long)(ulong)target.iov_len - used);
                var n = PRead(OwnMemory.Fd, new Span<byte>((byte*)target.iov_base + used, (int)length), (long)source.iov_base + at);
                if (n <= 0)
                    return done > 0 ? done : n;
                (done, at, used) = (done + n, at + n, used + n);
                if (used == (long)(ulong)target.iov_len)
                    (part, used) = (part + 1, 0);
            }
        }
        return done;
    }

    private static class OwnMemory
    {
        public static readonly int Fd = Open("/proc/self/mem", O_RDONLY);
    }

    [LibraryImport("libc.so.6", EntryPoint = "recvmmsg", SetLastError = true)]
    private static partial int recvmmsg(int fd, ulong* messages, uint count, int flags, void* timeout);

    /// <summary>
    /// Receives up to 16 packets without blocking and discards their content. Returns their number, 0 at a hang-up, or minus errno (EAGAIN
    /// if there are none).
    /// </summary>
    public static int ReceivePackets(int fd)
    {
        const int most = 16, words = 8, iovec = 2, iovecLength = 3, length = 7; // struct mmsghdr on 64-bit machines, in words
        var nowhere = 0L;
        var into = stackalloc ulong[2] { (ulong)&nowhere, sizeof(long) };
        var messages = stackalloc ulong[most * words];
        for (var i = 0; i < most; i++)
            (messages[i * words + iovec], messages[i * words + iovecLength]) = ((ulong)into, 1);
        var n = recvmmsg(fd, messages, most, MSG_DONTWAIT, null);
        if (n < 0)
            return -errno;
        for (var i = 0; i < n; i++)
        {
            if ((uint)messages[i * words + length] == 0)
                return i; // at a hang-up, each further message has the length 0
        }
        return n;
    }

    /// <summary>Sends without blocking and without SIGPIPE. Returns the number of bytes or minus errno.</summary>
    public static long Send(int fd, ReadOnlySpan<byte> from)
    {
        fixed (byte* p = from)
            return Check(send(fd, p, (size_t)(ulong)from.Length, MSG_DONTWAIT | MSG_NOSIGNAL));
    }

    [LibraryImport("libc.so.6", EntryPoint = "memfd_create", SetLastError = true)]
    private static partial int memfd_create(byte* name, uint flags);

    /// <summary>Creates a file in memory, which is freed with its last descriptor. Returns a descriptor, or minus errno.</summary>
    /// <param name="name">The name shown in /proc/PID/fd.</param>
    /// <param name="sealable">Whether <see cref="AddSeals"/> is possible.</param>
    public static int MemoryFile(string name, bool sealable = false)
    {
        const uint closeOnExec = 1, allowSealing = 2;
        fixed (byte* p = Path(name))
            return Check(memfd_create(p, closeOnExec | (sealable ? allowSealing : 0)));
    }

    /// <summary>
    /// Waits for POLLIN on one descriptor. Returns true if it, or a hang-up, came within the time. -1 waits without a limit.
    /// </summary>
    public static bool PollIn(int fd, int milliseconds)
    {
        var p = new pollfd { fd = fd, events = (short)POLLIN };
        int result;
        do
        {
            result = poll(&p, (ulong_t)1ul, milliseconds);
        }
        while (result < 0 && errno == EINTR);
        return result > 0;
    }

    /// <summary>Makes reads and writes of a descriptor block.</summary>
    public static void SetBlocking(int fd) => fcntl(fd, F_SETFL, fcntl(fd, F_GETFL, 0) & ~O_NONBLOCK);

    /// <summary>Returns a new inotify descriptor that watches a directory, or minus errno.</summary>
    public static int WatchDirectory(string path, uint mask)
    {
        var fd = Check(inotify_init1(O_NONBLOCK | O_CLOEXEC));
        if (fd < 0)
            return fd;
        if (inotify_add_watch(fd, path, mask | IN_ONLYDIR) >= 0)
            return fd;
        var error = errno;
        close(fd);
        return -error;
    }

    /// <summary>
    /// Returns a descriptor that becomes readable when the process ends, or -ESRCH if there is no such process. Any other minus errno (no
    /// descriptor or memory left, the kernel or a seccomp filter does not allow the call) does not depend on the process: see
    /// <see cref="ProcessLives"/>.
    /// </summary>
    public static int PidFdOpen(int pid)
    {
        const int SYS_pidfd_open = 434; // the same on every architecture; glibc has no wrapper before 2.36
        var fd = (long)syscall(SYS_pidfd_open, pid, 0);
        return fd >= 0 ? (int)fd : -errno;
    }

    /// <summary>Sends a signal to exactly the process of a descriptor, even if its pid has been reused. Returns 0 or minus errno.</summary>
    /// <param name="pidFd">The descriptor.</param>
    /// <param name="signal">The signal; 0 only checks whether the process exists.</param>
    /// <param name="scope">PIDFD_SIGNAL_*; 0 for the process.</param>
    public static int PidFdSendSignal(int pidFd, int signal, uint scope = 0)
    {
        const int SYS_pidfd_send_signal = 424; // the same on every architecture
        return (long)syscall(SYS_pidfd_send_signal, pidFd, signal, (void*)null, scope) >= 0 ? 0 : -errno;
    }

    /// <summary>Writes what the kernel holds of all files to the disks, and waits for it.</summary>
    public static void Sync() => sync();

    /// <summary>
    /// Sends a signal to a process, or to a process group if the id is negated. Signal 0 only checks whether it exists. Returns 0 or minus
    /// errno.
    /// </summary>
    public static int Kill(int pid, int signal) => Check(kill(pid, signal));

    [LibraryImport("libc.so.6", EntryPoint = "getsid", SetLastError = true)]
    private static partial int getsid(int pid);

    /// <summary>Returns the session id of a process of any user, or minus errno.</summary>
    public static int SessionOf(int pid) => Check(getsid(pid));

    /// <summary>
    /// Returns false if there is no such process, or if it has ended and is only not reaped yet. For cases without a pidfd.
    /// </summary>
    public static bool ProcessLives(int pid)
    {
        if (pid <= 0 || Kill(pid, 0) == -ESRCH)
            return false;
        return ProcessField(pid, 3) is { } state ? state is not ("Z" or "X") : Kill(pid, 0) != -ESRCH; // no /proc, or no descriptor left
    }

    /// <summary>
    /// Returns a field of /proc/PID/stat, counted from 1 as in proc(5), from the third on. Null if there is no such process, or no
    /// descriptor is left.
    /// </summary>
    public static string? ProcessField(int pid, int number) =>
        ProcessFields(pid) is { } fields && number - 3 < fields.Length ? fields[number - 3] : null;

    /// <summary>
    /// Returns the fields of /proc/PID/stat from the third on: state, parent, group, session, terminal and so on, as in proc(5). Null if
    /// there is no such process, or no descriptor is left.
    /// </summary>
    public static string[]? ProcessFields(int pid) =>
        ProcessText(pid, "stat") is { } stat
            ? stat[Math.Min(stat.Length, stat.LastIndexOf(')') + 2)..].Split(' ') // the name in brackets may contain any characters
            : null;

    /// <summary>
    /// Returns whether a process has a user as its real, effective, saved or file system user. Also returns false if that cannot be read.
    /// </summary>
    public static bool RunsAs(int pid, uint user)
    {
        foreach (var line in ProcessText(pid, "status")?.Split('\n') ?? []) // the name before it has no line breaks
        {
            if (line.StartsWith("Uid:", StringComparison.Ordinal))
                return line[4..].Split('\t').Contains(user.ToString(CultureInfo.InvariantCulture));
        }
        return false;
    }

    private static string? ProcessText(int pid, string file)
    {
        Span<byte> text = stackalloc byte[4096];
        var fd = Open($"/proc/{pid}/{file}", O_RDONLY);
        var n = Read(fd, text);
        Close(fd);
        return n > 0 ? Encoding.ASCII.GetString(text[..(int)n]) : null;
    }

    /// <summary>Creates a non-blocking CLOCK_MONOTONIC timer. Returns a descriptor or minus errno.</summary>
    public static int TimerCreate() => Check(timerfd_create(1, O_NONBLOCK | O_CLOEXEC));

    /// <summary>Sets the timer to expire once at that CLOCK_MONOTONIC time in ns; 0 disarms it.</summary>
    public static void TimerSet(int fd, long atNs)
    {
        var spec = stackalloc long[4] { 0, 0, atNs / 1_000_000_000, atNs % 1_000_000_000 };
        timerfd_settime(fd, 1, spec, null);
    }

    /// <summary>
    /// Creates a non-blocking timer of the clock that can be set, CLOCK_REALTIME. Returns a descriptor or minus errno. A read of it fails
    /// with -ECANCELED when the clock was set, or the machine was suspended.
    /// </summary>
    public static int WallTimerCreate() => Check(timerfd_create(0, O_NONBLOCK | O_CLOEXEC));

    /// <summary>Sets the timer to expire once at that CLOCK_REALTIME time in ns since 1970; null for never.</summary>
    public static void WallTimerSet(int fd, long? atNs)
    {
        const int TFD_TIMER_ABSTIME = 1, TFD_TIMER_CANCEL_ON_SET = 2;
        var at = Math.Max(atNs ?? long.MaxValue, 1); // the timer must run for the clock to be watched
        var spec = stackalloc long[4] { 0, 0, at / 1_000_000_000, at % 1_000_000_000 };
        timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, spec, null);
    }

    /// <summary>Creates a non-blocking Unix socket of that type. Returns a descriptor or minus errno.</summary>
    public static int UnixSocket(int type) => Check(socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));

    /// <summary>Binds or connects a Unix socket to DIRECTORY/NAME, for a directory path of any length. Returns 0 or minus errno.</summary>
    public static int UnixAddress(int socketFd, string directory, string name, bool bindIt)
    {
        var path = Encoding.UTF8.GetBytes(System.IO.Path.Combine(directory, name));
        var dirFd = -1;
        if (path.Length >= 108) // longer than sun_path: uses a descriptor of the directory instead
        {
            dirFd = Open(directory, O_PATH | O_DIRECTORY);
            if (dirFd < 0)
                return dirFd;
            path = Encoding.UTF8.GetBytes($"/proc/self/fd/{dirFd}/{name}");
        }
        var result = UnixAddress(socketFd, [.. path, 0], bindIt);
        Close(dirFd);
        return result;
    }

    /// <summary>Connects a Unix socket to a path, or to an abstract address that is written with an @. Returns 0 or minus errno.</summary>
    public static int UnixConnect(int socketFd, string address)
    {
        var name = Encoding.UTF8.GetBytes(address);
        if (name is [(byte)'@', ..])
            name[0] = 0;
        return UnixAddress(socketFd, name, bindIt: false);
    }

    private static int UnixAddress(int socketFd, ReadOnlySpan<byte> name, bool bindIt)
    {
        const int most = 108; // sun_path
        if (name.Length > most)
            return -ENAMETOOLONG;
        var address = stackalloc byte[2 + most];
        *(ushort*)address = (ushort)AF_UNIX;
        name.CopyTo(new Span<byte>(address + 2, most));
        var length = (socklen_t)(uint)(2 + name.Length);
        return Check(bindIt ? bind(socketFd, (sockaddr*)address, length) : connect(socketFd, (sockaddr*)address, length));
    }

    /// <summary>Returns the process and user id of a Unix socket's other end, as the kernel recorded them at the connect.</summary>
    public static (int Pid, uint Uid) PeerCredentials(int fd)
    {
        const int SO_PEERCRED = 17;
        var cred = stackalloc uint[3];
        var length = (socklen_t)12u;
        return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, cred, &length) == 0 ? ((int)cred[0], cred[1]) : (0, uint.MaxValue);
    }

    public static uint EffectiveUserId => (uint)geteuid();
}
