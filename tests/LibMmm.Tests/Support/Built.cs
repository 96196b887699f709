using System.Collections.Concurrent;

namespace LibMmm.Tests.Support;

/// <summary>How the library and the test programs are compiled.</summary>
/// <param name="Compiler">The command.</param>
/// <param name="Flags">For compiling and linking.</param>
/// <param name="Runner">What runs the programs; empty for the machine itself.</param>
internal sealed record Variant(string Compiler, string Flags, string Runner = "")
{
    /// <summary>For this machine, with the address and the undefined-behaviour sanitizer.</summary>
    public static readonly Variant Sanitized = new("gcc", "-g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all");

    /// <summary>For this machine, with the sanitizer that finds races of threads.</summary>
    public static readonly Variant Threads = new("gcc", "-g -O1 -fsanitize=thread");

    /// <summary>For this machine, as it is installed.</summary>
    public static readonly Variant Plain = new("gcc", "-g -O2");

    /// <summary>Programs of 32-bit ARM, run by an emulator.</summary>
    public static readonly Variant Arm = new("arm-linux-gnueabihf-gcc", "-O2 -static", "qemu-arm-static ");

    /// <summary>With the C library musl, statically linked.</summary>
    public static readonly Variant Musl = new("musl-gcc", "-O2 -static");

    public static Variant Of(string name) => name switch
    {
        "sanitized" => Sanitized,
        "threads" => Threads,
        "plain" or "valgrind" => Plain,
        "arm" => Arm,
        "musl" => Musl,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such variant"),
    };
}

/// <summary>The library and the programs of the folder c, compiled at their first use.</summary>
internal static class Built
{
    private static readonly string s_root = MakeRoot();
    private static int s_count;
    private static readonly ConcurrentDictionary<Variant, Lazy<string>> s_libraries = [];
    private static readonly ConcurrentDictionary<(Variant, string), Lazy<string>> s_programs = [];

    /// <summary>The folder of the sources of the test programs.</summary>
    public const string Sources = "tests/LibMmm.Tests/c";

    /// <summary>What the test programs are compiled with.</summary>
    public const string Flags = "-std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -Isrc/LibMmm/include";

    /// <summary>A folder with libmmm.a, libmmm.so.0 and mmm.pc.</summary>
    public static string Library(Variant variant) => s_libraries.GetOrAdd(variant, v => new(() =>
    {
        var folder = Directory.CreateDirectory(Path.Combine(s_root, $"library-{Interlocked.Increment(ref s_count)}")).FullName;
        var flags = v.Flags.Replace("-static", "", StringComparison.Ordinal);
        Shell.Run($"make -s -C src/LibMmm BUILD={folder} CC={v.Compiler} CFLAGS='{flags}' LDFLAGS='{flags}'");
        return folder;
    })).Value;

    /// <summary>A program, linked with the static library.</summary>
    public static string Program(Variant variant, string name) => s_programs.GetOrAdd((variant, name), _ => new(() =>
    {
        var folder = Library(variant);
        var program = Path.Combine(folder, name);
        Shell.Run($"{variant.Compiler} {variant.Flags} {Flags} -o {program} {Sources}/{name}.c {folder}/libmmm.a -pthread");
        return program;
    })).Value;

    /// <summary>A path of a file or folder that is removed with the programs.</summary>
    public static string Scratch(string name) => Path.Combine(s_root, name);

    private static string MakeRoot()
    {
        var path = Directory.CreateTempSubdirectory("mmm-libmmm-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(path, recursive: true);
        return path;
    }
}
