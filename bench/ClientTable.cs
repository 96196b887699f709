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
            using var pixels = new HostTable.Pixels(framebuffer);
            var (ofC, ofCSharp) = (new List<double>(), new List<double>());
            for (var i = 0; i < Starts; i++)
            {
                ofC.Add(FirstFrame(directory, pixels, c, "first"));
                ofCSharp.Add(FirstFrame(directory, pixels, hello));
            }
            HostTable.Header();
            HostTable.Row("exec of a C client to its first frame, ms", ofC);
            HostTable.Row("exec of a C# client (Hello) to its first frame, ms", ofCSharp);
            HostTable.Row("C client: ring to pixels, 64x64, us", RingToPixels(c, framebuffer));
            HostTable.LatencyRows(running.Host, framebuffer, directory);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
        return 0;
    }

    private static double FirstFrame(string directory, HostTable.Pixels pixels, string program, params string[] arguments)
    {
        HostTable.WaitFor(() => Directory.GetFiles(directory, "fb.*").Length == 0 && pixels[0, 0] != 0xFF203040);
        var clock = Stopwatch.StartNew();
        using var process = HostTable.Launch(program, arguments);
        HostTable.WaitFor(() => pixels[0, 0] == 0xFF203040);
        var ms = clock.Elapsed.TotalMilliseconds;
        process.Kill();
        process.WaitForExit();
        return ms;
    }

    private static IEnumerable<double> RingToPixels(string program, string framebuffer)
    {
        string[] arguments = ["ring", framebuffer, "800", Rings.ToString(CultureInfo.InvariantCulture)];
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        return lines.Select(l => double.Parse(l, CultureInfo.InvariantCulture));
    }
}
