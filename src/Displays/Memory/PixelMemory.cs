using System.Runtime.InteropServices;
using Displays.Pixels;
using Mmm;
using Mmm.Linux;
using Tmds.Linux;

namespace Displays;

/// <summary>
/// The bytes of the picture in a file or device, which is mapped or written by pwrite. A mapping is never read, because it may be uncached.
/// A copy of the picture is kept in ordinary memory if the caller requests it, or if pixels are not whole bytes: the bits of neighbouring
/// pixels are then needed.
/// </summary>
internal sealed unsafe class PixelMemory
{
    private readonly int _fd;
    private readonly byte* _mapped; // null if the bytes are written by pwrite
    private readonly PixelConverter _converter;
    private readonly int _width;
    private readonly int _height;
    private readonly int _stride;
    private readonly int _left;
    private readonly bool _isCopy;
    private readonly bool _wholeRows;
    private byte[] _bytes; // the copy, or room for converted rows before pwrite

    /// <param name="fd">The descriptor of the file or device, which the caller keeps.</param>
    /// <param name="mapped">The mapping of the whole file or device; null to use pwrite.</param>
    /// <param name="converter">The converter from XRGB8888 to bytes.</param>
    /// <param name="size">The size of the picture in pixels.</param>
    /// <param name="stride">The number of bytes from one row to the next.</param>
    /// <param name="left">The number of pixels of a row before the first pixel of the picture.</param>
    /// <param name="keepCopy">True to only keep written pixels in the copy until <see cref="WriteAgain"/> writes them.</param>
    /// <param name="wholeRows">
    /// True to write a part of the copy that covers several rows by one call, together with the bytes between its rows.
    /// </param>
    public PixelMemory(int fd, byte* mapped, PixelConverter converter, (int Width, int Height) size, int stride, int left, bool keepCopy,
        bool wholeRows = false)
    {
        _mapped = mapped;
        (_fd, _converter, _stride, _left) = (fd, converter, stride, left);
        (_width, _height) = size;
        _wholeRows = wholeRows && mapped == null && left == 0;
        _isCopy = keepCopy || converter.Layout.Bits % 8 != 0;
        KeepsCopy = keepCopy;
        _bytes = _isCopy ? new byte[stride * _height] : [];
    }

    public bool KeepsCopy { get; }

    /// <summary>
    /// A mapping of a file that other programs may truncate; null if there is none. A rectangle that covers only a part of its rows is
    /// copied into the mapping by a system call that cannot fault, in a tenth of the time that one pwrite per row takes.
    /// </summary>
    public byte* Guarded { get; init; }

    /// <summary>
    /// True for the kernel's emulated framebuffers. They treat a write within one row that ends at the end of the row as empty and do not
    /// show it (drm_fb_helper_memory_range_to_clip: the end modulo the row's length is 0; seen with Linux 6.1).
    /// </summary>
    public bool MissesRowEnds { get; init; }

    /// <summary>The errno of the last write; 0 if it succeeded.</summary>
    public int Error { get; private set; }

    /// <summary>
    /// Converts and writes pixels of the picture. If <see cref="KeepsCopy"/> is true, the pixels are only stored in the copy.
    /// </summary>
    /// <param name="origin">The position of the first row in the file.</param>
    /// <param name="rect">The rectangle in the picture.</param>
    /// <param name="pixels">The pixels as XRGB8888, row by row.</param>
    public void Write(long origin, Rect rect, ReadOnlySpan<uint> pixels)
    {
        var (first, length) = BytesOf(rect);
        var place = rect with { X = rect.X + _left };
        var at = origin + rect.Y * (long)_stride + first;
        if (_isCopy)
        {
            _converter.Write(place, pixels, _bytes.AsSpan(rect.Y * _stride + first), _stride);
            if (!KeepsCopy)
                WriteAgain(origin, rect);
        }
        else if (_mapped != null)
        {
            _converter.Write(place, pixels, new Span<byte>(_mapped + at, (rect.Height - 1) * _stride + length), _stride);
        }
        else if (_converter.Layout == NamedLayouts.Xrgb8888)
        {
            PutRows(MemoryMarshal.AsBytes(pixels), length, at, length, rect.Height);
        }
        else
        {
            var stride = rect.Width == _width && _left == 0 ? _stride : length; // whole rows are written by one pwrite, gaps included
            if (_bytes.Length < stride * rect.Height)
                _bytes = new byte[stride * rect.Height];
            _converter.Write(place, pixels, _bytes, stride);
            PutRows(_bytes, stride, at, length, rect.Height);
        }
    }

