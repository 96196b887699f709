using System.Text.RegularExpressions;

namespace FbHost.Tests;

/// <summary>Lines of the sources are no longer than .editorconfig says, which no compiler looks at.</summary>
public class LineLengthTests
{
    private static int Setting(string name) => int.Parse(
        Regex.Match(File.ReadAllText(Path.Combine(Repository.Root, ".editorconfig")), $@"(?m)^{name} *= *(\d+)\r?$").Groups[1].Value);

    private static IEnumerable<string> Sources() => new[] { "src", "bench", "tests" }
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*", SearchOption.AllDirectories))
        .Where(file => Path.GetExtension(file) is ".cs" or ".c")
        .Where(file => !Regex.IsMatch(Path.GetRelativePath(Repository.Root, file), "(^|/)(bin|obj)/"));

    [Fact]
    public void No_line_is_longer_than_the_editor_is_told()
    {
        var longest = Setting("max_line_length");
        var tab = new string(' ', Setting("indent_size"));
        var faults = new List<string>();
        foreach (var file in Sources())
        {
            var number = 0;
            foreach (var line in File.ReadLines(file))
            {
                number++;
                var length = line.Replace("\t", tab).Length;
                if (length > longest)
                    faults.Add($"{Path.GetRelativePath(Repository.Root, file)}:{number}: {length}");
            }
        }
        Assert.Empty(faults);
    }
}
