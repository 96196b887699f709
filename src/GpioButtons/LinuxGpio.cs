using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace GpioButtons;

/// <summary>
/// The parts of <c>linux/gpio.h</c> that are used, with the same names: the GPIO character device, version 2 (kernel 5.10 and later). A
/// test compiles the header and compares every number and offset.
/// </summary>
internal static class LinuxGpio
{
    public const int GPIO_MAX_NAME_SIZE = 32;
    public const int GPIO_V2_LINES_MAX = 64;
    public const int GPIO_V2_LINE_NUM_ATTRS_MAX = 10;

    public const uint GPIO_GET_CHIPINFO_IOCTL = 0x8044B401;
    public const uint GPIO_V2_GET_LINEINFO_IOCTL = 0xC100B405;
    public const uint GPIO_V2_GET_LINE_IOCTL = 0xC250B407;
    public const uint GPIO_V2_LINE_SET_CONFIG_IOCTL = 0xC110B40D;
    public const uint GPIO_V2_LINE_GET_VALUES_IOCTL = 0xC010B40E;
    public const uint GPIO_V2_LINE_SET_VALUES_IOCTL = 0xC010B40F;

    public const ulong GPIO_V2_LINE_FLAG_USED = 1 << 0;
    public const ulong GPIO_V2_LINE_FLAG_ACTIVE_LOW = 1 << 1;
    public const ulong GPIO_V2_LINE_FLAG_INPUT = 1 << 2;
    public const ulong GPIO_V2_LINE_FLAG_OUTPUT = 1 << 3;
    public const ulong GPIO_V2_LINE_FLAG_EDGE_RISING = 1 << 4;
    public const ulong GPIO_V2_LINE_FLAG_EDGE_FALLING = 1 << 5;
    public const ulong GPIO_V2_LINE_FLAG_OPEN_DRAIN = 1 << 6;
    public const ulong GPIO_V2_LINE_FLAG_OPEN_SOURCE = 1 << 7;
    public const ulong GPIO_V2_LINE_FLAG_BIAS_PULL_UP = 1 << 8;
    public const ulong GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN = 1 << 9;
    public const ulong GPIO_V2_LINE_FLAG_BIAS_DISABLED = 1 << 10;

    public const uint GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES = 2;
    public const uint GPIO_V2_LINE_ATTR_ID_DEBOUNCE = 3;

    public const uint GPIO_V2_LINE_EVENT_RISING_EDGE = 1;
    public const uint GPIO_V2_LINE_EVENT_FALLING_EDGE = 2;
}

internal unsafe struct gpiochip_info
{
    public fixed byte name[LinuxGpio.GPIO_MAX_NAME_SIZE];
    public fixed byte label[LinuxGpio.GPIO_MAX_NAME_SIZE];
    public uint lines;
}

internal struct gpio_v2_line_values
{
    public ulong bits;
    public ulong mask;
}

[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct gpio_v2_line_attribute
{
    [FieldOffset(0)] public uint id;
    [FieldOffset(4)] public uint padding;
    [FieldOffset(8)] public ulong flags;
    [FieldOffset(8)] public ulong values;
    [FieldOffset(8)] public uint debounce_period_us;
}

internal struct gpio_v2_line_config_attribute
{
    public gpio_v2_line_attribute attr;
    public ulong mask;
}

[InlineArray(LinuxGpio.GPIO_V2_LINE_NUM_ATTRS_MAX)]
internal struct gpio_v2_line_config_attributes
{
    private gpio_v2_line_config_attribute _first;
}

[InlineArray(LinuxGpio.GPIO_V2_LINE_NUM_ATTRS_MAX)]
internal struct gpio_v2_line_attributes
{
    private gpio_v2_line_attribute _first;
}

internal unsafe struct gpio_v2_line_config
{
    public ulong flags;
    public uint num_attrs;
    public fixed uint padding[5];
    public gpio_v2_line_config_attributes attrs;
}

internal unsafe struct gpio_v2_line_request
{
    public fixed uint offsets[LinuxGpio.GPIO_V2_LINES_MAX];
    public fixed byte consumer[LinuxGpio.GPIO_MAX_NAME_SIZE];
    public gpio_v2_line_config config;
    public uint num_lines;
    public uint event_buffer_size;
    public fixed uint padding[5];
    public int fd;
}

internal unsafe struct gpio_v2_line_info
{
    public fixed byte name[LinuxGpio.GPIO_MAX_NAME_SIZE];
    public fixed byte consumer[LinuxGpio.GPIO_MAX_NAME_SIZE];
    public uint offset;
    public uint num_attrs;
    public ulong flags;
    public gpio_v2_line_attributes attrs;
    public fixed uint padding[4];
}

internal unsafe struct gpio_v2_line_event
{
    public ulong timestamp_ns;
    public uint id;
    public uint offset;
    public uint seqno;
    public uint line_seqno;
    public fixed uint padding[6];
}
