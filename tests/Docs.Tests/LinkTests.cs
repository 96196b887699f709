using System.Text.RegularExpressions;

namespace Docs.Tests;

public sealed partial class LinkTests
{
    [GeneratedRegex(@"!?\[[^\]]*\]\(([^)\s]+)\)")]
    private static partial Regex Link { get; }

    [GeneratedRegex(@"^#{1,6} +(.*?) *$", RegexOptions.Multiline)]
    private static partial Regex Heading { get; }

    [GeneratedRegex(@"```.*?```|`[^`\n]*`", RegexOptions.Singleline)]
    private static partial Regex Code { get; }

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Punctuation { get; }

    public static TheoryData<string> Files => [.. Repository.Markdown];

    [Theory, MemberData(nameof(Files))]
    public void Every_link_leads_somewhere(string file)
    {
        List<string> broken = [];
        foreach (Match link in Link.Matches(Code.Replace(Repository.Read(file), "")))
        {
            var target = link.Groups[1].Value;
            if (target.StartsWith("https://", StringComparison.Ordinal) || target.StartsWith("http://", StringComparison.Ordinal))
                continue;
            var parts = target.Split('#', 2);
            var path = parts[0].Length == 0 ? file : Path.Combine(Path.GetDirectoryName(file)!, parts[0]);
            var full = Path.Combine(Repository.Root, path);
            if (!File.Exists(full) && !Directory.Exists(full))
                broken.Add(target);
            else if (parts.Length == 2 && !Anchors(path).Contains(parts[1]))
                broken.Add(target);
        }
        Assert.Empty(broken);
    }

    // As GitHub makes them.
    private static HashSet<string> Anchors(string file) => [.. Heading.Matches(Repository.Read(file))
        .Select(m => Punctuation.Replace(m.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-'))];
}
