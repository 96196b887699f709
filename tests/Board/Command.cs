using System.Diagnostics;
using System.Text;

namespace Board.Tests;

/// <summary>What a finished command left: exit code, raw output, and its error lines.</summary>
internal sealed record CommandResult(int ExitCode, byte[] Bytes, string Error)
{
    public string Output => Encoding.UTF8.GetString(Bytes);

    public override string ToString() => $"exit code {ExitCode}\n{Output}{Error}";
}

/// <summary>Programs run to their end, with a deadline.</summary>
internal static class Command
{
    public static Process Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        process.StandardInput.Close();
        return process;
    }

    public static CommandResult Finish(Process process, TimeSpan limit)
    {
        using (process)
        {
            var bytes = new MemoryStream();
            var output = process.StandardOutput.BaseStream.CopyToAsync(bytes);
            var error = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(limit))
            {
                process.Kill(entireProcessTree: true);
                var start = process.StartInfo;
                throw new TimeoutException($"{start.FileName} {string.Join(' ', start.ArgumentList)} took longer than {limit}");
            }
            // A program left behind in the background may hold the pipes open: the output is complete all the same.
            Task.WaitAll([output, error], TimeSpan.FromSeconds(2));
            return new CommandResult(process.ExitCode, bytes.ToArray(), error.IsCompletedSuccessfully ? error.Result : "");
        }
    }

    public static CommandResult Run(string program, IEnumerable<string> arguments, TimeSpan limit) =>
        Finish(Start(program, arguments), limit);

    /// <summary>Runs a command that has to succeed.</summary>
    public static CommandResult Require(string program, IEnumerable<string> arguments, TimeSpan limit)
    {
        var list = arguments.ToList();
        var result = Run(program, list, limit);
        return result.ExitCode == 0 ? result : throw new InvalidOperationException($"{program} {string.Join(' ', list)}: {result}");
    }
}
