namespace Packaging.Tests;

/// <summary>What packaging/build makes, before it is installed.</summary>
public sealed class DebianPackageTests(Packages packages)
{
    private static string Contents(string deb) => Shell.Run($"dpkg-deb --contents {deb}").Require();

    [Theory]
    [InlineData("amd64")]
    [InlineData("arm64")]
    public void Lintian_has_no_errors_and_no_warnings(string architecture) =>
        Shell.Run($"lintian --allow-root --fail-on error,warning {packages.Deb(architecture)}").Require();

    [Theory]
    [InlineData("amd64")]
    [InlineData("arm64")]
    public void It_has_the_programs_the_service_and_their_pages(string architecture)
    {
        var contents = Contents(packages.Deb(architecture));
        string[] files =
        [
            "./usr/bin/mmm\n", "./usr/bin/mmmctl -> mmm\n", "./usr/bin/mmm-doctor -> mmm\n",
            "./lib/systemd/system/mmm.service\n", "./lib/udev/rules.d/60-mmm.rules\n",
            "./etc/mmm/appliance.json\n", "./usr/share/man/man1/mmm.1.gz\n", "./usr/share/man/man1/mmmctl.1.gz\n",
            "./usr/share/man/man5/appliance.json.5.gz\n", "./usr/share/bash-completion/completions/mmm\n",
            "./usr/share/doc/mmm/copyright\n", "./usr/share/doc/mmm/changelog.gz\n",
        ];
        Assert.All(files, file => Assert.Contains(file, contents, StringComparison.Ordinal));
        if (Directory.Exists(Path.Combine(Shell.Repository, "src/View")))
            Assert.Contains("./usr/bin/mmm-view -> ../lib/mmm/view/mmm-view\n", contents, StringComparison.Ordinal);
        Assert.DoesNotContain(".dbg", contents, StringComparison.Ordinal);
        Assert.DoesNotContain(".pdb", contents, StringComparison.Ordinal);
    }

    [Fact]
    public void It_depends_on_no_glibc_newer_than_that_of_Debian_12()
    {
        foreach (var architecture in (string[])["amd64", "arm64"])
        {
            var depends = Shell.Run($"dpkg-deb --field {packages.Deb(architecture)} Depends").Require();
            var version = depends.Split("libc6 (>= ")[1].Split(')')[0];
            Assert.True(System.Version.Parse(version) <= System.Version.Parse("2.36"), depends);
        }
    }

    [Fact]
    public void The_same_source_gives_the_same_package()
    {
        var again = Directory.CreateTempSubdirectory("mmm-again-").FullName;
        try
        {
            Shell.Run($"packaging/build --arch amd64 --out {again} deb").Require();
            Shell.Run($"for deb in {again}/*.deb; do cmp {packages.Folder}/$(basename $deb) $deb || exit 1; done").Require();
        }
        finally
        {
            Directory.Delete(again, recursive: true);
        }
    }

    [Fact]
    public void The_man_pages_and_the_completion_have_every_option()
    {
        var script = $$"""
            root=$(mktemp -d); trap 'rm -rf "$root"' EXIT
            dpkg-deb -x {{packages.Deb("amd64")}} "$root"
            for program in mmm mmmctl mmm-doctor; do
                "$root/usr/bin/$program" --help | sed -n 's/^  \(--*[a-z]*\).*/\1/p' | while read -r option; do
                    zcat "$root/usr/share/man/man1/$program.1.gz" | sed 's/\\-/-/g' | grep -qF -- ".B $option" ||
                        echo "$program.1 lacks $option"
                    bash -c ". $root/usr/share/bash-completion/completions/mmm; COMP_WORDS=($program $option); COMP_CWORD=1; _mmm;
                        echo \${COMPREPLY[*]}" | grep -qF -- "$option" || echo "the completion of $program lacks $option"
                done
            done
            """;
        Assert.Equal("", Shell.Run(script).Require().Trim());
    }

    [Fact]
    public void It_says_what_it_does_at_once_and_how_far_it_is()
    {
        Assert.True(packages.Log.FirstLine < TimeSpan.FromSeconds(2), $"the first line came after {packages.Log.FirstLine}");
        Assert.Matches(@"^\[1/\d+\] publishing mmm for amd64", packages.Log.Output);
    }

    [Theory]
    [InlineData("--arch mips deb", "--arch is mips; it must be amd64, arm64 or all")]
    [InlineData("rpm", "rpm is not known")]
    [InlineData("--out", "--out needs a value")]
    [InlineData("deb nuget", "deb and nuget: give one of")]
    public void A_wrong_argument_gives_one_line(string arguments, string said)
    {
        var result = Shell.Run($"packaging/build {arguments}");
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($"packaging/build: {said}", result.Output);
        Assert.Single(result.Output.Trim().Split('\n'));
    }
}
