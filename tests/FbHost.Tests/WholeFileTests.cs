namespace FbHost.Tests;

/// <summary>A file is replaced as a whole or not at all.</summary>
public sealed class WholeFileTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_file_keeps_its_mode_and_its_owner()
    {
        Programs.NeedRoot();
        var file = _temp.Write("a", "a longer text than the new one");
        Run("chown", "65534:65533", file);
        Run("chmod", "2610", file); // chown takes the set-group-id bit away
        WholeFile.Replace(file, "new"u8);
        Assert.Equal("2610 65534:65533", Run("stat", "-c", "%a %u:%g", file));
        AssertOnly("a", "new");
    }

    [Fact]
    public void A_new_file_has_the_mode_of_any_new_file()
    {
        WholeFile.Replace(_temp["a"], "new"u8);
        AssertOnly("a", "new");
        Assert.Equal(File.GetUnixFileMode(_temp.Write("other", "")), File.GetUnixFileMode(_temp["a"]));
    }

    [Fact]
    public void What_a_check_refuses_does_not_take_the_file_s_place()
    {
        var file = _temp.Write("a", "old");
        Assert.Throws<FormatException>(() => WholeFile.Replace(file, "new"u8, written =>
        {
            Assert.Equal(("new", "old"), (File.ReadAllText(written), File.ReadAllText(file)));
            throw new FormatException();
        }));
        AssertOnly("a", "old");
    }

    [Fact]
    public void What_a_killed_host_left_behind_is_not_in_the_way()
    {
        _temp.Write($".a.{Environment.ProcessId}", "half of a longer text");
        WholeFile.Replace(_temp["a"], "new"u8);
        AssertOnly("a", "new");
    }

    private void AssertOnly(string name, string text)
    {
        Assert.Equal([name], Directory.GetFileSystemEntries(_temp.Path).Select(Path.GetFileName));
        Assert.Equal(text, File.ReadAllText(_temp[name]));
    }

    private static string Run(string program, params string[] arguments)
    {
        using var child = new Child(program, arguments);
        Assert.Equal(0, child.WaitForEnd());
        return string.Join('\n', child.Output);
    }
}
