using System.Globalization;
using System.Text;
using FbHost.State;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Apps;

/// <summary>
/// Stores each app's process for the next host: a host that starts after a crash of this one takes over the running apps and does not start
/// them twice. The file has a line with the boot id, then one line per app: pid, start time, name.
/// </summary>
internal sealed class KeptApps(HostDirectory? directory, HostLog log)
{
    private const string Name = "apps";
    private const int Most = 64 * 1024;
    private bool _said;

    /// <summary>True if <see cref="Read"/> has found that a former host of this boot has not ended its apps.</summary>
    public bool HostWasKilled { get; private set; }

    /// <summary>Reads the processes by the names of their apps; none after a reboot.</summary>
    public Dictionary<string, (int Pid, string StartTime)> Read()
    {
        var kept = new Dictionary<string, (int, string)>();
        var lines = Encoding.UTF8.GetString(directory?.Read(Name, Most) ?? []).Split('\n');
        if (lines[0] != BootId())
            return kept;
        HostWasKilled = true;
        foreach (var line in lines.AsSpan(1))
        {
            if (line.Split(' ', 3) is [var pid, var start, var name]
                && int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                kept[name] = (number, start);
        }
        return kept;
    }

    /// <summary>Writes the apps that are running.</summary>
    public void Write(IEnumerable<App> apps)
    {
        if (directory is null)
            return;
        var text = new StringBuilder(BootId()).Append('\n');
        foreach (var app in apps)
        {
            if (app.Process is { HasEnded: false, StartTime: { } start } process)
                text.Append(CultureInfo.InvariantCulture, $"{process.Pid} {start} {app.Name}\n");
        }
        var error = directory.Replace(Name, Encoding.UTF8.GetBytes(text.ToString()));
        if (error < 0 && !_said)
            log.Warn($"{directory.Path}/{Name}: cannot be written: {Sys.ErrorText(error)}; after a crash of the host, apps may run twice");
        _said = error < 0;
    }

    /// <summary>Removes the file, when no app runs any more.</summary>
    public void Clear() => directory?.Remove(Name);

    // Pids and start times begin anew with each boot, and a file in /tmp may outlive a reboot.
    private static string BootId()
    {
        var id = new byte[64];
        var fd = Sys.Open("/proc/sys/kernel/random/boot_id", O_RDONLY);
        var n = Sys.Read(fd, id);
        Sys.Close(fd);
        return Encoding.ASCII.GetString(id, 0, (int)Math.Max(0, n)).Trim();
    }
}
