using System.Diagnostics;
using Mmm.Linux;

namespace Mmm;

/// <summary>Starts a host for a client that was started without one. Source: protocol.md section 1.</summary>
internal static class HostProcess
{
    /// <summary>MMM_PATH, or, when it is unset, a new directory served by a host that this starts (and MMM_PATH is set to it).</summary>
    public static string FindOrStart()
    {
        var path = Environment.GetEnvironmentVariable(Rendezvous.PathVariable);
        if (!string.IsNullOrEmpty(path))
        {
            if (Directory.Exists(path))
                return path;
            throw new MmmException(File.Exists(path)
                ? $"{Rendezvous.PathVariable} is {path}, which is a file; it must be a directory that a host (mmm) serves"
                : $"{Rendezvous.PathVariable} is {path}, which does not exist; start a host there: mmm --path {path}");
        }
        path = OwnDirectory.Make(out var warning);
        if (warning != null)
            Console.Error.WriteLine($"mmm: {warning}");
        var watch = -1;
        try
        {
            watch = Sys.WatchDirectory(path, Sys.IN_CREATE | Sys.IN_MOVED_TO);
            using var host = Process.Start(new ProcessStartInfo("mmm", ["-p", path]))!;
            // An original host makes no bell: then go on after two seconds, as if it had said that it is ready.
            var start = Environment.TickCount64;
            while (!File.Exists(Path.Combine(path, Rendezvous.BellName)) && !host.HasExited && Environment.TickCount64 - start < 2000)
            {
                if (Sys.PollIn(watch, 50))
                    Sys.Read(watch, new byte[4096]);
            }
            if (host.HasExited)
            {
                RemoveEmpty(path);
                throw new MmmException($"the host (mmm -p {path}) ended at once with code {host.ExitCode}; its last line says why");
            }
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            RemoveEmpty(path);
            throw new MmmException($"{Rendezvous.PathVariable} is not set and no host can be started: mmm: {e.Message}. "
                + $"Put mmm into the PATH, or start this app as: mmm {Environment.ProcessPath}");
        }
        finally
        {
            Sys.Close(watch);
        }
        Environment.SetEnvironmentVariable(Rendezvous.PathVariable, path);
        return path;
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
