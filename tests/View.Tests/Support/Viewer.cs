using System.Globalization;
using System.Text.RegularExpressions;

namespace View.Tests.Support;

/// <summary>A real mmm-view for the host of a directory, ready when the constructor returns; killed when disposed.</summary>
internal sealed partial class Viewer : IDisposable
{
    /// <summary>The program: $MMM_VIEW (published), else what was built with the tests.</summary>
    public static string Program { get; } = Environment.GetEnvironmentVariable("MMM_VIEW") is { Length: > 0 } given
        ? given : Path.Combine(AppContext.BaseDirectory, "mmm-view");

    [GeneratedRegex(@"ready: (\w+)://127\.0\.0\.1:(\d+)/ and vnc://127\.0\.0\.1:(\d+)")]
    private static partial Regex Ready { get; }

    public Viewer(MmmHost host, params string[] options) : this([], host, options)
    {
    }

    /// <param name="launcher">A program and its arguments, which becomes mmm-view.</param>
    /// <param name="host">The host that it shows.</param>
    /// <param name="options">Further options.</param>
    public Viewer(string[] launcher, MmmHost host, string[] options)
    {
        string[] command = [.. launcher, Program, "--path", host.Path, "--web", "127.0.0.1:0", "--rfb", "127.0.0.1:0",
            "--keep", host.Temp["keep"], .. options];
        Process = new Child(command[0], command[1..]);
        var line = "";
        Wait.Until(() => Process.HasEnded || (line = Process.Output.FirstOrDefault(l => Ready.IsMatch(l))) is not null, "the ready line",
            () => string.Join(" | ", Process.Errors));
        Assert.False(Process.HasEnded, string.Join(" | ", Process.Errors));
        var ready = Ready.Match(line!);
        Scheme = ready.Groups[1].Value;
        WebPort = int.Parse(ready.Groups[2].Value, CultureInfo.InvariantCulture);
        RfbPort = int.Parse(ready.Groups[3].Value, CultureInfo.InvariantCulture);
    }

    public Child Process { get; }

    public string Scheme { get; }

    public int WebPort { get; }

    public int RfbPort { get; }

    /// <summary>The page's address.</summary>
    public string Page => $"{Scheme}://127.0.0.1:{WebPort}/";

    /// <summary>Keeps a password for the viewers of a host.</summary>
    public static void SetPassword(MmmHost host, string password, params string[] options)
    {
        var start = new System.Diagnostics.ProcessStartInfo(Program, ["--set-password", "--keep", host.Temp["keep"], .. options])
            { RedirectStandardInput = true, RedirectStandardOutput = true };
        using var process = System.Diagnostics.Process.Start(start)!;
        process.StandardInput.WriteLine(password);
        process.StandardInput.Close();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    public void Dispose() => Process.Dispose();
}
