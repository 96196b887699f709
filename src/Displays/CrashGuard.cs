using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Mmm;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace Displays;

/// <summary>
/// A small process beside the host that gives the screen back when the host ended without doing so: by a fault in native code, for want
/// of memory, by kill -9. It sleeps on a pipe whose other end only the host has, so the kernel tells it of the end before it tells the host's
/// parent: what is started in the host's place comes later.
/// </summary>
internal sealed class CrashGuard(Action<string> log) : IDisposable
{
    /// <summary>The only argument of that process. What it gives back comes by its pipe: see <see cref="Set"/>.</summary>
    public const string Argument = "--guard";

    /// <summary>Followed by a virtual terminal's number and its keyboard mode.</summary>
    public const string Terminal = "terminal";

    /// <summary>Followed by the device's path and that of the <see cref="FoundFramebuffer"/>.</summary>
    public const string Framebuffer = "framebuffer";

    private const string InOrder = ".";
    private Process? _process;
    private bool _hasStarted;

    /// <summary>
    /// Says what is given back from now on, in place of all that was said before. The process is started with the first that there is; where
    /// it cannot be, only a host that ends in order gives the screen back.
    /// </summary>
    /// <param name="arguments">What it gives back; nothing: a crash leaves nothing to do.</param>
    public void Set(IReadOnlyList<string> arguments)
    {
        if (!_hasStarted && arguments.Count > 0)
            Start();
        Tell(arguments);
    }

    private void Start()
    {
        _hasStarted = true;
        if (Path.GetFileName(Environment.ProcessPath) == "dotnet") // an assembly that is run by dotnet is no program
            return;
        var start = new ProcessStartInfo("/proc/self/exe") { RedirectStandardInput = true }; // by this name it is no second "mmm" for pidof
        start.ArgumentList.Add(Argument);
        try
        {
            _process = Process.Start(start);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            log($"the screen is not guarded: {e.Message.TrimEnd('.')}; after a crash of the host, chvt brings the console's text back");
        }
    }

    // Each text ended by a NUL, and the message by one more. The pipe takes far more than there ever is, so this does not block.
    private void Tell(IReadOnlyList<string> message)
    {
        try
        {
            _process?.StandardInput.BaseStream.Write(Encoding.UTF8.GetBytes(string.Concat(message.Select(m => m + "\0")) + "\0"));
            _process?.StandardInput.BaseStream.Flush();
        }
        catch (IOException)
        {
            // It was killed.
        }
    }

    /// <summary>Tells it that the screen was given back, and that it is not needed any more.</summary>
    public void Dispose()
    {
        Tell([InOrder]);
        _process?.Dispose();
    }

    /// <summary>The guard's own program: ends when the host does.</summary>
    public static int Run()
    {
        // Ctrl+C and a shutdown reach the whole group: the host ends in order then, and says so by the pipe.
        PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
        var ignored = Array.ConvertAll(signals, s => PosixSignalRegistration.Create(s, context => context.Cancel = true));
        File.WriteAllText("/proc/self/comm", "mmm-guard");
        using var pipe = Console.OpenStandardInput();
        Follow(pipe, getppid());
        Array.ForEach(ignored, i => i.Dispose());
        return 0;
    }

    // Until the host says that it ended in order, or ends.
    private static void Follow(Stream pipe, int host)
    {
        List<byte> text = [];
        List<string> message = [];
        Action giveBack = () => { };
        while (true)
        {
            var next = pipe.ReadByte();
            if (next < 0)
            {
                giveBack();
                return;
            }
            if (next > 0)
            {
                text.Add((byte)next);
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

    // The pipe ends while the kernel closes the host's descriptors, of which others may still hold their locks. The host is gone when this process is
    // somebody else's child, and that is also when a host in its place may be started.
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
                (framebuffer, found) = (path, FoundFramebuffer.Open(file)); // now, while the host is there: the file goes with its last descriptor
            else if (arguments is [Terminal, var first, var second, ..] && IsNumber(first, out var number) && IsNumber(second, out var keyboardMode))
                terminal = (number, keyboardMode);
            else
                throw new MmmException($"{Argument} is for the host's own use; \"{arguments[0]}\" is nothing that it gives back");
        }
        return () =>
        {
            if (framebuffer is not null && (terminal is not { } t || VirtualTerminal.IsInForeground(t.Number)))
                TryUntilGone(host, () => GiveBack(framebuffer, found));
            if (terminal is var (number, keyboardMode))
                TryUntilGone(host, () => VirtualTerminal.GiveBackAfter(number, keyboardMode)); // the console then draws its text over what the memory has
        };
    }

    private static bool IsNumber(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

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
