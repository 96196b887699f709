using System.Runtime.InteropServices;
using Mmm;
using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace View.Host;

/// <summary>
/// The screen's pixels in memory that the host writes: XRGB8888 rows without gaps, of which the top byte has no meaning. It stays mapped
/// while a reader uses it.
/// </summary>
internal sealed unsafe class PixelMap : SafeHandle
{
    private const int MostSide = 16384;

    private PixelMap(int width, int height, nint address) : base(-1, ownsHandle: true)
    {
        (Width, Height) = (width, height);
        SetHandle(address);
    }

    /// <summary>A black picture, for the time before the first host.</summary>
    public static PixelMap Black(int width, int height)
    {
        const int anonymous = 0x20;
        var address = mmap(null, (size_t)(4ul * (ulong)width * (ulong)height), PROT_READ, MAP_PRIVATE | anonymous, -1, (off_t)0L);
        return new PixelMap(width, height, (nint)address);
    }

    /// <summary>Maps the host's file. Returns null if it does not have that size.</summary>
    /// <param name="fd">The file, which the caller closes.</param>
    /// <param name="width">Pixels across.</param>
    /// <param name="height">Pixels down.</param>
    public static PixelMap? TryMap(int fd, int width, int height)
    {
        if (width is < 1 or > MostSide || height is < 1 or > MostSide)
            return null;
        var bytes = 4ul * (ulong)width * (ulong)height;
        if (Sys.FileLength(fd) < (long)bytes)
            return null;
        var address = mmap(null, (size_t)bytes, PROT_READ, MAP_SHARED, fd, (off_t)0L);
        return (nint)address == -1 ? null : new PixelMap(width, height, (nint)address);
    }

    /// <summary>Pixels across.</summary>
    public int Width { get; }

    /// <summary>Pixels down.</summary>
    public int Height { get; }

    /// <summary>The whole picture.</summary>
    public Rect Bounds => new(0, 0, Width, Height);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == -1;

    /// <summary>The pixels of a row from <paramref name="x"/> on. The caller must hold a reference (<see cref="Use"/>).</summary>
    public ReadOnlySpan<uint> Row(int x, int y, int count) => new((uint*)handle + (long)y * Width + x, count);

    /// <summary>Keeps the memory mapped until the result is disposed.</summary>
    public Reference Use()
    {
        var taken = false;
        DangerousAddRef(ref taken);
        return new Reference(this);
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => munmap((void*)handle, (size_t)(4ul * (ulong)Width * (ulong)Height)) == 0;

    /// <summary>A use of the memory.</summary>
    internal readonly struct Reference(PixelMap map) : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose() => map.DangerousRelease();
    }
}
