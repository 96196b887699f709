using Desktop.Wayland.Wire;
using Displays;
using Mmm;

namespace Desktop.Wayland;

/// <summary>
/// Buffers of one size, in memory that is shared with the compositor. A buffer that the compositor still reads is not written. Each buffer
/// has a record of what it lacks, so that only that is copied.
/// </summary>
internal sealed class WaylandBuffers : IDisposable
{
    /// <summary>Formats of wl_shm: the second has transparency.</summary>
    public const uint Argb8888 = 0, Xrgb8888 = 1;

    private readonly WaylandClient _client;
    private readonly Buffer[] _buffers;
    private readonly int _width;
    private readonly int _bytes; // of one buffer
    private readonly WindowMemory _memory;

    private sealed class Buffer
    {
        public uint Id;
        public bool IsHeld; // by the compositor
        public readonly RectSet Lacks = new();
    }

    /// <param name="client">The connection.</param>
    /// <param name="shm">The wl_shm.</param>
    /// <param name="width">The width in pixels.</param>
    /// <param name="height">The height in pixels; all buffers together may have 2 GB.</param>
    /// <param name="count">The number of buffers.</param>
    /// <param name="format">The format of wl_shm.</param>
    /// <exception cref="MmmException">There is not enough memory.</exception>
    public WaylandBuffers(WaylandClient client, uint shm, int width, int height, int count, uint format)
    {
        (_client, _width, _bytes) = (client, width, width * height * 4);
        _memory = new WindowMemory("wayland", (width, height), count);
        const int createPool = 0, createBuffer = 0, destroyPool = 1;
        var pool = client.New();
        client.Request(shm, createPool).UInt(pool).Descriptor(_memory.File).Int(_bytes * count).End();
        _buffers = new Buffer[count];
        for (var i = 0; i < count; i++)
        {
            var buffer = _buffers[i] = new Buffer();
            buffer.Id = client.New((int _, ref WireReader _) => buffer.IsHeld = false); // release
            buffer.Lacks.Add(new Rect(0, 0, width, height));
            client.Request(pool, createBuffer)
                .UInt(buffer.Id).Int(i * _bytes).Int(width).Int(height).Int(width * 4).UInt(format).End();
        }
        client.Request(pool, destroyPool).End(); // the buffers keep it
    }

    /// <summary>True if a buffer can be filled.</summary>
    public bool HasFree => Array.Exists(_buffers, b => !b.IsHeld);

    /// <summary>
    /// Copies into a free buffer what it lacks of the picture. The compositor then holds that buffer. Returns its object.
    /// </summary>
    /// <param name="picture">All rows of the picture.</param>
    /// <param name="changed">The parts that have changed since the last call.</param>
    public uint Fill(ReadOnlySpan<uint> picture, ReadOnlySpan<Rect> changed)
    {
        foreach (var buffer in _buffers)
        {
            foreach (var rect in changed)
                buffer.Lacks.Add(rect);
        }
        var at = Array.FindIndex(_buffers, b => !b.IsHeld);
        _memory.Copy((long)at * _bytes, picture, _width, _buffers[at].Lacks.Rects);
        _buffers[at].Lacks.Clear();
        _buffers[at].IsHeld = true;
        return _buffers[at].Id;
    }

    /// <summary>Destroys the buffers and unmaps their memory; the compositor has a mapping of its own.</summary>
    public void Dispose()
    {
        const int destroy = 0;
        foreach (var buffer in _buffers)
            _client.Request(buffer.Id, destroy).End();
        _memory.Dispose();
    }
}
