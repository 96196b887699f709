using System.Runtime.InteropServices;
using System.Text;
using Tmds.Linux;
using static GpioButtons.LinuxGpio;
using static Tmds.Linux.LibC;

namespace GpioButtons;

/// <summary>
/// An open <c>/dev/gpiochipN</c>: reads the chip's properties from the kernel and requests its lines. Every error is one line for people.
/// </summary>
internal sealed unsafe partial class GpioChip : IDisposable
{
    private readonly string _path;
    private int _fd;

    /// <summary>Opens the chip.</summary>
    /// <exception cref="GpioLineException">No such chip, no permission, or not a GPIO chip.</exception>
    public GpioChip(string path)
    {
        _path = path;
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
            _fd = open(name, O_RDWR | O_CLOEXEC | O_NONBLOCK, default);
        if (_fd < 0)
            throw new GpioLineException($"{path}: {OpenError(errno)}");
        gpiochip_info info;
        if (ioctl(_fd, unchecked((int)GPIO_GET_CHIPINFO_IOCTL), &info) < 0)
        {
            var error = errno;
            Dispose();
            throw new GpioLineException(error == ENOTTY || error == EINVAL
                ? $"{path}: is not a GPIO chip; name a /dev/gpiochipN"
                : $"{path}: {Text(error)}; check the chip's driver");
        }
        Lines = (int)info.lines;
        Name = Name32(info.name);
        Label = Name32(info.label);
    }

    /// <summary>The number of lines of the chip; they are numbered 0..Lines-1.</summary>
    public int Lines { get; }

    /// <summary>The kernel's name, such as <c>gpiochip0</c>.</summary>
    public string Name { get; }

    /// <summary>The N of <c>gpiochipN</c>; -1 if the chip has a name of another form.</summary>
    public int Number => Name.StartsWith("gpiochip", StringComparison.Ordinal) && int.TryParse(Name.AsSpan(8), out var n) ? n : -1;

    /// <summary>The kind of chip, such as <c>9030000.pl061</c>.</summary>
    public string Label { get; }

    /// <summary>Requests a line without changing its direction or level.</summary>
    /// <param name="line">The line's number.</param>
    /// <param name="consumer">Who uses the line, as other programs see it; the kernel keeps 31 bytes.</param>
    /// <returns>The line's descriptor, which the caller must close.</returns>
    /// <exception cref="GpioLineException">No such line, in use, or a kernel before 5.10.</exception>
    public int RequestLine(int line, string consumer = "mmm")
    {
        if (line < 0 || line >= Lines)
            throw new GpioLineException($"{_path}: no line {line}; the chip has lines 0 to {Lines - 1}");
        gpio_v2_line_request request = default;
        request.offsets[0] = (uint)line;
        request.num_lines = 1;
        Encoding.UTF8.TryGetBytes(consumer, new Span<byte>(request.consumer, GPIO_MAX_NAME_SIZE - 1), out _);
        if (ioctl(_fd, unchecked((int)GPIO_V2_GET_LINE_IOCTL), &request) >= 0)
            return request.fd;
        var error = errno;
        if (error == EBUSY)
            throw new GpioLineException($"{_path} line {line}: in use by \"{Consumer(line)}\"; end that use, or choose another line");
        throw new GpioLineException(error == EINVAL || error == ENOTTY
            ? $"{_path} line {line}: the kernel has no GPIO interface version 2; use kernel 5.10 or later"
            : $"{_path} line {line}: {Text(error)}; check the chip's driver");
    }

