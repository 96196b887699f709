using System.Diagnostics;
using System.Globalization;
using Mmm.Protocol;

namespace Bench;

/// <summary>Compares a C client (client.c) with a C# one, in turns, on one running host.</summary>
internal static class ClientTable
{
    private const int Starts = 25, Rings = 200;

    public static int Print(string host, string hello, string c)
    {
        var directory = Directory.CreateTempSubdirectory("mmm-bench").FullName;
        Environment.SetEnvironmentVariable(Rendezvous.PathVariable, directory);
        var framebuffer = Path.Combine(directory, "screen");
        try
        {
            using var running = new HostTable.Running(HostTable.Start(host, framebuffer));
            var (ofC, ofCSharp) = (new List<double>(), new List<double>());
            for (var i = 0; i < Starts; i++)
            {
                ofC.AddRange(Run(c, "starts", framebuffer, "1", c, "first"));
                ofCSharp.AddRange(Run(c, "starts", framebuffer, "1", hello));
            }
            HostTable.Header();
            HostTable.Row("exec of a C client to its first frame, ms", ofC);
            HostTable.Row("exec of a C# client (Hello) to its first frame, ms", ofCSharp);
            HostTable.Row("C client: ring to pixels, 64x64, us", Run(c, "ring", framebuffer, "800", $"{Rings}"));
            HostTable.LatencyRows(running.Host, framebuffer, directory);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
        return 0;
    }

    private static List<double> Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        return [.. lines.Select(l => double.Parse(l, CultureInfo.InvariantCulture))];
    }
}
