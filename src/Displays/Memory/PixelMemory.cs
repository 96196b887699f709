using System.Runtime.InteropServices;
using Displays.Pixels;
using Mmm;
using Mmm.Linux;
using Tmds.Linux;

namespace Displays;

/// <summary>
/// The picture's bytes in a file or device: mapped, or written by pwrite. A mapping is only ever written: it may be uncached. Where a pixel
/// is not of whole bytes, or when asked to, a copy of the picture is kept in ordinary memory, as its neighbours' bits are needed.
/// </summary>
internal sealed unsafe class PixelMemory
{
    private readonly int _fd;
    private readonly byte* _mapped; // null: written by pwrite
    private readonly PixelConverter _converter;
    private readonly int _width;
    private readonly int _height;
    private readonly int _stride;
    private readonly int _left;
    private readonly bool _isCopy;
    private readonly bool _wholeRows;
    private byte[] _bytes; // the copy, or room for converted rows on their way to pwrite

    /// <param name="fd">Stays the caller's.</param>
    /// <param name="mapped">The whole file or device; null: pwrite.</param>
    /// <param name="converter">XRGB8888 to bytes.</param>
    /// <param name="size">Pixels.</param>
    /// <param name="stride">Bytes from one row to the next.</param>
    /// <param name="left">Pixels of a row before the picture's first.</param>
    /// <param name="keepCopy">What is written is kept for <see cref="WriteAgain"/>, and written by nothing else.</param>
    /// <param name="wholeRows">A part of the copy that covers several rows is written by one call, with all that lies between.</param>
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
    /// A mapping of a file that others may cut short, in place of none: what covers a part of many rows is copied into it by one call that
    /// cannot fault, for a tenth of what a pwrite a row costs.
    /// </summary>
    public byte* Guarded { get; init; }

    /// <summary>
    /// Set for the kernel's emulated framebuffers: they take a write within one row, up to its end, for an empty one and do not show it
    /// (drm_fb_helper_memory_range_to_clip: the end modulo the row's length is 0; seen with Linux 6.1).
    /// </summary>
    public bool MissesRowEnds { get; init; }

    /// <summary>errno of the last write, 0 when it went well.</summary>
    public int Error { get; private set; }

    /// <summary>Converts and writes pixels of the picture; or only keeps them, when <see cref="KeepsCopy"/>.</summary>
    /// <param name="origin">Where the first row begins in the file.</param>
    /// <param name="rect">In the picture.</param>
    /// <param name="pixels">XRGB8888, row behind row.</param>
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
            var stride = rect.Width == _width && _left == 0 ? _stride : length; // whole rows go by one pwrite, with the gaps between them
            if (_bytes.Length < stride * rect.Height)
                _bytes = new byte[stride * rect.Height];
            _converter.Write(place, pixels, _bytes, stride);
            PutRows(_bytes, stride, at, length, rect.Height);
        }
    }

    /// <summary>The kept copy where it is XRGB8888 without gaps, to be drawn in; else empty.</summary>
    public Span<uint> Canvas => KeepsCopy && _converter.Layout == NamedLayouts.Xrgb8888 && _left == 0 && _stride == _width * 4
        ? MemoryMarshal.Cast<byte, uint>(_bytes.AsSpan())
        : default;

    /// <summary>Writes a part of the kept copy.</summary>
    public void WriteAgain(long origin, Rect rect)
    {
        var (first, length) = BytesOf(rect);
        PutRows(_bytes.AsSpan(rect.Y * _stride + first), _stride, origin + rect.Y * (long)_stride + first, length, rect.Height);
    }

    /// <summary>Reads the whole picture back; the kept copy where there is one. False: it could not be read.</summary>
    public bool Read(long origin, Span<uint> pixels)
    {
        var rect = new Rect(0, 0, _width, _height);
        var (first, length) = BytesOf(rect);
        var bytes = _bytes;
        if (!_isCopy)
        {
            bytes = new byte[_stride * _height]; // for screenshots: not kept
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
        // Few system calls are worth some bytes more, when those belong to the picture's rows.
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

    // False: the file is shorter than it was, or the kernel has no such call; pwrite then says what is wrong.
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

    // Writes the last byte of a row and the first of the next again: what covers two rows is shown whole.
    private void ShowRowEnds(long end, int rows)
    {
        Span<byte> two = stackalloc byte[2];
        for (var y = 0; y < rows; y += 2)
        {
            var at = end + y * (long)_stride - 1;
            if (Sys.PRead(_fd, two, at) != two.Length) // the last row of all: with the one before
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
