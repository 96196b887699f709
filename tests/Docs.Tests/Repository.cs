using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Docs.Tests;

internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../.."));

    private static string Here([CallerFilePath] string path = "") => path;

    /// <summary>The Markdown files, as paths from the root.</summary>
    public static string[] Markdown { get; } =
        [.. Lines("git", "-C", Root, "ls-files", "--cached", "--others", "--exclude-standard", "*.md")];

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    /// <summary>What a program prints.</summary>
    public static string[] Lines(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