    /// <summary>The copy, into which the host can draw, if it is XRGB8888 without gaps; otherwise empty.</summary>
    public Span<uint> Canvas => KeepsCopy && _converter.Layout == NamedLayouts.Xrgb8888 && _left == 0 && _stride == _width * 4
        ? MemoryMarshal.Cast<byte, uint>(_bytes.AsSpan())
        : default;

    /// <summary>Writes a part of the copy to the file or device.</summary>
    public void WriteAgain(long origin, Rect rect)
    {
        var (first, length) = BytesOf(rect);
        PutRows(_bytes.AsSpan(rect.Y * _stride + first), _stride, origin + rect.Y * (long)_stride + first, length, rect.Height);
    }

    /// <summary>Reads the whole picture, from the copy if there is one. Returns false if the picture cannot be read.</summary>
    public bool Read(long origin, Span<uint> pixels)
    {
        var rect = new Rect(0, 0, _width, _height);
        var (first, length) = BytesOf(rect);
        var bytes = _bytes;
        if (!_isCopy)
        {
            bytes = new byte[_stride * _height]; // not stored: this is only used for screenshots
            if (Sys.PRead(_fd, bytes.AsSpan(first, (_height - 1) * _stride + length), origin + first) < 0)
                return false;
        }
        _converter.Read(rect with { X = _left }, bytes.AsSpan(first), _stride, pixels);
        return true;
    }

    private (int First, int Length) BytesOf(Rect rect)
    {
        var first = _converter.Layout.ByteOf(rect.X + _left);
        return (first, _converter.Layout.RowBytes(rect.X + _left + rect.Width) - first);
    }

    private void PutRows(ReadOnlySpan<byte> bytes, int fromStride, long at, int length, int rows)
    {
        // Writing some more bytes is faster than more system calls, provided that these bytes belong to the rows of the picture.
        if (rows > 1 && fromStride == _stride
            && (length == _stride || _wholeRows || (_mapped == null && _left == 0 && length > _stride / 2)))
        {
            Put(bytes[..((rows - 1) * _stride + length)], at);
            return;
        }
        if (Guarded != null && rows > 1 && TryPutGuarded(bytes, fromStride, at, length, rows))
            return;
        for (var y = 0; y < rows; y++)
            Put(bytes.Slice(y * fromStride, length), at + y * (long)_stride);
        if (MissesRowEnds && _mapped == null && (at + length) % _stride == 0)
            ShowRowEnds(at + length, rows);
    }

    // Returns false if the file has become shorter or the kernel lacks the call; pwrite then reports the error.
    private bool TryPutGuarded(ReadOnlySpan<byte> bytes, int fromStride, long at, int length, int rows)
    {
        const int most = 64;
        var from = stackalloc iovec[most];
        var to = stackalloc iovec[most];
        fixed (byte* first = bytes)
        {
            for (var y = 0; y < rows;)
            {
                var n = Math.Min(most, rows - y);
                for (var i = 0; i < n; i++, y++)
                {
                    from[i] = new iovec { iov_base = first + (long)y * fromStride, iov_len = (size_t)(ulong)length };
                    to[i] = new iovec { iov_base = Guarded + at + y * (long)_stride, iov_len = (size_t)(ulong)length };
                }
                if (Sys.CopyGuarded(new ReadOnlySpan<iovec>(from, n), new ReadOnlySpan<iovec>(to, n)) != n * (long)length)
                    return false;
            }
        }
        Error = 0;
        return true;
    }

    // Writes the last byte of a row and the first byte of the next row again: a write that covers two rows is shown completely.
    private void ShowRowEnds(long end, int rows)
    {
        Span<byte> two = stackalloc byte[2];
        for (var y = 0; y < rows; y += 2)
        {
            var at = end + y * (long)_stride - 1;
            if (Sys.PRead(_fd, two, at) != two.Length) // for the last row of all: together with the row before
                at -= _stride;
            if (at >= 0 && Sys.PRead(_fd, two, at) == two.Length)
                Sys.PWrite(_fd, two, at);
        }
    }

    private void Put(ReadOnlySpan<byte> bytes, long at)
    {
        if (_mapped != null)
        {
            bytes.CopyTo(new Span<byte>(_mapped + at, bytes.Length));
            return;
        }
        var written = Sys.PWrite(_fd, bytes, at);
        Error = written < 0 ? (int)-written : 0;
    }
}
