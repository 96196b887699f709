using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace GpioButtons.Tests;

/// <summary>
/// A matrix without diodes: keys that are down connect a row with a column, and current flows through any number of them, in both
/// directions.
/// </summary>
internal sealed unsafe class FakeKeypadLines(int rows, int columns) : IKeypadLines
{
    private readonly HashSet<(int Row, int Column)> _down = [];
    private ulong _driven = ulong.MaxValue;
    private ulong _seen;

    public int FileDescriptor { get; private set; } = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    public IReadOnlySet<(int Row, int Column)> Down => _down;

    public int Reads { get; private set; }

    public bool IsGone { get; set; }

    /// <summary>Presses a key, or releases it.</summary>
    public void Press(int row, int column, bool pressed = true)
    {
        if (pressed)
            _down.Add((row, column));
        else
            _down.Remove((row, column));
        Follow();
    }

    public void DiscardEdges()
    {
        ulong count;
        read(FileDescriptor, &count, sizeof(ulong));
    }

    public bool TryRead(ulong driven, out ulong seen)
    {
        Reads++;
        _driven = driven & (ulong.MaxValue >> (64 - rows));
        Follow();
        seen = _seen;
        return !IsGone;
    }

    // The columns that a driven row reaches; a change is an edge.
    private void Follow()
    {
        var (hot, reached) = (_driven, 0UL);
        for (var more = true; more;)
        {
            more = false;
            foreach (var (row, column) in _down)
            {
                var (r, c) = (1UL << row, 1UL << column);
                if ((hot & r) != 0 == ((reached & c) != 0))
                    continue;
                (hot, reached, more) = (hot | r, reached | c, true);
            }
        }
        reached &= ulong.MaxValue >> (64 - columns);
        if (reached == _seen)
            return;
        _seen = reached;
        ulong one = 1;
        write(FileDescriptor, &one, sizeof(ulong));
    }

    public void Dispose()
    {
        if (FileDescriptor >= 0)
            close(FileDescriptor);
        FileDescriptor = -1;
    }
}
