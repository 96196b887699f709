using System.Security.Cryptography;
using Board.Tests;

namespace Deploy.Tests;

/// <summary>The publish folder of an app (app.c) whose file "mode" says what it does.</summary>
internal sealed class TestApp : IDisposable
{
    private static readonly Lazy<string> Program = new(() =>
    {
        var file = Path.Combine(AppContext.BaseDirectory, "deploy-app");
        var source = Path.Combine(Repository.Root, "tests/Deploy.Tests/app.c");
        Command.Require("cc", ["-O1", "-static", "-o", file, source], TimeSpan.FromMinutes(1));
        return file;
    });

    private readonly TempDirectory _temp = new();

    /// <param name="mode">What it does; see app.c.</param>
    /// <param name="kilobytes">The size of a file beside it.</param>
    public TestApp(string mode, int kilobytes = 3000)
    {
        Directory.CreateDirectory(Path.Combine(Folder, "data"));
        File.Copy(Program.Value, _temp["App"]);
        File.Copy(Programs.RawClient, _temp["client"]);
        File.WriteAllBytes(_temp["data/some ballast"], RandomNumberGenerator.GetBytes(kilobytes * 1000));
        Mode = mode;
    }

    public string Folder => _temp.Path;

    /// <summary>What the next release of it does.</summary>
    public string Mode
    {
        set => _temp.Write("mode", value + "\n");
    }

    /// <summary>Leaves only the header of the program, so that the kernel cannot start it.</summary>
    public void Break()
    {
        var bytes = File.ReadAllBytes(_temp["App"]);
        File.WriteAllBytes(_temp["App"], bytes[..64]);
    }

    public void Dispose() => _temp.Dispose();
}
