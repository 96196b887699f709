using System.Diagnostics;

namespace FbHost.Tests.Seccomp;

/// <summary>An architecture's system calls, from the kernel's header.</summary>
internal sealed record SystemCalls(string Name, uint Arch, IReadOnlyDictionary<string, int> Numbers)
{
    private static readonly Dictionary<string, SystemCalls> Read = [];

    /// <summary>x64, i386, arm64 or arm.</summary>
    public static SystemCalls Of(string name)
    {
        lock (Read)
        {
            if (!Read.TryGetValue(name, out var calls))
                Read[name] = calls = ReadHeader(name);
            return calls;
        }
    }

    // Numbers are expressions of other macros, so the compiler calculates them.
    private static SystemCalls ReadHeader(string name)
    {
        var (arch, header, options) = name switch
        {
            "x64" => (0xC000_003Eu, "asm/unistd_64.h", ""),
            "i386" => (0x4000_0003u, "asm/unistd_32.h", ""),
            "arm64" => (0xC000_00B7u, "asm/unistd.h", Cross("aarch64-linux-gnu") + "-D__aarch64__"),
            _ => (0x4000_0028u, "asm/unistd.h", Cross("arm-linux-gnueabihf") + "-D__arm__ -D__ARM_EABI__"),
        };
        var names = Compile(options + " -dM", $"#include <{header}>\n").Split('\n')
            .Where(l => l.StartsWith("#define __NR_", StringComparison.Ordinal)).Select(l => l.Split(' ')[1]["__NR_".Length..]).ToList();
        var expressions = Compile(options + " -P", $"#include <{header}>\n" + string.Concat(names.Select(n => $"= {n}_ __NR_{n}\n")));
        var numbers = new Dictionary<string, int>();
        foreach (var line in expressions.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var words = line.Split(' ', 3);
            if (words[0] == "=" && Sum(words[2]) is { } number)
                numbers[words[1][..^1]] = number;
        }
        Assert.True(numbers.Count > 280, $"{header} of {name} has {numbers.Count} system calls");
        return new SystemCalls(name, arch, numbers);
    }

    private static string Cross(string triplet) => $"-nostdinc -isystem /usr/{triplet}/include -U__x86_64__ ";

    // "17", or "(0 + 17)"; others are no system calls (__NR_SYSCALL_BASE, __NR_arch_specific_syscall).
    private static int? Sum(string text)
    {
        var sum = 0;
        foreach (var part in text.Trim('(', ')', ' ').Split('+'))
        {
            if (!int.TryParse(part.Trim('(', ')', ' '), out var number))
                return null;
            sum += number;
        }
        return sum;
    }

    private static string Compile(string options, string source)
    {
        using var gcc = Process.Start(new ProcessStartInfo("gcc", $"-E {options} -")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        gcc.StandardInput.Write(source);
        gcc.StandardInput.Close();
        var output = gcc.StandardOutput.ReadToEnd();
        gcc.WaitForExit();
        Assert.Equal(0, gcc.ExitCode);
        return output;
    }
}
