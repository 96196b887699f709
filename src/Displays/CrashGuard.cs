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
/// A small process beside the host that gives the screen back when the host ended without doing so: by a fault in native code, for want
/// of memory, by kill -9. It sleeps on a pipe whose other end only the host has, so the kernel tells it of the end before it tells the
/// host's parent: what is started in the host's place comes later.
/// </summary>
/// <remarks>
/// It is forked from the host before that has threads: it shares the host's memory as it was then, and is there in no time, where a
/// program of its own would start a runtime of its own. Native code alone can do that; other forms of the host start themselves again.
/// </remarks>
internal sealed unsafe partial class CrashGuard : IDisposable
{
    /// <summary>
    /// The only argument of that process where it is started, not forked. What it gives back comes by its pipe: see <see cref="Set"/>.
    /// </summary>
    public const string Argument = "--guard";

    /// <summary>Followed by a virtual terminal's number and its keyboard mode.</summary>
    public const string Terminal = "terminal";

    /// <summary>Followed by the device's path and that of the <see cref="FoundFramebuffer"/>.</summary>
    public const string Framebuffer = "framebuffer";

    private const string InOrder = ".";
    private const string Name = "mmm-guard";
    private readonly int _pid; // 0: not forked
    private readonly Stream? _pipe;

    private CrashGuard(int pid, Stream? pipe) => (_pid, _pipe) = (pid, pipe);

    /// <summary>Why there is none, for the log; null: there is one.</summary>
    public string? Fault { get; private init; }

    /// <summary>
    /// Makes the guard's process where the host is no native code, by starting the host again. Where that cannot be, only a host that
    /// ends in order gives the screen back (<see cref="Fault"/>).
    /// </summary>
    public static CrashGuard StartProcess()
    {
        if (Path.GetFileName(Environment.ProcessPath) == "dotnet") // an assembly that is run by dotnet is no program
            return new CrashGuard(0, null);
        var start = new ProcessStartInfo("/proc/self/exe") { RedirectStandardInput = true }; // by this name it is no second "mmm" for pidof
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
        Fault = $"the screen is not guarded: {why}; after a crash of the host, chvt brings the console's text back",
    };

    /// <summary>The same for native code. To be called before the first thread is made: only the calling one is in the guard.</summary>
    public static CrashGuard Fork()
    {
        var host = getpid();
        var ends = stackalloc int[2];
        if (Sys.Check(pipe2(ends, O_CLOEXEC)) is < 0 and var error)
            return Without(Sys.ErrorText(error));
        var pid = fork();
        if (pid == 0)
        {
            Become(ends[0]);
            Follow(host);
            _exit(0);
        }
        error = Sys.Check(pid);
        Sys.Close(ends[0]);
        if (pid > 0)
            return new CrashGuard(pid, new FileStream(new SafeFileHandle(ends[1], ownsHandle: true), FileAccess.Write, bufferSize: 0));
        Sys.Close(ends[1]);
        return Without(Sys.ErrorText(error));
    }

    // The host's copy becomes the guard: it keeps the pipe alone, and another name, for it is no second "mmm".
    private static void Become(int pipe)
    {
        var nothing = Sys.Open("/dev/null", O_RDWR);
        dup2(pipe, 0);
        dup2(nothing, 1);
        dup2(nothing, 2);
        const int SYS_close_range = 436; // the same on every architecture; Linux 5.9
        syscall(SYS_close_range, 3u, uint.MaxValue, 0u);
        foreach (var number in (ReadOnlySpan<int>)[SIGINT, SIGTERM, SIGHUP, SIGQUIT])
            signal(number, SIG_IGN);
        const int startField = 48, endField = 49; // of the arguments' text, proc(5)
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

    /// <summary>Says what is given back from now on, in place of all that was said before.</summary>
    /// <param name="arguments">What it gives back; nothing: a crash leaves nothing to do.</param>
    public void Set(IReadOnlyList<string> arguments) => Tell(arguments);

    // Each text ended by a NUL, and the message by one more. The pipe takes far more than there ever is, so this does not block.
    private void Tell(IReadOnlyList<string> message)
    {
        try
        {
            _pipe?.Write(Encoding.UTF8.GetBytes(string.Concat(message.Select(m => m + "\0")) + "\0"));
            _pipe?.Flush();
        }
        catch (IOException)
        {
            // It was killed.
        }
    }

    /// <summary>Tells it that the screen was given back, and that it is not needed any more.</summary>
    public void Dispose()
    {
        if (_pipe is { CanWrite: false })
            return;
        Tell([InOrder]);
        _pipe?.Dispose();
        if (_pid > 0)
            waitpid(_pid, null, 0); // it ends at once: all that it has to do is in the pipe
    }

    /// <summary>The guard's own program where it was started and not forked: ends when the host does.</summary>
    public static int Run()
    {
        // Ctrl+C and a shutdown reach the whole group: the host ends in order then, and says so by the pipe.
        PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
        var ignored = Array.ConvertAll(signals, s => PosixSignalRegistration.Create(s, context => context.Cancel = true));
        Rename();
        Follow(getppid());
        Array.ForEach(ignored, i => i.Dispose());
        return 0;
    }

    // Until the host says that it ended in order, or ends.
    private static void Follow(int host)
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
            giveBack = Parse([.. message], host);
            message.Clear();
        }
    }

    // The pipe ends while the kernel closes the host's descriptors, of which others may still hold their locks. The host is gone when
    // this process is somebody else's child, and that is also when a host in its place may be started.
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

    private static Action Parse(ReadOnlySpan<string> arguments, int host)
    {
        string? framebuffer = null;
        FoundFramebuffer? found = null;
        (int Number, int KeyboardMode)? terminal = null;
        for (; arguments.Length > 0; arguments = arguments[3..])
        {
            if (arguments is [Framebuffer, var path, var file, ..])
                (framebuffer, found) = (path, FoundFramebuffer.Open(file)); // now: it goes with its last descriptor
            else if (arguments is [Terminal, var first, var second, ..]
                && IsNumber(first, out var number) && IsNumber(second, out var keyboardMode))
                terminal = (number, keyboardMode);
            else
                throw new MmmException($"{Argument} is for the host's own use; \"{arguments[0]}\" is nothing that it gives back");
        }
        return () =>
        {
            if (framebuffer is not null && (terminal is not { } t || VirtualTerminal.IsInForeground(t.Number)))
                TryUntilGone(host, () => GiveBack(framebuffer, found));
            if (terminal is var (number, keyboardMode))
                TryUntilGone(host, () => VirtualTerminal.GiveBackAfter(number, keyboardMode)); // the console then draws its text over it
        };
    }

    private static bool IsNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    // False: a host has it, perhaps still the one that ends.
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
