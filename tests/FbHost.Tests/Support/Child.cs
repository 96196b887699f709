using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FbHost.Tests.Support;

/// <summary>A process that a test started, with what it has printed so far. Killed, it alone, when disposed.</summary>
internal sealed partial class Child : IDisposable
{
    public const int SIGKILL = 9, SIGTERM = 15, SIGSTOP = 19, SIGCONT = 18;
    private readonly Process _process;
    private readonly List<string> _out = [];
    private readonly List<string> _error = [];
    private readonly CountdownEvent _open = new(2); // stdout and stderr
    private bool _disposed;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int kill(int pid, int signal);

    public Child(string program, IEnumerable<string> arguments, params (string Name, string? Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments)
            { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment.Remove("MMM_PATH");
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        _process.StandardInput.Close();
        _process.OutputDataReceived += (_, e) => Add(_out, e.Data);
        _process.ErrorDataReceived += (_, e) => Add(_error, e.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Add(List<string> lines, string? line)
    {
        if (line is null)
        {
            _open.Signal();
            return;
        }
        lock (lines)
            lines.Add(line);
    }

    public int Pid => _process.Id;

    public bool HasEnded => _process.HasExited;

    /// <summary>Lines of stdout so far.</summary>
    public string[] Output
    {
        get
        {
            lock (_out)
                return [.. _out];
        }
    }

    /// <summary>Lines of stderr so far.</summary>
    public string[] Errors
    {
        get
        {
            lock (_error)
                return [.. _error];
        }
    }

    public string[] Events => [.. Output.Where(l => l.StartsWith("event ", StringComparison.Ordinal)).Select(l => l[6..])];

    public void WaitForOutput(string line) =>
        Wait.Until(() => Output.Contains(line), $"the line \"{line}\" on stdout", () => string.Join(" | ", Output));

    public void WaitForEvents(params string[] events) =>
        Wait.Until(() => Events.SequenceEqual(events), $"events {string.Join(" | ", events)}", () => string.Join(" | ", Events));

    public void Signal(int signal) => kill(Pid, signal);

    /// <summary>Kills any process by SIGKILL; nothing happens when there is none.</summary>
    public static void Kill(int pid) => kill(pid, SIGKILL);

    /// <summary>Waits for the end and returns the exit code; output is complete then.</summary>
    public int WaitForEnd()
    {
        Wait.Until(() => _process.HasExited, $"the end of {_process.StartInfo.FileName}", () => string.Join(" | ", Errors));
        _open.Wait(1000); // unless a grandchild holds the pipes
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (!_process.HasExited)
            Signal(SIGKILL);
        _process.WaitForExit(5000);
        _process.Dispose();
    }
}
