using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Mmm;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace Displays;

/// <summary>
/// A small process beside the host that restores the screen and ends the apps if the host ends without doing so: after a fault in native
/// code, when memory ran out, or after kill -9. The guard blocks on a pipe whose other end only the host has. When the host ends, the
/// kernel closes that end before it notifies the host's parent, so the guard is woken before another host is started in its place.
/// </summary>
/// <remarks>
/// The guard is forked from the host before the host has threads. It shares the host's memory as it was then and is ready at once, whereas
/// a separate program would have to start a runtime of its own. Only a host in native code can fork; other forms of the host start
/// themselves a second time as the guard.
/// </remarks>
internal sealed unsafe partial class CrashGuard : IDisposable
{
    /// <summary>
    /// The only argument of the guard's process if it is started and not forked. The guard reads from its pipe what to restore: see
    /// <see cref="Set"/>.
    /// </summary>
    public const string Argument = "--guard";

    /// <summary>The word in <see cref="Set"/> that is followed by a virtual terminal's number and its keyboard mode.</summary>
    public const string Terminal = "terminal";

    /// <summary>The word in <see cref="Set"/> that is followed by the device's path and that of <see cref="FoundFramebuffer"/>.</summary>
    public const string Framebuffer = "framebuffer";

    /// <summary>The word in <see cref="Set"/> that is followed by the clients' directory and the names of the apps that go on.</summary>
    private const string Apps = "apps";

    private const string InOrder = ".";
    private const string Name = "mmm-guard";
    private readonly int _pid; // 0 if the guard was not forked
    private readonly Stream? _pipe;
    private IReadOnlyList<string> _screen = [], _apps = [];

    private CrashGuard(int pid, Stream? pipe) => (_pid, _pipe) = (pid, pipe);

    /// <summary>Why no guard could be started, for the log; null if there was no fault.</summary>
    public string? Fault { get; private init; }

    /// <summary>
    /// Creates the guard's process by starting the host's program again; for a host that is not native code. If that fails
    /// (<see cref="Fault"/>), the screen is restored only by a host that ends normally.
    /// </summary>
    public static CrashGuard StartProcess()
    {
        if (Path.GetFileName(Environment.ProcessPath) == "dotnet") // an assembly that dotnet runs cannot be started as a program
            return new CrashGuard(0, null);
        // By this name the guard is not a second "mmm" for pidof.
        var start = new ProcessStartInfo("/proc/self/exe") { RedirectStandardInput = true };
        start.ArgumentList.Add(Argument);
        try
        {
            return new CrashGuard(0, Process.Start(start)!.StandardInput.BaseStream);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            return Without(e.Message.TrimEnd('.'));
        }
    }

    private static CrashGuard Without(string why) => new(0, null)
    {
        Fault = $"cannot start the crash guard: {why}; "
            + "after a crash of the host, end its apps, and use chvt to bring the console's text back",
    };

    /// <summary>
    /// Creates the guard's process by fork; for a host in native code. Call it before the first thread is created: the guard has only a
    /// copy of the calling thread.
    /// </summary>
    /// <param name="endApps">Ends the apps; see <see cref="Run"/>.</param>
    public static CrashGuard Fork(Action<string, string> endApps)
    {
        var host = getpid();
        var ends = stackalloc int[2];
        if (Sys.Check(pipe2(ends, O_CLOEXEC)) is < 0 and var error)
            return Without(Sys.ErrorText(error));
        var pid = fork();
        if (pid == 0)
        {
            Become(ends[0]);
            Follow(host, endApps);
            _exit(0);
        }
        error = Sys.Check(pid);
        Sys.Close(ends[0]);
        if (pid > 0)
            return new CrashGuard(pid, new FileStream(new SafeFileHandle(ends[1], ownsHandle: true), FileAccess.Write, bufferSize: 0));
        Sys.Close(ends[1]);
        return Without(Sys.ErrorText(error));
    }

    // Turns the forked copy of the host into the guard: it closes everything except the pipe and takes another name, so that it does not
    // appear as a second "mmm".
    private static void Become(int pipe)
    {
        var nothing = Sys.Open("/dev/null", O_RDWR);
        dup2(pipe, 0);
        dup2(nothing, 1);
        dup2(nothing, 2);
        const int SYS_close_range = 436; // the same number on every architecture; since Linux 5.9
        syscall(SYS_close_range, 3u, uint.MaxValue, 0u);
        foreach (var number in (ReadOnlySpan<int>)[SIGINT, SIGTERM, SIGHUP, SIGQUIT])
            signal(number, SIG_IGN);
        const int startField = 48, endField = 49; // start and end of the arguments' text, proc(5)
        if (nuint.TryParse(Sys.ProcessField(getpid(), startField), out var from)
            && nuint.TryParse(Sys.ProcessField(getpid(), endField), out var to))
        {
            var text = new Span<byte>((void*)from, (int)(to - from));
            text.Clear();
            Encoding.ASCII.GetBytes(Name).AsSpan(0, Math.Min(Name.Length, text.Length)).CopyTo(text);
        }
        Rename();
    }

    private static void Rename() => File.WriteAllText("/proc/self/comm", Name);

    private const nint SIG_IGN = 1;

    [LibraryImport("libc.so.6")]
    private static partial int waitpid(int pid, int* status, int options);

    [LibraryImport("libc.so.6")]
    private static partial nint signal(int number, nint action);

