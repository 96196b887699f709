using System.Globalization;

namespace LibMmm.Tests;

/// <summary>libFuzzer over the fields of the shared file, on both sides and in both layouts.</summary>
public class FuzzTests
{
    // ./test long sets this to minutes.
    private static readonly int s_seconds =
        int.TryParse(Environment.GetEnvironmentVariable("MMM_FUZZ_SECONDS"), CultureInfo.InvariantCulture, out var seconds) ? seconds : 15;

    [Fact]
    public void No_field_makes_either_side_touch_other_memory()
    {
        var directory = Directory.CreateDirectory(Built.Scratch("fuzz")).FullName;
        var program = Built.Scratch("fuzzer");
        Shell.Run($"clang -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -D_FILE_OFFSET_BITS=64 {Built.Flags} "
            + $"-o {program} {Built.Sources}/fuzz.c src/LibMmm/*.c -pthread");
        var options = $"-max_total_time={s_seconds} -max_len=600 -artifact_prefix={directory}/";
        var output = Shell.Run($"MMM_PATH={directory} {program} {options} 2>&1 | grep -v '^mmm: '");
        Assert.Matches(@"Done [0-9]{3,} runs", output);
    }
}
