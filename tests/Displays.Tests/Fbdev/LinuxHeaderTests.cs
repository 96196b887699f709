using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Displays.Tests.Fbdev;

public class LinuxHeaderTests
{
    [Fact]
    public void Structs_constants_and_requests_are_those_of_the_kernel_headers()
    {
        var claims = new List<(string C, long Ours)>();
        Type[] headers = [typeof(LinuxFb), typeof(LinuxVt)];
        const BindingFlags constants = BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly;
        foreach (var constant in headers.SelectMany(h => h.GetFields(constants)))
            claims.Add((constant.Name, Convert.ToInt64(constant.GetRawConstantValue())));
        foreach (var type in headers.SelectMany(h => h.GetNestedTypes()))
        {
            claims.Add(($"sizeof(struct {type.Name})", Marshal.SizeOf(type)));
            foreach (var field in type.GetFields())
                claims.Add(($"offsetof(struct {type.Name}, {field.Name})", Marshal.OffsetOf(type, field.Name)));
        }
        Assert.True(claims.Count > 90, $"{claims.Count} claims");

        var program = "#include <stddef.h>\n#include <sys/ioctl.h>\n#include <linux/fb.h>\n#include <linux/vt.h>\n"
            + "#include <linux/major.h>\n#include <linux/kd.h>\n"
            + string.Concat(claims.Select(claim => $"_Static_assert({claim.C} == {claim.Ours}, \"{claim.C} is not {claim.Ours}\");\n"));
        using var gcc = Process.Start(new ProcessStartInfo("gcc", "-fsyntax-only -xc -")
            { RedirectStandardInput = true, RedirectStandardError = true })!;
        gcc.StandardInput.Write(program);
        gcc.StandardInput.Close();
        var errors = gcc.StandardError.ReadToEnd();
        gcc.WaitForExit();
        Assert.True(gcc.ExitCode == 0, errors);
    }
}
