using FbHost.Apps;

namespace FbHost.Tests.Directories;

/// <summary>
/// A program in user, pid and mount namespaces of its own, made by bubblewrap, that sees one directory of clients, as /run/mmm.
/// </summary>
internal sealed class Sandbox(string directory, params string[] command) : IDisposable
{
    private readonly Child _bwrap = new("bwrap", ["--die-with-parent", "--unshare-pid", "--unshare-user", "--ro-bind", "/", "/", "--dev",
        "/dev", "--proc", "/proc", "--tmpfs", "/run", "--bind", directory, "/run/mmm", "--setenv", "MMM_PATH", "/run/mmm", .. command]);

    /// <summary>The pids here, without those that are gone.</summary>
    public IReadOnlyList<int> Processes => ProcessTree.Of(_bwrap.Pid, "");

    public string[] Output => _bwrap.Output;

    public string Errors => string.Join(" | ", _bwrap.Errors);

    /// <summary>The command's process, which is 2 in the sandbox; 0 if it has not begun.</summary>
    public int CommandPid => Processes.FirstOrDefault(p => PidInside(p) == 2);

    private static int PidInside(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith("NSpid:", StringComparison.Ordinal));
            return int.Parse(line.Split('\t')[^1]);
        }
        catch (IOException)
        {
            return 0; // ended just now
        }
    }

    /// <summary>Ends everything in it.</summary>
    public void Dispose()
    {
        var pids = Processes;
        _bwrap.Dispose();
        Wait.Until(() => pids.All(p => !Mmm.Linux.Sys.ProcessLives(p)), "the end of the sandbox");
    }
}