    /// <summary>Sets what the guard restores after a crash. This replaces everything that was set before.</summary>
    /// <param name="arguments">What to restore; empty if there is nothing to restore.</param>
    public void Set(IReadOnlyList<string> arguments)
    {
        _screen = arguments;
        Tell([.. _screen, .. _apps]);
    }

    /// <summary>Sets which apps the guard ends after a crash. This replaces what was set before.</summary>
    /// <param name="directory">The clients' directory.</param>
    /// <param name="kept">The names of the apps that go on.</param>
    public void SetApps(string directory, IEnumerable<string> kept)
    {
        _apps = [Apps, directory, "/" + string.Join('/', kept)]; // an empty text would end the message
        Tell([.. _screen, .. _apps]);
    }

    // Each text ends with a NUL, and the message with one more. The pipe holds far more than is ever written, so this does not block.
    private void Tell(IReadOnlyList<string> message)
    {
        try
        {
            _pipe?.Write(Encoding.UTF8.GetBytes(string.Concat(message.Select(m => m + "\0")) + "\0"));
            _pipe?.Flush();
        }
        catch (IOException)
        {
            // The guard was killed.
        }
    }

    /// <summary>Ends the guard. Call this when the screen has been restored.</summary>
    public void Dispose()
    {
        if (_pipe is { CanWrite: false })
            return;
        Tell([InOrder]);
        _pipe?.Dispose();
        if (_pid > 0)
            waitpid(_pid, null, 0); // short: the guard ends as soon as it has read the pipe
    }

    /// <summary>The main program of a guard that was started and not forked. It returns when the host has ended.</summary>
    /// <param name="endApps">Ends the apps. Its arguments are the clients' directory, and the names of the apps that go on: a slash
    /// before each.</param>
    public static int Run(Action<string, string> endApps)
    {
        // Ctrl+C and a shutdown signal the whole process group. The guard ignores these signals: the host ends normally and
        // reports that by the pipe.
        PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
        var ignored = Array.ConvertAll(signals, s => PosixSignalRegistration.Create(s, context => context.Cancel = true));
        Rename();
        Follow(getppid(), endApps);
        Array.ForEach(ignored, i => i.Dispose());
        return 0;
    }

    // Reads the pipe until the host reports that it ends normally, or until the pipe ends because the host has ended.
    private static void Follow(int host, Action<string, string> endApps)
    {
        List<byte> text = [];
        List<string> message = [];
        Action giveBack = () => { };
        Span<byte> next = stackalloc byte[1];
        while (true)
        {
            var n = Sys.Read(0, next);
            if (n == -EINTR)
                continue;
            if (n <= 0)
            {
                giveBack();
                return;
            }
            if (next[0] != 0)
            {
                text.Add(next[0]);
                continue;
            }
            if (text.Count > 0)
            {
                message.Add(Encoding.UTF8.GetString([.. text]));
                text.Clear();
                continue;
            }
            if (message is [InOrder])
                return;
            giveBack = Parse([.. message], host, endApps);
            message.Clear();
        }
    }

    // The pipe ends while the kernel closes the host's descriptors one by one; those that are not closed yet still hold their locks. The
    // host is gone when this process has another parent. Only then can another host be started in its place.
    private static void TryUntilGone(int host, Func<bool> giveBack)
    {
        const int patienceMs = 2000;
        for (var waited = 0; waited < patienceMs && getppid() == host; waited++)
        {
            if (giveBack())
                return;
            Thread.Sleep(1);
        }
        giveBack();
    }

    private static Action Parse(ReadOnlySpan<string> arguments, int host, Action<string, string> endApps)
    {
        string? framebuffer = null;
        FoundFramebuffer? found = null;
        (int Number, int KeyboardMode)? terminal = null;
        (string Directory, string Kept)? apps = null;
        for (; arguments.Length > 0; arguments = arguments[3..])
        {
            if (arguments is [Framebuffer, var path, var file, ..])
                (framebuffer, found) = (path, FoundFramebuffer.Open(file)); // opened now: the file is freed with its last descriptor
            else if (arguments is [Terminal, var first, var second, ..]
                && IsNumber(first, out var number) && IsNumber(second, out var keyboardMode))
                terminal = (number, keyboardMode);
            else if (arguments is [Apps, var directory, var kept, ..])
                apps = (directory, kept);
            else
                throw new MmmException($"{Argument} is for the host's own use; \"{arguments[0]}\" is not a valid message for it");
        }
        return () =>
        {
            if (framebuffer is not null && (terminal is not { } t || VirtualTerminal.IsInForeground(t.Number)))
                TryUntilGone(host, () => GiveBack(framebuffer, found));
            if (terminal is var (number, keyboardMode))
                TryUntilGone(host, () => VirtualTerminal.GiveBackAfter(number, keyboardMode)); // then the console draws its text
            if (apps is null)
                return;
            TryUntilGone(host, () => false); // then no further app is started
            endApps(apps.Value.Directory, apps.Value.Kept);
        };
    }

    private static bool IsNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    // Returns false if a host has the framebuffer; this may still be the host that is ending.
    private static bool GiveBack(string framebuffer, FoundFramebuffer? found)
    {
        var fd = Sys.Open(framebuffer, O_RDWR);
        var isFree = fd < 0 || DeviceLock.TryTake(fd, FbdevDisplay.Lock);
        if (fd >= 0 && isFree)
            found?.PutBack(fd, force: false);
        Sys.Close(fd);
        return isFree;
    }
}
