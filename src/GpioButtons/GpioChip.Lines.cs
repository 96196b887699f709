using Tmds.Linux;
using static GpioButtons.LinuxGpio;
using static Tmds.Linux.LibC;

namespace GpioButtons;

/// <content>Requests of several lines at once, whose levels are read and set together.</content>
internal sealed unsafe partial class GpioChip
{
    /// <summary>Requests lines that all have the same flags.</summary>
    /// <param name="lines">The numbers of the lines, 1 to 64.</param>
    /// <param name="flags">GPIO_V2_LINE_FLAG_…</param>
    /// <param name="values">For outputs: the levels at first, the first line in bit 0.</param>
    /// <returns>The descriptor of all lines, which the caller must close.</returns>
    /// <exception cref="GpioLineException">No such line, in use, or the chip cannot do what the flags say.</exception>
    public int RequestLines(IReadOnlyList<int> lines, ulong flags, ulong values)
    {
        gpio_v2_line_request request = default;
        request.num_lines = (uint)lines.Count;
        "mmm"u8.CopyTo(new Span<byte>(request.consumer, GPIO_MAX_NAME_SIZE));
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines[i] < 0 || lines[i] >= Lines)
                throw new GpioLineException($"{_path}: no line {lines[i]}; the chip has lines 0 to {Lines - 1}");
            request.offsets[i] = (uint)lines[i];
        }
        request.config.flags = flags;
        if ((flags & GPIO_V2_LINE_FLAG_OUTPUT) != 0)
        {
            request.config.attrs[0].attr.id = GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES;
            request.config.attrs[0].attr.values = values;
            request.config.attrs[0].mask = ulong.MaxValue >> (GPIO_V2_LINES_MAX - lines.Count);
            request.config.num_attrs = 1;
        }
        if (ioctl(_fd, unchecked((int)GPIO_V2_GET_LINE_IOCTL), &request) >= 0)
            return request.fd;
        var error = errno;
        var text = string.Join(", ", lines);
        if (error != EBUSY)
            throw new GpioLineException($"{_path} lines {text}: {Text(error)}; the chip does not support this direction, pull or edge");
        var used = lines.FirstOrDefault(l => TryInfo(l, out var info) && (info.flags & GPIO_V2_LINE_FLAG_USED) != 0, lines[0]);
        throw new GpioLineException($"{_path} line {used}: in use by \"{Consumer(used)}\"; end that use, or choose another line");
    }

    /// <summary>Reads the levels of requested lines, the first line in bit 0. Returns false if the chip is gone.</summary>
    public static bool TryRead(int fd, int count, out ulong levels)
    {
        var values = new gpio_v2_line_values { mask = ulong.MaxValue >> (GPIO_V2_LINES_MAX - count) };
        var isRead = ioctl(fd, unchecked((int)GPIO_V2_LINE_GET_VALUES_IOCTL), &values) >= 0;
        levels = values.bits & values.mask;
        return isRead;
    }

    /// <summary>Sets the levels of requested outputs, the first line in bit 0. Returns false if the chip is gone.</summary>
    public static bool TryWrite(int fd, int count, ulong levels)
    {
        var values = new gpio_v2_line_values { mask = ulong.MaxValue >> (GPIO_V2_LINES_MAX - count), bits = levels };
        return ioctl(fd, unchecked((int)GPIO_V2_LINE_SET_VALUES_IOCTL), &values) >= 0;
    }
}
