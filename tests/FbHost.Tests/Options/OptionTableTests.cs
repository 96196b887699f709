using CsCheck;
using FbHost.Options;
using Mmm;

namespace FbHost.Tests.Options;

/// <summary>What a program's arguments mean, by the table that its help is written from.</summary>
public class OptionTableTests
{
    private static readonly OptionTable Tool = new("tool", "Does things.", "",
        [new("--path", "DIR", "In " + string.Join(' ', Enumerable.Repeat("there", 40)) + ".")],
    [
        new("list", "", 0, 0, "Lists them.", new OptionEntry("--json", null, "As JSON.")),
        new("send", "WHO TEXT", 2, 2, "Sends text."),
    ]);

    private static readonly OptionTable Runner = new("runner", "Runs.", "[COMMAND]",
        [new("-p", "DIR", "Where."), new("--in", "PATH", "What.")], []);

    private static OptionTable.Given Read(OptionTable table, params string[] arguments) =>
        table.Read(arguments, _ => Assert.Fail("it prints"))!;

    [Theory]
    [InlineData("--path", "/a", "list", "--json")]
    [InlineData("list", "--json", "--path=/a")]
    [InlineData("list", "--path:/a", "--json")]
    public void Options_stand_before_or_behind_a_command_in_three_spellings(params string[] arguments)
    {
        var given = Read(Tool, arguments);
        Assert.Equal(("list", "/a", ""), (given.Command!.Name, given.Last("--path"), given.Last("--json")));
        Assert.Empty(given.Words);
    }

    [Theory]
    [InlineData("send", "--", "--path", "x")]
    [InlineData("--", "send", "x")]
    public void Behind_two_dashes_nothing_is_an_option(params string[] arguments)
    {
        if (arguments[0] == "--")
            Assert.Contains("a command is missing", Assert.Throws<MmmException>(() => Read(Tool, arguments)).Message);
        else
            Assert.Equal(["--path", "x"], Read(Tool, arguments).Words);
    }

    [Fact]
    public void What_follows_the_first_word_is_the_commands_own_where_there_are_no_commands()
    {
        var given = Read(Runner, "--in", "a", "-p", "/d", "--in=b", "app", "-p", "x", "--help", "--");
        Assert.Equal(["a", "b"], given.All("--in"));
        Assert.Equal("/d", given.Last("-p"));
        Assert.Equal(["app", "-p", "x", "--help", "--"], given.Words);
    }

    [Theory]
    [InlineData("a command is missing")]
    [InlineData("lst is not a command; did you mean list? the commands are list, send", "lst")]
    [InlineData("--jsno is not a known option; did you mean --json?", "list", "--jsno")]
    [InlineData("--json is not a known option", "send", "a", "b", "--json")]
    [InlineData("--json takes no value", "list", "--json=1")]
    [InlineData("--path must be followed by DIR", "list", "--path")]
    [InlineData("--path must be followed by DIR, not by --json", "list", "--path", "--json", "x")]
    [InlineData("--path is empty; it must be DIR", "list", "--path", "")]
    [InlineData("--path is empty; it must be DIR", "list", "--path=")]
    [InlineData("send takes the arguments WHO TEXT", "send", "a")]
    [InlineData("list takes no arguments", "list", "a")]
    public void What_is_wrong_is_named(string part, params string[] arguments) =>
        Assert.Equal($"{part}{(part.EndsWith('?') ? "" : ".")} See tool --help",
            Assert.Throws<MmmException>(() => Read(Tool, arguments)).Message);

    [Theory]
    [InlineData("-h"), InlineData("-?"), InlineData("--help"), InlineData("list", "--help"),
        InlineData("send", "-h"), InlineData("--version")]
    public void Help_and_version_are_printed_in_lines_that_fit(params string[] arguments)
    {
        var text = "";
        Assert.Null(Tool.Read(arguments, t => text += t));
        Assert.All(text.Split('\n'), line => Assert.True(line.Length <= 120 && line == line.TrimEnd(), line));
        if (arguments[0] != "--version")
            Assert.Contains("--path DIR", text);
    }

    private static readonly string[] Odd = ["list", "send", "--path", "--json", "--", "-", "", "=", "--path=", "-p:x"];

    [Fact]
    public void Whatever_is_given_is_read_or_refused_with_one_line() =>
        Gen.OneOf(Gen.Int[0, 9].Select(i => Odd[i]), Gen.String).Array[0, 6].Sample(arguments =>
        {
            try
            {
                var given = Tool.Read(arguments, _ => { });
                Assert.True(given is null || given.Words.Length <= 2);
            }
            catch (MmmException e)
            {
                Assert.EndsWith(". See tool --help", e.Message);
            }
        });
}
