using System.Text.RegularExpressions;

namespace FbHost.Tests;

/// <summary>The folders of src/FbHost use each other one way only: as the table in docs/architecture.md says.</summary>
public class FolderArrowsTests
{
    private static IEnumerable<string> Names(string cell) => Regex.Matches(cell, "`([A-Z][a-z]+)`").Select(m => m.Groups[1].Value);

    // In the order of the table; "all of the above" is all rows before.
    private static List<(string Folder, HashSet<string> MayUse)> Table()
    {
        var rows = new List<(string Folder, HashSet<string> MayUse)>();
        foreach (var line in File.ReadLines(Path.Combine(Repository.Root, "docs/architecture.md")))
        {
            if (line.Split('|') is ["", var folder, _, var uses, ""] && Names(folder).ToList() is [var name])
                rows.Add((name, uses.Contains("all of the above") ? [.. rows.Select(r => r.Folder)] : [.. Names(uses)]));
        }
        return rows;
    }

    [Fact]
    public void The_table_names_every_folder_and_has_no_cycle()
    {
        var rows = Table();
        var folders = Directory.GetDirectories(Path.Combine(Repository.Root, "src/FbHost"))
            .Select(d => Path.GetFileName(d)!).Where(d => d is not ("bin" or "obj"));
        Assert.Equal(folders.Order(), rows.Select(r => r.Folder).Order());
        var above = new HashSet<string>();
        foreach (var (folder, mayUse) in rows)
        {
            Assert.Subset(above, mayUse);
            above.Add(folder);
        }
    }

    [Fact]
    public void No_folder_uses_another_that_the_table_does_not_allow()
    {
        var rows = Table();
        var faults = new List<string>();
        foreach (var (folder, mayUse) in rows)
        {
            foreach (var file in Directory.GetFiles(Path.Combine(Repository.Root, "src/FbHost", folder),
                "*.cs", SearchOption.AllDirectories))
            {
                var text = File.ReadAllText(file);
                foreach (var other in rows.Select(r => r.Folder).Where(o => o != folder && !mayUse.Contains(o)))
                {
                    if (Regex.IsMatch(text, $@"\bFbHost\.{other}\b"))
                        faults.Add($"{folder}/{Path.GetFileName(file)} uses {other}");
                }
            }
        }
        Assert.Empty(faults);
    }
}
