using System.Runtime.InteropServices;
using System.Text;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Apps;

/// <summary>
/// Starts programs by posix_spawn(3) and reaps only these. System.Diagnostics.Process cannot create sessions, and reaps on its own thread.
/// </summary>
internal static unsafe partial class ChildProcess
{
    private const short SignalDefaults = 4, SignalMask = 8, NewSession = 0x80; // POSIX_SPAWN_*, spawn.h
    private const int ObjectBytes = 512; // the largest of posix_spawnattr_t, posix_spawn_file_actions_t and sigset_t has 336
    private const int NoHang = 1; // WNOHANG
    private static readonly HashSet<int> Own = []; // started and not reaped yet; used on the loop's thread

    [LibraryImport("libc.so.6")]
    private static partial int posix_spawnp(int* pid, byte* file, byte* actions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc.so.6")]
    private static partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport("libc.so.6")]
    private static partial int posix_spawnattr_destroy(byte* attributes);

    [LibraryImport("libc.so.6")]
    private static partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [LibraryImport("libc.so.6")]
    private static partial int posix_spawnattr_setsigdefault(byte* attributes, byte* signals);

    [LibraryImport("libc.so.6")]
    private static partial int posix_spawnattr_setsigmask(byte* attributes, byte* signals);

    [LibraryImport("libc.so.6")]
    private static partial int posix_spawn_file_actions_init(byte* actions);

    [LibraryImport("libc.so.6")]
    private static partial int posix_spawn_file_actions_destroy(byte* actions);

    [LibraryImport("libc.so.6")]
    private static partial int posix_spawn_file_actions_addopen(byte* actions, int fd, byte* path, int flags, uint mode);

    [LibraryImport("libc.so.6")]
    private static partial int posix_spawn_file_actions_adddup2(byte* actions, int fd, int newFd);

    [LibraryImport("libc.so.6", EntryPoint = "sigfillset")]
    private static partial int FillSignalSet(byte* signals);

    [LibraryImport("libc.so.6", EntryPoint = "sigemptyset")]
    private static partial int EmptySignalSet(byte* signals);

    [LibraryImport("libc.so.6", EntryPoint = "pthread_sigmask")]
    private static partial int SetSignalMask(int how, byte* signals, byte* before);

    [LibraryImport("libc.so.6", EntryPoint = "setenv")]
    private static partial int SetVariable(byte* name, byte* value, int replace);

    [LibraryImport("libc.so.6", EntryPoint = "execvp", SetLastError = true)]
    private static partial int Replace(byte* file, byte** arguments);

