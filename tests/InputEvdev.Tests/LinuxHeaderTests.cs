using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using static InputEvdev.LinuxInput;

namespace InputEvdev.Tests;

public class LinuxHeaderTests
{
    [Fact]
    public void Sizes_offsets_codes_and_requests_are_those_of_the_kernel_headers()
    {
        var claims = new List<(string C, long Ours)>
        {
            ("EVIOCGNAME(256)", (uint)EVIOCGNAME(256)),
            ("EVIOCGPROP(4)", (uint)EVIOCGPROP(4)),
            ("EVIOCGBIT(EV_KEY, 96)", (uint)EVIOCGBIT(EV_KEY, 96)),
            ("EVIOCGBIT(EV_ABS, 8)", (uint)EVIOCGBIT(EV_ABS, 8)),
            ("EVIOCGID", (uint)EVIOCGID),
            ("EVIOCGMTSLOTS(44)", (uint)EVIOCGMTSLOTS(44)),
            ("EVIOCGKEY(96)", (uint)EVIOCGKEY(96)),
            ("sizeof(struct input_id)", Marshal.SizeOf<input_id>()),
            ("offsetof(struct input_id, product)", Marshal.OffsetOf<input_id>("product")),
            ("EVIOCGABS(ABS_X)", (uint)EVIOCGABS(ABS_X)),
            ("EVIOCGABS(ABS_Y)", (uint)EVIOCGABS(ABS_Y)),
            ("sizeof(struct input_event)", Marshal.SizeOf<input_event>()),
            ("sizeof(struct input_absinfo)", Marshal.SizeOf<input_absinfo>()),
        };
        foreach (var field in typeof(input_event).GetFields())
        {
            var name = field.Name.StartsWith("tv_") ? "time." + field.Name : field.Name;
            claims.Add(($"offsetof(struct input_event, {name})", Marshal.OffsetOf<input_event>(field.Name)));
        }
        foreach (var field in typeof(input_absinfo).GetFields())
            claims.Add(($"offsetof(struct input_absinfo, {field.Name})", Marshal.OffsetOf<input_absinfo>(field.Name)));
        foreach (var constant in typeof(LinuxInput).GetFields(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
            claims.Add((constant.Name, Convert.ToInt64(constant.GetRawConstantValue())));
        foreach (var key in Enum.GetValues<KeyCode>()) claims.Add((key.ToString(), (long)key));
        Assert.True(claims.Count > 290);

        var program = "#include <stddef.h>\n#include <time.h>\n#include <linux/major.h>\n#include <linux/input.h>\n"
            + string.Concat(claims.Select(claim => $"_Static_assert({claim.C} == {claim.Ours}, \"{claim.C} is not {claim.Ours}\");\n"));
        var (exitCode, errors) = Compile(program);
        Assert.True(exitCode == 0, errors);
    }

    [Fact]
    public void Keys_and_buttons_are_told_apart_as_the_header_names_them()
    {
        const string header = "/usr/include/linux/input-event-codes.h";
        Assert.True(File.Exists(header), $"{header} is missing; install linux-libc-dev");
        var checkedCodes = 0;
        foreach (var line in File.ReadLines(header))
        {
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words is not ["#define", var name, var number, ..] || !(name.StartsWith("KEY_") || name.StartsWith("BTN_"))) continue;
            if (name is "KEY_RESERVED" or "KEY_MAX" or "KEY_CNT" || !char.IsDigit(number[0])) continue;
            var code = number.StartsWith("0x") ? Convert.ToInt32(number, 16) : int.Parse(number);
            Assert.True(IsKey(code) == name.StartsWith("KEY_"), name);
            checkedCodes++;
        }
        Assert.InRange(checkedCodes, 400, 1000);
    }

    private static (int ExitCode, string Errors) Compile(string program)
    {
        try
        {
            var start = new ProcessStartInfo("gcc", "-fsyntax-only -xc -") { RedirectStandardInput = true, RedirectStandardError = true };
            using var gcc = Process.Start(start)!;
            var errors = gcc.StandardError.ReadToEndAsync();
            gcc.StandardInput.Write(program);
            gcc.StandardInput.Close();
            gcc.WaitForExit();
            return (gcc.ExitCode, errors.Result);
        }
        catch (Win32Exception)
        {
            Assert.Fail("gcc is missing; install gcc and linux-libc-dev");
            throw;
        }
    }
}
