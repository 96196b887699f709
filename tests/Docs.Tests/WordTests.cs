using System.Text.RegularExpressions;

namespace Docs.Tests;

public sealed partial class WordTests
{
    [GeneratedRegex(@"```.*?```|`[^`\n]*`|^    [^\n]*$|\]\([^)]*\)|https?://\S+|<[^>]+>", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Unspelled { get; }

    [GeneratedRegex(@"[\w./-]*[\d_/][\w./-]*|\b\w*[a-z][A-Z]\w*\b|\b[A-Z]{2,}\w*\b")]
    private static partial Regex Names { get; }

    public static TheoryData<string> Files => [.. Repository.Markdown];

    /// <summary>By hunspell's British dictionary and docs/words.txt, which has the words of the trade. Code is not looked at.</summary>
    [Theory, MemberData(nameof(Files))]
    public void Every_word_is_spelled_right(string file)
    {
        var prose = Names.Replace(Unspelled.Replace(Repository.Read(file), " "), " ");
        var text = Path.GetTempFileName();
        try
        {
            File.WriteAllText(text, prose);
            var words = Path.Combine(Repository.Root, "docs/words.txt");
            var unknown = Repository.Lines("hunspell", "-i", "UTF-8", "-d", "en_GB", "-p", words, "-l", text);
            Assert.Empty(unknown.Distinct().Order(StringComparer.Ordinal));
        }
        finally
        {
            File.Delete(text);
        }
    }

    /// <summary>Sentences that readers had to read twice.</summary>
    [Fact]
    public void No_riddle_is_left()
    {
        string[] riddles =
        [
            "What wakes a dark screen reaches no app", "A rule is said of", "of two that set the same key", "asked for more in time",
            "its places are those of", "its bell is not heard", "goes ahead of a sound", "started again and again",
            "are never altered but by",
        ];
        var files = Repository
            .Lines("git", "-C", Repository.Root, "ls-files", "*.md", "*.cs", "*.c", "*.h", "*.sh", "*.json", "run", "test")
            .Where(f => Path.GetFileName(f) != "WordTests.cs" && File.Exists(Path.Combine(Repository.Root, f)));
        var found = from file in files
                    let text = Repository.Read(file)
                    from riddle in riddles
                    where text.Contains(riddle, StringComparison.OrdinalIgnoreCase)
                    select $"{file}: {riddle}";
        Assert.Empty(found);
    }
}
