namespace Packaging.Tests;

/// <summary>The packages of the C library.</summary>
public sealed class LibraryPackageTests(Packages packages)
{
    private string Deb(string package, string architecture) =>
        Path.Combine(packages.Folder, $"{package}_{packages.Version}_{architecture}.deb");

    [Theory]
    [InlineData("amd64")]
    [InlineData("arm64")]
    [InlineData("armhf")]
    public void Lintian_has_no_errors_and_no_warnings(string architecture) =>
        Shell.Run($"lintian --allow-root --fail-on error,warning {packages.Folder}/libmmm*_{architecture}.deb "
            + Deb("mmm-fbdev", architecture)).Require();

    [Theory]
    [InlineData("amd64", "x86_64-linux-gnu")]
    [InlineData("arm64", "aarch64-linux-gnu")]
    [InlineData("armhf", "arm-linux-gnueabihf")]
    public void They_have_the_library_and_what_programs_are_built_with(string architecture, string triplet)
    {
        var library = Shell.Run($"dpkg-deb --contents {Deb("libmmm0", architecture)}").Require();
        Assert.Contains($"./usr/lib/{triplet}/libmmm.so.0\n", library, StringComparison.Ordinal);
        var development = Shell.Run($"dpkg-deb --contents {Deb("libmmm-dev", architecture)}").Require();
        string[] files =
        [
            "./usr/include/mmm-0.1/mmm.h\n", "./usr/include/mmm-0.1/mmm-pset.h\n", $"./usr/lib/{triplet}/libmmm.a\n",
            $"./usr/lib/{triplet}/libmmm.so -> libmmm.so.0\n", $"./usr/lib/{triplet}/pkgconfig/mmm.pc\n",
        ];
        Assert.All(files, file => Assert.Contains(file, development, StringComparison.Ordinal));
        var starter = Shell.Run($"dpkg-deb --contents {Deb("mmm-fbdev", architecture)}").Require();
        Assert.Contains("./usr/bin/mmm-fbdev\n", starter, StringComparison.Ordinal);
        Assert.Contains($"./usr/lib/{triplet}/mmm/fbdev.so\n", starter, StringComparison.Ordinal);
        var depends = Shell.Run($"dpkg-deb --field {Deb("libmmm0", architecture)} Depends").Require();
        Assert.Matches(@"^libc6 \(>= 2\.[0-9]+\)\s*$", depends);
    }
}
