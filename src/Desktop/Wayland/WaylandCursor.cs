using Mmm;

namespace Desktop.Wayland;

/// <summary>The picture of the pointer while it is over the window: an arrow, or nothing.</summary>
internal sealed class WaylandCursor : IDisposable
{
    private const int Side = 20;

    // # is black, o white, blank is transparent; the tip is the top left.
    private static readonly string[] Arrow =
    [
        "#",
        "##",
        "#o#",
        "#oo#",
        "#ooo#",
        "#oooo#",
        "#ooooo#",
        "#oooooo#",
        "#ooooooo#",
        "#oooooooo#",
        "#oooooo####",
        "#ooo#oo#",
        "#oo# #oo#",
        "#o#  #oo#",
        "##    #oo#",
        "       ##",
    ];

    private readonly WaylandClient _client;
    private readonly uint _surface; // 0 if the pointer is hidden
    private readonly WaylandBuffers? _buffers;

    /// <param name="client">The connection.</param>
    /// <param name="compositor">The wl_compositor.</param>
    /// <param name="shm">The wl_shm.</param>
    /// <param name="isVisible">False to hide the pointer.</param>
    /// <exception cref="MmmException">There is not enough memory.</exception>
    public WaylandCursor(WaylandClient client, uint compositor, uint shm, bool isVisible)
    {
        const int createSurface = 0, attach = 1, damage = 2, commit = 6;
        _client = client;
        if (!isVisible)
            return;
        _buffers = new WaylandBuffers(client, shm, Side, Side, 1, WaylandBuffers.Argb8888);
        _surface = client.New();
        client.Request(compositor, createSurface).UInt(_surface).End();
        client.Request(_surface, attach).UInt(_buffers.Fill(Pixels(), [])).Int(0).Int(0).End();
        client.Request(_surface, damage).Int(0).Int(0).Int(Side).Int(Side).End();
        client.Request(_surface, commit).End();
    }

    private static uint[] Pixels()
    {
        var pixels = new uint[Side * Side];
        for (var y = 0; y < Arrow.Length; y++)
        {
            for (var x = 0; x < Arrow[y].Length; x++)
                pixels[y * Side + x] = Arrow[y][x] switch { '#' => 0xFF000000, 'o' => 0xFFFFFFFF, _ => 0 };
        }
        return pixels;
    }

    /// <summary>Sets the picture of a pointer that has entered the window.</summary>
    public void Set(uint pointer, uint serial)
    {
        if (pointer != 0)
            _client.Request(pointer, 0).UInt(serial).UInt(_surface).Int(0).Int(0).End();
    }

    public void Dispose() => _buffers?.Dispose();
}
