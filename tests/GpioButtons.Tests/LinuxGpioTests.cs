using System.Diagnostics;
using System.Reflection;
using System.Text;

namespace GpioButtons.Tests;

public unsafe class LinuxGpioTests
{
    [Fact]
    public void Numbers_sizes_and_offsets_are_those_of_the_kernel_header()
    {
        StringBuilder c = new("#include <linux/gpio.h>\n#include <stddef.h>\n");
        foreach (FieldInfo constant in typeof(LinuxGpio).GetFields(BindingFlags.Public | BindingFlags.Static))
            Same(constant.Name, Convert.ToUInt64(constant.GetRawConstantValue()));

        gpiochip_info chip;
        Size("gpiochip_info", sizeof(gpiochip_info));
        Offset("gpiochip_info", "label", chip.label - (byte*)&chip);
        Offset("gpiochip_info", "lines", (byte*)&chip.lines - (byte*)&chip);

        gpio_v2_line_values values;
        Size("gpio_v2_line_values", sizeof(gpio_v2_line_values));
        Offset("gpio_v2_line_values", "mask", (byte*)&values.mask - (byte*)&values);

        gpio_v2_line_attribute attribute;
        Size("gpio_v2_line_attribute", sizeof(gpio_v2_line_attribute));
        Offset("gpio_v2_line_attribute", "id", (byte*)&attribute.id - (byte*)&attribute);
        Offset("gpio_v2_line_attribute", "flags", (byte*)&attribute.flags - (byte*)&attribute);
        Offset("gpio_v2_line_attribute", "values", (byte*)&attribute.values - (byte*)&attribute);
        Offset("gpio_v2_line_attribute", "debounce_period_us", (byte*)&attribute.debounce_period_us - (byte*)&attribute);

        gpio_v2_line_config_attribute configAttribute;
        Size("gpio_v2_line_config_attribute", sizeof(gpio_v2_line_config_attribute));
        Offset("gpio_v2_line_config_attribute", "mask", (byte*)&configAttribute.mask - (byte*)&configAttribute);

        gpio_v2_line_config config;
        Size("gpio_v2_line_config", sizeof(gpio_v2_line_config));
        Offset("gpio_v2_line_config", "num_attrs", (byte*)&config.num_attrs - (byte*)&config);
        Offset("gpio_v2_line_config", "attrs", (byte*)&config.attrs - (byte*)&config);

        gpio_v2_line_request request;
        Size("gpio_v2_line_request", sizeof(gpio_v2_line_request));
        Offset("gpio_v2_line_request", "consumer", request.consumer - (byte*)&request);
        Offset("gpio_v2_line_request", "config", (byte*)&request.config - (byte*)&request);
        Offset("gpio_v2_line_request", "num_lines", (byte*)&request.num_lines - (byte*)&request);
        Offset("gpio_v2_line_request", "event_buffer_size", (byte*)&request.event_buffer_size - (byte*)&request);
        Offset("gpio_v2_line_request", "fd", (byte*)&request.fd - (byte*)&request);

        gpio_v2_line_info info;
        Size("gpio_v2_line_info", sizeof(gpio_v2_line_info));
        Offset("gpio_v2_line_info", "consumer", info.consumer - (byte*)&info);
        Offset("gpio_v2_line_info", "offset", (byte*)&info.offset - (byte*)&info);
        Offset("gpio_v2_line_info", "num_attrs", (byte*)&info.num_attrs - (byte*)&info);
        Offset("gpio_v2_line_info", "flags", (byte*)&info.flags - (byte*)&info);
        Offset("gpio_v2_line_info", "attrs", (byte*)&info.attrs - (byte*)&info);

        gpio_v2_line_event lineEvent;
        Size("gpio_v2_line_event", sizeof(gpio_v2_line_event));
        Offset("gpio_v2_line_event", "timestamp_ns", (byte*)&lineEvent.timestamp_ns - (byte*)&lineEvent);
        Offset("gpio_v2_line_event", "id", (byte*)&lineEvent.id - (byte*)&lineEvent);
        Offset("gpio_v2_line_event", "offset", (byte*)&lineEvent.offset - (byte*)&lineEvent);
        Offset("gpio_v2_line_event", "seqno", (byte*)&lineEvent.seqno - (byte*)&lineEvent);
        Offset("gpio_v2_line_event", "line_seqno", (byte*)&lineEvent.line_seqno - (byte*)&lineEvent);

        Assert.Equal("", Compile(c.ToString()));

        void Same(string expression, ulong value) => c.AppendLine($"_Static_assert(({expression}) == {value}ull, \"{expression}\");");
        void Size(string type, int value) => Same($"sizeof(struct {type})", (ulong)value);
        void Offset(string type, string field, long value) => Same($"offsetof(struct {type}, {field})", (ulong)value);
    }

    private static string Compile(string source)
    {
        using Process gcc = Process.Start(new ProcessStartInfo("gcc", "-std=c11 -fsyntax-only -x c -")
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        })!;
        gcc.StandardInput.Write(source);
        gcc.StandardInput.Close();
        string errors = gcc.StandardError.ReadToEnd();
        gcc.WaitForExit();
        return gcc.ExitCode == 0 ? "" : errors;
    }
}
