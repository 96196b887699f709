using System.Diagnostics;
using Mmm.Linux;
using Mmm.Protocol;

namespace Mmm;

/// <summary>Starts a host for a client that was started without one. Source: protocol.md section 1.</summary>
internal static class HostProcess
{
    private const string DisplayVariable = "MMM_DISPLAY";
    private static readonly Lock StartLock = new();
    private static string? s_started; // served by a host that this process has started: its next client joins it

    /// <summary>
    /// The directory of the host to join: the given one, else MMM_PATH, else a new one served by a host that this starts.
    /// </summary>
    /// <param name="directory">Null: MMM_PATH.</param>
    /// <param name="display">Of a host that is started; null: MMM_DISPLAY, else the host's choice.</param>
    /// <exception cref="MmmException">There is no such directory, or no host can be started.</exception>
    public static string FindOrStart(string? directory, string? display)
    {
        var path = NotEmpty(directory) ?? NotEmpty(Environment.GetEnvironmentVariable(Rendezvous.PathVariable));
        if (path is not null)
        {
            if (Directory.Exists(path))
                return path;
            var name = directory is null ? $"{Rendezvous.PathVariable} is {path}, which" : path;
            throw new MmmException(File.Exists(path)
                ? $"{name} is a file; it must be a directory that a host (mmm) serves"
                : $"{name} does not exist; start a host there: mmm --path {path}", MmmError.NoDirectory);
        }
        lock (StartLock)
        {
            if (s_started is null || !File.Exists(Path.Combine(s_started, Rendezvous.BellName)))
                s_started = Start(NotEmpty(display) ?? NotEmpty(Environment.GetEnvironmentVariable(DisplayVariable)));
            return s_started;
        }
    }

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static string Start(string? display)
    {
        var path = OwnDirectory.Make(out var warning);
        if (warning != null)
            Console.Error.WriteLine($"mmm: {warning}");
        var watch = -1;
        try
        {
            watch = Sys.WatchDirectory(path, Sys.IN_CREATE | Sys.IN_MOVED_TO);
            string[] arguments = display is null ? ["-p", path] : ["-p", path, "--display", display];
            using var host = Process.Start(new ProcessStartInfo("mmm", arguments))!;
            // An original host makes no bell: then go on after two seconds, as if it had said that it is ready.
            var start = Environment.TickCount64;
            while (!File.Exists(Path.Combine(path, Rendezvous.BellName)) && !host.HasExited && Environment.TickCount64 - start < 2000)
            {
                if (Sys.PollIn(watch, 50))
                    Sys.Read(watch, new byte[4096]);
            }
            if (!host.HasExited)
                return path;
            RemoveEmpty(path);
            throw new MmmException($"the host (mmm -p {path}) ended at once with code {host.ExitCode}; its last line says why",
                MmmError.NoHost);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            RemoveEmpty(path);
            throw new MmmException($"{Rendezvous.PathVariable} is not set and no host can be started: mmm: {e.Message}. "
                + $"Put mmm into the PATH, or start this app as: mmm {Environment.ProcessPath}", MmmError.NoHost, e);
        }
        finally
        {
            Sys.Close(watch);
        }
    }

    private static void RemoveEmpty(string path)
    {
        try
        {
            Directory.Delete(path);
        }
        catch (IOException)
        {
            // somebody put something there
        }
    }
}
