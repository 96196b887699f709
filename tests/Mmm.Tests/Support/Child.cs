using System.Diagnostics;

namespace Mmm.Tests;

/// <summary>What this program does when a test starts it as a client of its own: with its own environment, signals and limits.</summary>
internal static class ChildProgram
{
    public static int Run(string what)
    {
        try
        {
            using var client = MmmClient.Open(new MmmClientOptions { Title = "child", Width = 64, Height = 48 });
            Console.WriteLine($"open {client.FilePath}");
            if (what == "events")
            {
                foreach (var e in client.Events())
                    Console.WriteLine(e);
                Console.WriteLine("ended");
            }
            if (what == "two")
            {
                using var second = MmmClient.Open(new MmmClientOptions { Title = "second", Width = 64, Height = 48, Display = "" });
                Console.WriteLine($"second {second.FilePath}");
                Console.WriteLine($"MMM_PATH is '{Environment.GetEnvironmentVariable("MMM_PATH")}'");
            }
            if (what == "mode")
                Console.WriteLine($"mode {Convert.ToString((int)File.GetUnixFileMode(client.FilePath), 8)}");
            if (what == "foreign-fault")
                FaultElsewhere();
            if (what.StartsWith("truncated", StringComparison.Ordinal))
                return Truncated(client, what);
            if (what == "grow")
            {
                using (var raw = new RawFile(client.FilePath))
                    raw.Put(0x5d8, (2000, 2000));
                try
                {
                    client.TryReadEvent(out _);
                }
                catch (MmmException e)
                {
                    Console.WriteLine($"refused {e.Message}");
                }
                Console.WriteLine($"{client.Width}x{client.Height} {client.CanBeginFrame} {client.TryReadEvent(out var _)}");
            }
            return 0;
        }
        catch (MmmException e)
        {
            Console.WriteLine($"refused {e.Message}");
            return 3;
        }
    }

    // A fault in a mapping that is none of a client's.
    private static void FaultElsewhere()
    {
        var path = Path.GetTempFileName();
        using var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        file.SetLength(4096);
        using var mapping = System.IO.MemoryMappedFiles.MemoryMappedFile.CreateFromFile(file, null, 0,
            System.IO.MemoryMappedFiles.MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        using var view = mapping.CreateViewAccessor();
        File.Delete(path);
        file.SetLength(0);
        view.Write(0, 1);
        Console.WriteLine("not reached");
    }

    // Has its file cut short at a bad moment, goes on as an app does that cannot know, and ends by the exception.
    private static int Truncated(MmmClient client, string how)
    {
        using (var raw = new RawFile(client.FilePath))
        {
            var frame = client.BeginFrame();
            raw.SetLength(how.EndsWith("pixels", StringComparison.Ordinal) ? 0x48c70 : 0);
            if (how.Contains("-and-grown", StringComparison.Ordinal))
                raw.SetLength(0x48c70 + 64 * 48 * 4 + 2);
            else
                frame.Fill(PixelColor.White); // would be SIGBUS
            Console.WriteLine("drawn");
            frame.Present();
        }
        client.WaitEvent(TimeSpan.FromMilliseconds(10));
        Console.WriteLine("presented");
        return 0;
    }
}

/// <summary>A running child; killed at the end if it still runs.</summary>
internal sealed class Child : IDisposable
{
    private readonly Process _process;

    private Child(Process process) => _process = process;

    public static string Command => Environment.ProcessPath!;

    // Whoever runs the tests in the background has SIGINT ignored, which children inherit.
    public static Child Start(string what, params (string Name, string? Value)[] environment) =>
        Start("/usr/bin/env", ["--default-signal=INT", Command, "--child", what], environment);

    public static Child Start(string program, string[] args, params (string Name, string? Value)[] environment)
    {
        var start = new ProcessStartInfo(program, args) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new Child(Process.Start(start)!);
    }

    public int Id => _process.Id;

    public string? ReadLine() => _process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20)).GetAwaiter().GetResult();

    public int WaitExit() => _process.WaitForExit(20_000) ? _process.ExitCode : throw new TimeoutException("the child does not end");

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
