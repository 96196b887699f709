using System.Diagnostics;
using System.Text.Json;
using Mmm.Protocol;
using Tmds.Linux;

namespace Bench;

/// <summary>
/// Measures the restart of an app in its sandbox and without one: from kill -9 to the first frame of the new process. "mmmctl restart"
/// replaces the delay after a bad end, so its own time is part of each value, and is printed beside it.
/// </summary>
internal static class RestartTable
{
    private const int Times = 40;

    public static int Print(string host, string hello)
    {
        var directory = Directory.CreateTempSubdirectory("mmm-bench").FullName;
        File.SetUnixFileMode(directory, (UnixFileMode)0x1ED); // 0755: for apps with users of their own
        Environment.SetEnvironmentVariable(Rendezvous.PathVariable, Path.Combine(directory, "mmm"));
        Environment.SetEnvironmentVariable("STATE_DIRECTORY", Path.Combine(directory, "state"));
        var mmmctl = Path.Combine(directory, "mmmctl");
        File.CreateSymbolicLink(mmmctl, Path.GetFullPath(host));
        var config = Path.Combine(directory, "appliance.json");
        File.WriteAllText(config, $$"""
            { "apps": [ { "name": "default", "command": ["{{Path.GetFullPath(hello)}}"] },
                { "name": "none", "sandbox": "none", "command": ["{{Path.GetFullPath(hello)}}"] } ] }
            """);
        Console.WriteLine($"{"",-52}{"median",12}{"min",10}{"max",10}");
        try
        {
            using var running = new HostTable.Running(HostTable.Launch(host, "--config", config, "--display", "memory:800x480",
                "--input", "none", "--audio", "none"));
            while (!Run(mmmctl, "clients", "--json").Contains("\"frames\":1", StringComparison.Ordinal))
                Thread.Sleep(20);
            HostTable.Row("mmmctl alone, ms", Enumerable.Range(0, Times).Select(_ => Time(() => Run(mmmctl, "volume"))));
            // In turn, so that other load on the machine meets both.
            var (boxed, free) = (new List<double>(), new List<double>());
            for (var i = 0; i < Times; i++)
            {
                boxed.Add(Restart(mmmctl, "default"));
                free.Add(Restart(mmmctl, "none"));
            }
            HostTable.Row("killed app to its next first frame, sandboxed, ms", boxed);
            HostTable.Row("killed app to its next first frame, no sandbox, ms", free);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
        return 0;
    }

    private static double Restart(string mmmctl, string app)
    {
        var pid = JsonDocument.Parse(Run(mmmctl, "clients", "--json")).RootElement.EnumerateArray()
            .First(c => c.GetProperty("app").GetString() == app).GetProperty("pid").GetInt32();
        return Time(() =>
        {
            LibC.kill(pid, LibC.SIGKILL);
            Run(mmmctl, "restart", app);
        });
    }

    private static double Time(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
