using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Displays.Tests;

public class DrmHeaderTests
{
    [Fact]
    public void Structs_requests_and_constants_are_those_of_the_kernel_headers()
    {
        var claims = new List<(string C, long Ours)>();
        foreach (var type in typeof(LinuxDrm).GetNestedTypes())
        {
            claims.Add(($"sizeof(struct {type.Name})", Marshal.SizeOf(type)));
            claims.AddRange(type.GetFields()
                .Select(f => ($"offsetof(struct {type.Name}, {f.Name})", (long)Marshal.OffsetOf(type, f.Name))));
        }
        claims.AddRange(typeof(LinuxDrm).GetFields(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Where(f => f.Name.StartsWith("DRM_", StringComparison.Ordinal))
            .Select(f => (f.Name, Convert.ToInt64(f.GetRawConstantValue()))));
        Assert.True(claims.Count > 150);

        var program = "#include <stddef.h>\n#include <drm/drm.h>\n#include <drm/drm_fourcc.h>\n"
            + string.Concat(claims.Select(c => $"_Static_assert({c.C} == {c.Ours}, \"{c.C} is not {c.Ours}\");\n"));
        var (exitCode, errors) = Compile(program);
        Assert.True(exitCode == 0, errors);
    }

    private static (int ExitCode, string Errors) Compile(string program)
    {
        var start = new ProcessStartInfo("clang", "--target=aarch64-linux-gnu -isystem /usr/aarch64-linux-gnu/include -fsyntax-only -xc -")
        {
            RedirectStandardInput = true, RedirectStandardError = true,
        };
        using var clang = Process.Start(start)!;
        var errors = clang.StandardError.ReadToEndAsync();
        clang.StandardInput.Write(program);
        clang.StandardInput.Close();
        clang.WaitForExit();
        return (clang.ExitCode, errors.Result);
    }
}
