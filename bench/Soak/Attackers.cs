using System.Diagnostics;
using System.Globalization;

namespace Soak;

/// <summary>
/// Starts hostile processes of all kinds in turn, and keeps their number constant: about once a second it kills one and starts another.
/// </summary>
internal sealed class Attackers(string directory, Arguments arguments)
{
    private readonly Random _random = new(arguments.Seed);
    private readonly List<Process> _processes = [];
    private int _started;

    /// <summary>The number of processes that were killed.</summary>
    public int Killed { get; private set; }

    private void StartOne()
    {
        var kind = arguments.Kinds[_started % arguments.Kinds.Length];
        var number = unchecked(arguments.Seed + _started++ & int.MaxValue).ToString(CultureInfo.InvariantCulture);
        _processes.Add(Process.Start(Environment.ProcessPath!, ["attack", directory, kind, number]));
    }

    private void Kill(int at)
    {
        using var process = _processes[at];
        _processes.RemoveAt(at);
        process.Kill();
        process.WaitForExit();
        Killed++;
    }

    /// <summary>Attacks for a time, or until <paramref name="enough"/> returns true. Kills all processes at the end.</summary>
    public void Run(TimeSpan time, Func<bool> enough)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            while (_processes.Count < arguments.Attackers)
                StartOne();
            while (Stopwatch.GetElapsedTime(start) < time && !enough())
            {
                Thread.Sleep(500 + _random.Next(1000));
                Kill(_random.Next(_processes.Count));
                StartOne();
            }
        }
        finally
        {
            while (_processes.Count > 0)
                Kill(0);
        }
    }

    /// <summary>Removes the files of killed processes that are not clients; the host removes those of clients.</summary>
    public void RemoveLitter()
    {
        foreach (var path in Directory.GetFileSystemEntries(directory))
        {
            var name = Path.GetFileName(path);
            if (!name.StartsWith("a-", StringComparison.Ordinal) && !name.StartsWith(".a-", StringComparison.Ordinal)
                && !name.EndsWith(".new", StringComparison.Ordinal))
                continue;
            if (Directory.Exists(path) && new DirectoryInfo(path).LinkTarget is null)
                Directory.Delete(path);
            else
                File.Delete(path);
        }
    }
}