    [LibraryImport("libc.so.6", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitFor(int pid, int* status, int options);

    [LibraryImport("libc.so.6", EntryPoint = "signal")]
    private static partial nint SetSignalHandler(int signal, nint handler);

    /// <summary>
    /// Ensures that the kernel keeps the exit codes of children, even if the process was started with SIGCHLD ignored. Call it before the
    /// runtime reads that setting.
    /// </summary>
    public static void KeepExitCodes() => SetSignalHandler(SIGCHLD, 0);

    /// <summary>
    /// Starts a program in its own session and process group, without a terminal. Its standard input is /dev/null, it gets no other
    /// descriptor, and all signals have their default actions.
    /// </summary>
    /// <param name="command">The program and its arguments. The program is searched for in PATH unless it contains a slash.</param>
    /// <param name="variables">Its environment.</param>
    /// <param name="output">The descriptor for its standard output and error; -1 for the host's.</param>
    /// <returns> The process id, which is also the id of its group and session; or minus errno, also if the program cannot be executed.
    /// </returns>
    public static int Start(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> variables, int output = -1)
    {
        var environment = variables.Select(v => $"{v.Key}={v.Value}").ToList();
        KeepDescriptors();
        byte* attributes = stackalloc byte[ObjectBytes], actions = stackalloc byte[ObjectBytes], signals = stackalloc byte[ObjectBytes];
        var pid = 0;
        posix_spawnattr_init(attributes);
        posix_spawn_file_actions_init(actions);
        posix_spawnattr_setflags(attributes, SignalDefaults | SignalMask | NewSession);
        FillSignalSet(signals);
        posix_spawnattr_setsigdefault(attributes, signals);
        EmptySignalSet(signals);
        posix_spawnattr_setsigmask(attributes, signals);
        int error;
        var (argumentBytes, variableBytes) = (Join(command, out var argumentStarts), Join(environment, out var variableStarts));
        fixed (byte* nothing = "/dev/null\0"u8, firstArgument = argumentBytes, firstVariable = variableBytes)
        {
            fixed (nint* arguments = Pointers(firstArgument, argumentStarts), environ = Pointers(firstVariable, variableStarts))
            {
                error = posix_spawn_file_actions_addopen(actions, 0, nothing, O_RDONLY, 0);
                for (var fd = 1; error == 0 && output >= 0 && fd <= 2; fd++)
                    error = posix_spawn_file_actions_adddup2(actions, output, fd);
                if (error == 0)
                    error = posix_spawnp(&pid, (byte*)arguments[0], actions, attributes, (byte**)arguments, (byte**)environ);
            }
        }
        posix_spawn_file_actions_destroy(actions);
        posix_spawnattr_destroy(attributes);
        if (error == 0)
            Own.Add(pid);
        return error == 0 ? pid : -error;
    }

    /// <summary>
    /// Replaces this process by a program, which gets its streams, its terminal and its place as a child.
    /// </summary>
    /// <param name="command">The program and its arguments, as for <see cref="Start"/>.</param>
    /// <param name="variables">Further variables for its environment.</param>
    /// <param name="keepsDescriptor">A descriptor that it gets besides its streams; -1 for none.</param>
    /// <returns>Only if that failed: the reason, one line.</returns>
    public static string Become(
        IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? variables = null, int keepsDescriptor = -1)
    {
        byte* signals = stackalloc byte[ObjectBytes];
        EmptySignalSet(signals);
        SetSignalMask(2 /* SIG_SETMASK */, signals, null);
        SetSignalHandler(SIGPIPE, 0); // the runtime ignores it
        KeepDescriptors();
        if (keepsDescriptor >= 0)
            fcntl(keepsDescriptor, F_SETFD, 0);
        foreach (var (variable, value) in variables ?? new Dictionary<string, string>())
        {
            fixed (byte* name = Sys.Path(variable), text = Sys.Path(value))
                SetVariable(name, text, 1);
        }
        fixed (byte* firstArgument = Join(command, out var starts))
        {
            fixed (nint* arguments = Pointers(firstArgument, starts))
                Replace((byte*)arguments[0], (byte**)arguments);
        }
        return $"{command[0]}: {ReasonOf(-Marshal.GetLastPInvokeError(), command[0])}; name a program that can be run";
    }

    /// <summary>Returns why a program could not be executed, in words. A name with a slash may be that of a directory.</summary>
    public static string ReasonOf(int error, string program) =>
        error == -EACCES && program.Contains('/') && Directory.Exists(program) ? "is a directory" : Sys.ErrorText(error);

    // The host's own descriptors have O_CLOEXEC, but those that it was started with or that a library opens may not have it. An older
    // kernel passes those on.
    private static void KeepDescriptors()
    {
        const int SYS_close_range = 436; // the same on every architecture
        const uint closeOnExec = 4; // CLOSE_RANGE_CLOEXEC, Linux 5.11
        syscall(SYS_close_range, 3u, uint.MaxValue, closeOnExec);
    }

    private static byte[] Join(IReadOnlyList<string> texts, out List<int> starts)
    {
        starts = [];
        var bytes = new List<byte>();
        foreach (var text in texts)
        {
            starts.Add(bytes.Count);
            bytes.AddRange(Encoding.UTF8.GetBytes(text));
            bytes.Add(0);
        }
        return [.. bytes];
    }

    private static nint[] Pointers(byte* bytes, List<int> starts) => [.. starts.ConvertAll(s => (nint)(bytes + s)), 0];

    /// <summary>Returns true for a process that <see cref="Start"/> has started and that was not reaped yet.</summary>
    public static bool IsOwn(int pid) => Own.Contains(pid);

    /// <summary>Reaps a child that has ended, without waiting for it.</summary>
    /// <param name="pid">A child that has not been reaped yet.</param>
    /// <param name="exitCode">The exit code as a shell reports it: 128 plus the signal for a child that was killed; null if it is not
    /// known.</param>
    /// <returns>False if the child still runs.</returns>
    public static bool TryReap(int pid, out int? exitCode)
    {
        int status, result;
        while ((result = Sys.Check(WaitFor(pid, &status, NoHang))) == -EINTR)
        {
        }
        if (result != 0)
            Own.Remove(pid);
        exitCode = result != pid ? null : (status & 0x7f) == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f);
        return result != 0;
    }
}
