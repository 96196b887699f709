namespace LibMmm.Tests;

/// <summary>The sources have no warnings of compilers and analyzers.</summary>
public class LintTests
{
    private const string Defines = "-D_GNU_SOURCE -D_FILE_OFFSET_BITS=64";

    [Theory]
    [InlineData("LibMmm", "*.c", Defines)]
    [InlineData("MmmFbdev", "*.c starter/*.c", Defines + " -DLIBRARY='\"\"'")]
    [InlineData("MmmFbdev", "preload/*.c", "-D_GNU_SOURCE")]
    public void Clang_tidy_finds_nothing(string folder, string files, string defines) =>
        Shell.Run($"cd src/{folder}; clang-tidy --quiet {files} -- -std=c11 {defines} 2>&1 | (! grep -E 'warning:|error:')");

    [Theory]
    [InlineData("LibMmm")]
    [InlineData("MmmFbdev")]
    public void Cppcheck_finds_nothing(string folder) =>
        Assert.Equal("", Shell.Run("cppcheck --quiet --std=c11 --enable=warning,style,performance,portability --error-exitcode=1 "
            + $"{Defines} src/{folder}"));

    [Theory]
    [InlineData("clang")]
    [InlineData("clang --target=aarch64-linux-gnu")]
    [InlineData("arm-linux-gnueabihf-gcc")]
    [InlineData("musl-gcc")]
    public void It_compiles_without_a_warning(string compiler)
    {
        var folder = Built.Scratch("warnings-" + compiler.Replace(' ', '-'));
        Assert.Equal("", Shell.Run($"make -s -C src/LibMmm BUILD={folder} CC='{compiler}' {folder}/libmmm.a"));
    }
}
