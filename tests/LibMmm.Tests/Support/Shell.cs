using System.Diagnostics;

namespace LibMmm.Tests.Support;

/// <summary>Runs scripts of bash to their end.</summary>
internal static class Shell
{
    /// <summary>Runs a script in the repository. Returns what it has printed, both streams. Fails unless it ends with 0.</summary>
    public static string Run(string script)
    {
        var (code, output) = Try(script);
        Assert.True(code == 0, $"exit code {code} of: {script}\n{output}");
        return output;
    }

    /// <summary>Runs a script and returns its exit code, too.</summary>
    public static (int Code, string Output) Try(string script)
    {
        var start = new ProcessStartInfo("bash", ["-c", $"set -euo pipefail; {script}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.Root,
        };
        start.Environment.Remove("MMM_PATH");
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd() + errors.GetAwaiter().GetResult();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
