namespace LibMmm.Tests;

/// <summary>
/// Every function, by C programs that check what it returns: with sanitizers, under valgrind, as a 32-bit ARM program and with musl.
/// </summary>
public class FunctionTests
{
    public static TheoryData<string, string> All
    {
        get
        {
            TheoryData<string, string> all = [];
            foreach (var variant in (string[])["sanitized", "valgrind", "arm", "musl"])
            {
                foreach (var program in (string[])["client_test", "text_test", "pcm_test", "host_test", "bell_test"])
                    all.Add(program, variant);
            }
            all.Add("pcm_test", "threads");
            all.Add("bell_test", "threads");
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void It_returns_what_the_original_returns_and_touches_nothing_else(string program, string variant)
    {
        var kind = Variant.Of(variant);
        var runner = variant == "valgrind" ? "valgrind -q --error-exitcode=9 --leak-check=full " : kind.Runner;
        var command = $"{runner}{Built.Program(kind, program)}";
        var names = Shell.Run(command).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(names.Length >= 2, string.Join(' ', names));
        foreach (var name in names)
        {
            using var directory = new TempDirectory();
            var (code, output) = Shell.Try($"MMM_PATH={directory.Path} {command} {name}");
            Assert.True(code == 0, $"{name}: exit code {code}: {output}");
            Assert.All(output.Split('\n', StringSplitOptions.RemoveEmptyEntries), l => Assert.StartsWith("mmm: ", l));
        }
    }

    [Fact]
    public void Without_a_host_and_a_path_it_says_so_in_one_line()
    {
        var (code, output) = Shell.Try($"env -u MMM_PATH PATH=/nowhere {Built.Program(Variant.Sanitized, "app")} idle");
        Assert.Equal(3, code);
        Assert.StartsWith("mmm: MMM_PATH is not set and no host can be started: mmm: No such file or directory; put mmm in", output);
        Assert.Single(output.Trim().Split('\n'));
    }
}