    /// <summary>Changes a requested line.</summary>
    /// <param name="line">The line's number, for the error.</param>
    /// <param name="fd">The line's descriptor.</param>
    /// <param name="flags">GPIO_V2_LINE_FLAG_…</param>
    /// <param name="debounceUs">For inputs: the debounce period in microseconds; 0 switches debouncing off.</param>
    /// <param name="high">For outputs: the level.</param>
    public void Configure(int line, int fd, ulong flags, uint debounceUs, bool high)
    {
        gpio_v2_line_config config = default;
        config.flags = flags;
        if ((flags & GPIO_V2_LINE_FLAG_OUTPUT) != 0)
        {
            config.attrs[0].attr.id = GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES;
            config.attrs[0].attr.values = high ? 1u : 0;
            config.attrs[0].mask = 1;
            config.num_attrs = 1;
        }
        else if (debounceUs > 0)
        {
            config.attrs[0].attr.id = GPIO_V2_LINE_ATTR_ID_DEBOUNCE;
            config.attrs[0].attr.debounce_period_us = debounceUs;
            config.attrs[0].mask = 1;
            config.num_attrs = 1;
        }
        if (ioctl(fd, unchecked((int)GPIO_V2_LINE_SET_CONFIG_IOCTL), &config) < 0)
            throw new GpioLineException($"{_path} line {line}: {Text(errno)}; the chip does not support this direction, pull or edge");
    }

    /// <summary>Reads the electrical level of a requested line.</summary>
    public bool Read(int line, int fd)
    {
        var values = new gpio_v2_line_values { mask = 1 };
        if (ioctl(fd, unchecked((int)GPIO_V2_LINE_GET_VALUES_IOCTL), &values) < 0)
            throw new GpioLineException($"{_path} line {line}: {Text(errno)}; check the chip's driver");
        return (values.bits & 1) != 0;
    }

    /// <summary>Sets the level of a requested output line.</summary>
    public void Write(int line, int fd, bool high)
    {
        var values = new gpio_v2_line_values { mask = 1, bits = high ? 1u : 0 };
        if (ioctl(fd, unchecked((int)GPIO_V2_LINE_SET_VALUES_IOCTL), &values) < 0)
            throw new GpioLineException($"{_path} line {line}: {Text(errno)}; only an output can be written");
    }

    public void Dispose()
    {
        if (_fd >= 0)
            close(_fd);
        _fd = -1;
    }

    /// <summary>Returns the name of each line, such as <c>GPIO17</c>; empty for a line without a name.</summary>
    public string[] LineNames()
    {
        var names = new string[Lines];
        for (var line = 0; line < Lines; line++)
            names[line] = TryInfo(line, out gpio_v2_line_info info) ? Name32(info.name) : "";
        return names;
    }

    /// <summary>Returns the lines that a program or a driver uses: number, name and user.</summary>
    public IEnumerable<(int Line, string Name, string Consumer)> UsedLines()
    {
        List<(int, string, string)> used = [];
        for (var line = 0; line < Lines; line++)
        {
            if (TryInfo(line, out gpio_v2_line_info info) && (info.flags & GPIO_V2_LINE_FLAG_USED) != 0)
                used.Add((line, Name32(info.name), Name32(info.consumer)));
        }
        return used;
    }

    private string Consumer(int line) => TryInfo(line, out gpio_v2_line_info info) ? Name32(info.consumer) : "?";

    private bool TryInfo(int line, out gpio_v2_line_info info)
    {
        info = default;
        info.offset = (uint)line;
        fixed (gpio_v2_line_info* to = &info)
            return ioctl(_fd, unchecked((int)GPIO_V2_GET_LINEINFO_IOCTL), to) >= 0;
    }

    private static string OpenError(int error)
    {
        if (error == EACCES || error == EPERM)
            return "permission denied; add the user to the group \"gpio\"";
        if (error == EISDIR)
            return "is not a GPIO chip; name a /dev/gpiochipN";
        if (error != ENOENT)
            return $"{Text(error)}; check the chip's driver";
        var chips = Directory.GetFiles("/dev", "gpiochip*");
        Array.Sort(chips, StringComparer.Ordinal);
        return chips.Length == 0
            ? "no such chip; this board has no GPIO chip, so check that its GPIO driver is loaded"
            : $"no such chip; this board has {string.Join(", ", chips)}";
    }

    private static string Name32(byte* name)
    {
        var bytes = new ReadOnlySpan<byte>(name, GPIO_MAX_NAME_SIZE);
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    private static string Text(int error) => Marshal.GetPInvokeErrorMessage(error).ToLowerInvariant();
}
