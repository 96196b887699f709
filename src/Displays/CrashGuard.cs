using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
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
    /// <summary>The first argument of that process; what it gives back follows.</summary>
    public const string Argument = "--guard";

    /// <summary>Followed by a virtual terminal's number and its keyboard mode.</summary>
    public const string Terminal = "terminal";

    /// <summary>Followed by the device's path and that of the <see cref="FoundFramebuffer"/>.</summary>
    public const string Framebuffer = "framebuffer";

    private Process? _process;

    /// <summary>Starts it; where it can not be, only a host that ends in order gives the screen back.</summary>
    /// <param name="arguments">What it gives back; nothing: it is not needed.</param>
    public void Start(IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 0 || Path.GetFileName(Environment.ProcessPath) == "dotnet") // an assembly that is run by dotnet is no program
            return;
        var start = new ProcessStartInfo("/proc/self/exe") { RedirectStandardInput = true }; // by this name it is no second "mmm" for pidof
        start.ArgumentList.Add(Argument);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        try
        {
            _process = Process.Start(start);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            log($"the screen is not guarded: {e.Message.TrimEnd('.')}; after a crash of the host, chvt brings the console's text back");
        }
    }

    /// <summary>Tells it that the screen was given back, and that it is not needed any more.</summary>
    public void Dispose()
    {
        try
        {
            _process?.StandardInput.Write('.');
            _process?.StandardInput.Close();
        }
        catch (IOException)
        {
            // It was killed before.
        }
        _process?.Dispose();
    }

    /// <summary>The guard's own program: ends when the host does.</summary>
    /// <param name="arguments">What it gives back.</param>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        var giveBack = Parse(arguments);
        // Ctrl+C and a shutdown reach the whole group: the host ends in order then, and says so by the pipe.
        PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
        var ignored = Array.ConvertAll(signals, s => PosixSignalRegistration.Create(s, context => context.Cancel = true));
        File.WriteAllText("/proc/self/comm", "mmm-guard");
        using var pipe = Console.OpenStandardInput();
        if (pipe.ReadByte() < 0)
            giveBack();
        Array.ForEach(ignored, i => i.Dispose());
        return 0;
    }

    private static Action Parse(ReadOnlySpan<string> arguments)
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
                throw new MmmException($"{Argument} is for the host's own use; \"{arguments[0]}\" is none of what it takes");
        }
        return () =>
        {
            if (framebuffer is not null && (terminal is not { } t || VirtualTerminal.IsInForeground(t.Number)))
                GiveBack(framebuffer, found);
            if (terminal is var (number, keyboardMode))
                VirtualTerminal.GiveBackAfter(number, keyboardMode); // the console then draws its text over what the memory has
        };
    }

    private static bool IsNumber(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static void GiveBack(string framebuffer, FoundFramebuffer? found)
    {
        var fd = Sys.Open(framebuffer, O_RDWR);
        if (fd >= 0)
            found?.PutBack(fd, force: false);
        Sys.Close(fd);
    }
}
