using System.Diagnostics;
using Tmds.Linux;
using static GpioButtons.LinuxGpio;
using static Tmds.Linux.LibC;

namespace GpioButtons;

/// <summary>The lines of a matrix keypad.</summary>
internal interface IKeypadLines : IDisposable
{
    /// <summary>Readable when a column has changed.</summary>
    int FileDescriptor { get; }

    /// <summary>Forgets the changes so far.</summary>
    void DiscardEdges();

    /// <summary>Drives some rows, the first in bit 0, and reads which columns they reach. Returns false if the chip is gone.</summary>
    bool TryRead(ulong rows, out ulong columns);
}

/// <summary>
/// Those of a chip. Rows that are not driven float (open drain or open source; the kernel switches them to inputs if the chip cannot), so
/// two keys of a column that are down do not connect a driven row with one of the other level.
/// </summary>
internal sealed unsafe class KeypadLines : IKeypadLines
{
    private const long SettleNs = 10_000; // a pull-up of 50 kOhm charges a line of 100 pF in 5 us
    private readonly GpioChip _chip;
    private int _rows;
    private int _columns;
    private readonly int _columnCount;
    private readonly int _rowCount;

    /// <exception cref="GpioLineException">The chip or a line cannot be used: one line for people.</exception>
    public KeypadLines(KeypadConfig config)
    {
        (_rowCount, _columnCount) = (config.Rows.Count, config.Columns.Count);
        var activeLow = config.ActiveLow ? GPIO_V2_LINE_FLAG_ACTIVE_LOW : 0;
        var pull = config.Pull == ButtonPull.Auto ? (config.ActiveLow ? ButtonPull.Up : ButtonPull.Down) : config.Pull;
        _rows = _columns = -1;
        _chip = new GpioChip($"/dev/gpiochip{config.Chip}");
        try
        {
            _columns = _chip.RequestLines([.. config.Columns.Select(l => l.Number)], activeLow | GPIO_V2_LINE_FLAG_INPUT | pull switch
            {
                ButtonPull.Up => GPIO_V2_LINE_FLAG_BIAS_PULL_UP,
                ButtonPull.Down => GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN,
                _ => GPIO_V2_LINE_FLAG_BIAS_DISABLED,
            } | GPIO_V2_LINE_FLAG_EDGE_RISING | GPIO_V2_LINE_FLAG_EDGE_FALLING, 0);
            fcntl(_columns, F_SETFL, fcntl(_columns, F_GETFL) | O_NONBLOCK);
            _rows = _chip.RequestLines([.. config.Rows.Select(l => l.Number)], activeLow | GPIO_V2_LINE_FLAG_OUTPUT
                | (config.ActiveLow ? GPIO_V2_LINE_FLAG_OPEN_DRAIN : GPIO_V2_LINE_FLAG_OPEN_SOURCE), ulong.MaxValue);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public int FileDescriptor => _columns;

    public void DiscardEdges()
    {
        const int most = 16;
        var events = stackalloc gpio_v2_line_event[most];
        for (var reads = 0; reads < 64 && read(_columns, events, most * sizeof(gpio_v2_line_event)) > 0; reads++)
        {
        }
    }

    public bool TryRead(ulong rows, out ulong columns)
    {
        columns = 0;
        if (!GpioChip.TryWrite(_rows, _rowCount, rows))
            return false;
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start).Ticks * 100 < SettleNs)
            Thread.SpinWait(20);
        return GpioChip.TryRead(_columns, _columnCount, out columns);
    }

    public void Dispose()
    {
        if (_rows >= 0)
            close(_rows);
        if (_columns >= 0)
            close(_columns);
        (_rows, _columns) = (-1, -1);
        _chip.Dispose();
    }
}
