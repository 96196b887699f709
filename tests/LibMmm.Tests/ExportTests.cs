using System.Text.RegularExpressions;

namespace LibMmm.Tests;

/// <summary>What is installed: the names that the library exports, the headers, and what pkg-config says.</summary>
public partial class ExportTests
{
    [GeneratedRegex(@"\bmmm_[a-z_]+(?=\()")]
    private static partial Regex Call { get; }

    private static string[] Sorted(IEnumerable<string> names) => [.. names.Distinct().Order(StringComparer.Ordinal)];

    private static string[] Exported => Sorted(Shell.Run($"nm -D --defined-only {Built.Library(Variant.Plain)}/libmmm.so.0")
        .Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l.Contains(" T ", StringComparison.Ordinal))
        .Select(l => l.Split(' ')[^1].Split('@')[0]));

    [Fact]
    public void It_exports_exactly_the_functions_of_the_documents_table()
    {
        var section = File.ReadAllText(Path.Combine(Repository.Root, "docs/protocol.md")).Split("## 13. ")[1].Split("\n## ")[0];
        var rows = section.Split('\n').Where(l => l.StartsWith("| `", StringComparison.Ordinal)).Select(l => l.Split('|')[1]);
        Assert.Equal(Sorted(rows.SelectMany(r => Call.Matches(r)).Select(m => m.Value)), Exported);
    }

    [Fact]
    public void The_header_declares_what_is_exported()
    {
        var header = File.ReadAllText(Path.Combine(Repository.Root, "src/LibMmm/include/mmm.h"));
        var declarations = Regex.Replace(header, @"/\*.*?\*/", "", RegexOptions.Singleline);
        Assert.Equal(Exported, Sorted(Call.Matches(declarations).Select(m => m.Value)));
    }

    // A program that links the static library may have a function say or file_open of its own.
    [Fact]
    public void The_static_library_defines_no_names_of_programs() =>
        Assert.All(Shell.Run($"nm -g --defined-only {Built.Library(Variant.Plain)}/libmmm.a")
            .Split('\n').Select(l => l.Split(' ')).Where(w => w.Length == 3), w => Assert.StartsWith("mmm_", w[2]));

    [Fact]
    public void What_pkg_config_says_follows_the_paths_of_each_installation()
    {
        using var root = new TempDirectory();
        foreach (var prefix in (string[])["/usr/local", "/usr"])
        {
            Shell.Run($"make -s -C src/LibMmm BUILD={root["build"]} DESTDIR='{root["a folder"]}' PREFIX={prefix} install");
            Assert.StartsWith($"prefix={prefix}\n", File.ReadAllText(root[$"a folder{prefix}/lib/pkgconfig/mmm.pc"]));
        }
    }

    [Theory]
    [InlineData("gcc -std=c89 -x c")]
    [InlineData("gcc -std=c99 -x c")]
    [InlineData("clang -std=c11 -Weverything -x c")]
    [InlineData("g++ -std=c++98 -x c++")]
    [InlineData("clang++ -std=c++20 -x c++")]
    public void The_headers_have_no_warning_in_any_language(string compiler) =>
        Assert.Equal("", Shell.Run($"printf '#include <mmm.h>\n#include <mmm-pset.h>\n' | "
            + $"{compiler} -pedantic -Wall -Wextra -Wconversion -Werror -Isrc/LibMmm/include -fsyntax-only - 2>&1"));

    [Fact]
    public void It_ends_no_process_handles_no_signal_and_starts_no_shell()
    {
        string[] never = ["exit", "_exit", "_Exit", "quick_exit", "abort", "__assert_fail", "signal", "sigaction", "system", "popen"];
        Assert.Empty(Shell.Run($"nm -D --undefined-only {Built.Library(Variant.Plain)}/libmmm.so.0")
            .Split('\n').Select(l => l.Split(' ')[^1].Split('@')[0]).Intersect(never));
    }

    [Fact]
    public void It_needs_nothing_but_the_C_library() =>
        Assert.Equal("libc.so.6\n", Shell.Run(
            $"readelf -d {Built.Library(Variant.Plain)}/libmmm.so.0 | sed -n 's/.*NEEDED.*\\[\\(.*\\)\\]/\\1/p'"));

    [Theory]
    [InlineData("gcc", "c")]
    [InlineData("clang++", "c++")]
    public void A_program_finds_the_installed_library_by_pkg_config(string compiler, string language)
    {
        using var root = new TempDirectory();
        var program = root.Write("program.source", """
            #include <mmm.h>
            #include <mmm-pset.h>
            int main(void)
            {
                Mmm *mmm = mmm_new(8, 8, MMM_FLAG_DEFAULT, 0);
                if (!mmm)
                    return 1;
                int stride;
                unsigned char *pixels = mmm_get_buffer_write(mmm, 0, 0, &stride, 0);
                mmm_pset(mmm, pixels, 7, 7, 255, 0, 0, 255);
                mmm_write_done(mmm, 0, 0, 8, 8);
                const int is_set = pixels[7 * stride + 7 * 4 + 2] == 255;
                mmm_destroy(mmm);
                return !is_set;
            }
            """);
        Shell.Run($"""
            make -s -C src/LibMmm BUILD={root["build"]} DESTDIR={root.Path} PREFIX=/usr install
            export PKG_CONFIG_PATH={root["usr/lib/pkgconfig"]} PKG_CONFIG_SYSROOT_DIR={root.Path}
            test "$(pkg-config --modversion mmm)" = "$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)"
            {compiler} -x {language} -Wall -Wextra -Werror {program} -x none -o {root["program"]} $(pkg-config --cflags --libs mmm)
            mkdir {root["mmm"]}
            MMM_PATH={root["mmm"]} LD_LIBRARY_PATH={root["usr/lib"]} {root["program"]}
            test -z "$(ls {root["mmm"]})"
            """);
    }

    // A client of the size that makers of small systems want: what is added to a program that does nothing.
    [Theory]
    [InlineData("gcc")]
    [InlineData("musl-gcc")]
    public void A_static_client_is_at_most_100_KB_larger_than_an_empty_program(string compiler)
    {
        var library = Built.Library(compiler == "gcc" ? Variant.Plain : Variant.Musl);
        using var folder = new TempDirectory();
        folder.Write("empty.c", "int main(void) { return 0; }");
        folder.Write("client.c", """
            #include "mmm.h"
            int main(void)
            {
                Mmm *mmm = mmm_new(-1, -1, MMM_FLAG_DEFAULT, 0);
                while (mmm && mmm_wait(mmm, -1))
                    if (mmm_get_event(mmm) || mmm_client_check_size(mmm, 0, 0)) {
                        mmm_get_buffer_write(mmm, 0, 0, 0, 0);
                        mmm_write_done(mmm, 0, 0, -1, -1);
                    }
                return 0;
            }
            """);
        foreach (var name in (string[])["empty", "client"])
            Shell.Run($"{compiler} -Os -static -s -Isrc/LibMmm/include -o {folder[name]} {folder[name]}.c {library}/libmmm.a");
        var added = new FileInfo(folder["client"]).Length - new FileInfo(folder["empty"]).Length;
        Assert.True(added <= 100_000, $"{added} bytes");
    }
}
