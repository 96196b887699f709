using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Mmm;

namespace FbHost.Displays;

/// <summary>
/// A small process beside the host that gives the virtual terminal back when the host ended without doing so: by a fault in native code, for want
/// of memory, by kill -9. It sleeps on a pipe whose other end only the host has, so the kernel tells it of the end before it tells the host's
/// parent: what is started in the host's place comes later.
/// </summary>
internal sealed class TerminalGuard : IDisposable
{
    /// <summary>The first argument of that process; the terminal's number and its keyboard mode follow.</summary>
    public const string Argument = "--guard-terminal";

    private readonly Process _process;

    private TerminalGuard(Process process) => _process = process;

    /// <summary>Starts it; null where it can not be: the terminal is then given back by a host that ends in order, only.</summary>
    public static TerminalGuard? Start(int number, int keyboardMode, HostLog log)
    {
        if (Path.GetFileName(Environment.ProcessPath) == "dotnet") // an assembly that is run by dotnet is no program
            return null;
        var start = new ProcessStartInfo("/proc/self/exe") { RedirectStandardInput = true }; // by this name it is no second "mmm" for pidof
        foreach (var argument in new[] { Argument, number.ToString(CultureInfo.InvariantCulture), keyboardMode.ToString(CultureInfo.InvariantCulture) })
            start.ArgumentList.Add(argument);
        try
        {
            return Process.Start(start) is { } process ? new TerminalGuard(process) : null;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            log.Warn($"terminal {number}: not guarded: {e.Message.TrimEnd('.')}; after a crash of the host, chvt brings its text back");
            return null;
        }
    }

    /// <summary>Tells it that the terminal was given back, and that it is not needed any more.</summary>
    public void Dispose()
    {
        try
        {
            _process.StandardInput.Write('.');
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It was killed before.
        }
        _process.Dispose();
    }

    /// <summary>The guard's own program: ends when the host does.</summary>
    /// <param name="arguments">Number and keyboard mode.</param>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        if (arguments.Length != 2 || !int.TryParse(arguments[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || !int.TryParse(arguments[1], NumberStyles.None, CultureInfo.InvariantCulture, out var keyboardMode))
            throw new MmmException($"{Argument} is for the host's own use: it takes a terminal's number and a keyboard mode");
        // Ctrl+C and a shutdown reach the whole group: the host ends in order then, and says so by the pipe.
        PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
        var ignored = Array.ConvertAll(signals, s => PosixSignalRegistration.Create(s, context => context.Cancel = true));
        File.WriteAllText("/proc/self/comm", "mmm-guard");
        using var pipe = Console.OpenStandardInput();
        if (pipe.ReadByte() < 0)
            VirtualTerminal.GiveBackAfter(number, keyboardMode);
        Array.ForEach(ignored, i => i.Dispose());
        return 0;
    }
}
