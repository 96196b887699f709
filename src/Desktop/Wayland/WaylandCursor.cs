using Displays;
using Mmm;

namespace Desktop.Wayland;

/// <summary>The picture of the pointer while it is over the window: an arrow, or nothing.</summary>
internal sealed class WaylandCursor : IDisposable
{
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
        _buffers = new WaylandBuffers(client, shm, Arrow.Width, Arrow.Height, 1, WaylandBuffers.Argb8888);
        _surface = client.New();
        client.Request(compositor, createSurface).UInt(_surface).End();
        client.Request(_surface, attach).UInt(_buffers.Fill(Pixels(), [])).Int(0).Int(0).End();
        client.Request(_surface, damage).Int(0).Int(0).Int(Arrow.Width).Int(Arrow.Height).End();
        client.Request(_surface, commit).End();
    }

    private static uint[] Pixels() =>
        [.. Enumerable.Range(0, Arrow.Width * Arrow.Height).Select(i => Arrow.At(i % Arrow.Width, i / Arrow.Width))];

    /// <summary>Sets the picture of a pointer that has entered the window.</summary>
    public void Set(uint pointer, uint serial)
    {
        if (pointer != 0)
            _client.Request(pointer, 0).UInt(serial).UInt(_surface).Int(0).Int(0).End();
    }

    public void Dispose() => _buffers?.Dispose();
}
