using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;

namespace Packaging.Tests;

/// <summary>What a script left.</summary>
internal sealed record ShellResult(int ExitCode, string Output, TimeSpan FirstLine)
{
    /// <summary>The output, if the exit code is 0.</summary>
    public string Require()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}\n{Output}");
        return Output;
    }
}

/// <summary>Scripts of bash, run to their end, with a deadline. Their output and errors are one text.</summary>
internal static class Shell
{
    public static string Repository { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../.."));

    private static string Here([CallerFilePath] string path = "") => path;

    public static ShellResult Run(string script, string? directory = null, int seconds = 600,
        params (string Name, string? Value)[] environment)
    {
        var start = new ProcessStartInfo("bash", ["-c", $"exec 2>&1; set -eu; {script}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            WorkingDirectory = directory ?? Repository,
        };
        foreach (var name in (string[])["MMM_PATH", "MMM_DISPLAY", "MMM_HOST", "MMM_HOST_TRIMMED", "MSBUILD_EXE_PATH", "MSBuildSDKsPath"])
            start.Environment.Remove(name);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var clock = Stopwatch.StartNew();
        var output = new StringBuilder();
        var first = TimeSpan.MaxValue;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var read = Task.Run(() =>
        {
            while (process.StandardOutput.ReadLine() is { } line)
            {
                if (first == TimeSpan.MaxValue)
                    first = clock.Elapsed;
                lock (output)
                    output.Append(line).Append('\n');
            }
        });
        if (!process.WaitForExit(seconds * 1000))
        {
            process.Kill(entireProcessTree: true);
            lock (output)
                throw new TimeoutException($"{script} took longer than {seconds} s:\n{output}");
        }
        read.Wait(TimeSpan.FromSeconds(5)); // a program that is left in the background may hold the pipe open
        lock (output)
            return new ShellResult(process.ExitCode, output.ToString(), first);
    }
}
