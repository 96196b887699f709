using System.Diagnostics;
using Mmm.Linux;
using Mmm.Protocol;

namespace Mmm;

/// <summary>Finds the host of a new client, or starts one. Source: protocol.md section 1.</summary>
internal static class HostProcess
{
    private const string DisplayVariable = "MMM_DISPLAY";
    private static readonly string DevHost = Path.Combine(AppContext.BaseDirectory, "devhost", "mmm");
    private static readonly Lock StartLock = new();
    private static string? s_started; // directory of a host that this process has started; later clients of the process join it

    /// <summary>
    /// Returns the directory of the host to join: <paramref name="directory"/> or else MMM_PATH. If neither is set, starts a host and
    /// returns its new directory.
    /// </summary>
    /// <param name="directory">The directory; null or empty for MMM_PATH.</param>
    /// <param name="display">Display of a host that is started; null or empty for MMM_DISPLAY, or else the host's choice.</param>
    /// <exception cref="MmmException">The directory does not exist, or no host can be started.</exception>
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

    /// <summary>True if this process has started the host of that directory.</summary>
    public static bool HasStarted(string directory)
    {
        lock (StartLock)
            return s_started == directory;
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
            using var host = Launch(arguments);
            // A host of the original project creates no bell. In this case, continue after two seconds and assume that it is ready.
            var start = Environment.TickCount64;
            while (!File.Exists(Path.Combine(path, Rendezvous.BellName)) && !host.HasExited && Environment.TickCount64 - start < 2000)
            {
                if (Sys.PollIn(watch, 50))
                    Sys.Read(watch, new byte[4096]);
            }
            if (!host.HasExited)
                return path;
            RemoveEmpty(path);
            throw new MmmException($"the host (mmm -p {path}) exited at once with code {host.ExitCode}; see its last output line",
                MmmError.NoHost);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            RemoveEmpty(path);
            throw new MmmException($"{Rendezvous.PathVariable} is not set and no host can be started: mmm: {e.Message}. "
                + $"Put mmm in the PATH, reference the package Mmm.DevHost, or start this app with: mmm {Environment.ProcessPath}",
                MmmError.NoHost, e);
        }
        finally
        {
            Sys.Close(watch);
        }
    }

    // Starts the host that is in the PATH, or else that of the package Mmm.DevHost, which a build puts beside the app.
    private static Process Launch(string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("mmm", arguments))!;
        }
        catch (System.ComponentModel.Win32Exception) when (File.Exists(DevHost))
        {
            return Process.Start(new ProcessStartInfo(DevHost, arguments))!;
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
            // another process has created a file there
        }
    }
}
