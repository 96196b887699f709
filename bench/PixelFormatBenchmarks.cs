using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Displays.Pixels;
using Mmm;

namespace Bench;

/// <summary>
/// Converts a full frame of 1920x1080 for a display, compared with a memcpy of the same XRGB8888 bytes and with plain loops as in a C host.
/// <see cref="ByBands"/> is the way in which the host works: it converts bands of 128 KB, which are in the cache, to a frame that is not in
/// the cache. Therefore sixteen frames (133 MB) are used in turn. If the machine has other load, compare the minimum times.
/// </summary>
[MinColumn]
public class PixelFormatBenchmarks
{
    private const int Width = 1920, Height = 1080;
    private readonly uint[] _frame = new uint[Width * Height];
    private readonly byte[][] _displays = [.. Enumerable.Range(0, 16).Select(_ => new byte[Width * Height * 4])];
    private int _next;
    private readonly PixelConverter _xrgb8888 = new(NamedLayouts.Xrgb8888, dither: true);
    private readonly PixelConverter _xbgr8888 = new(NamedLayouts.Xbgr8888, dither: true);
    private readonly PixelConverter _rgb888 = new(NamedLayouts.Rgb888, dither: true);
    private readonly PixelConverter _rgb565 = new(NamedLayouts.Rgb565, dither: true);
    private readonly PixelConverter _rgb565Plain = new(NamedLayouts.Rgb565, dither: false);
    private readonly PixelConverter _grey8 = new(NamedLayouts.Grey8, dither: true);
    private readonly PixelConverter _rgb332 = new(NamedLayouts.Parse("rgb332", out _)!, dither: true);
    private readonly Orientation _at90 = Orientation.Make(90, false, false, out _)!.Value;
    private readonly Orientation _at180 = Orientation.Make(180, false, false, out _)!.Value;

    /// <summary>True: bands of 128 KB from the same buffer, as in the host. False: the whole frame at once.</summary>
    [Params(true, false)]
    public bool ByBands { get; set; }

    /// <summary>Creates a picture that does not consist of zeros.</summary>
    [GlobalSetup]
    public void Setup()
    {
        new Random(1).NextBytes(MemoryMarshal.AsBytes(_frame.AsSpan()));
        foreach (var display in _displays)
            display.AsSpan().Fill(1); // touches all pages, so that the kernel allocates them
    }

    /// <summary>The baseline: a memcpy.</summary>
    [Benchmark(Baseline = true)]
    public void Memcpy()
    {
        var display = Display();
        foreach (var band in Bands(Width, Height))
            MemoryMarshal.AsBytes(Source(band)).CopyTo(display.AsSpan(band.Y * Width * 4));
    }

    /// <summary>To the same format.</summary>
    [Benchmark]
    public void Xrgb8888() => Convert(_xrgb8888);

    /// <summary>To a format with red and blue exchanged.</summary>
    [Benchmark]
    public void Xbgr8888() => Convert(_xbgr8888);

    /// <summary>To 24 bits.</summary>
    [Benchmark]
    public void Rgb888() => Convert(_rgb888);

    /// <summary>To 16 bits with dithering.</summary>
    [Benchmark]
    public void Rgb565Dithered() => Convert(_rgb565);

    /// <summary>To 16 bits, rounded to the nearest colour.</summary>
    [Benchmark]
    public void Rgb565() => Convert(_rgb565Plain);

    /// <summary>To 8-bit grey.</summary>
    [Benchmark]
    public void Grey8() => Convert(_grey8);

    /// <summary>To a format for which there is no vector code.</summary>
    [Benchmark]
    public void Rgb332ByBits() => Convert(_rgb332);

    /// <summary>A panel that is mounted on its side, painted in bands of 64 rows of the client, as in the host.</summary>
    [Benchmark]
    public void Rotated90Bands64() => Turn(_at90, Bands(Width, Height, 64));

    /// <summary>A panel that is mounted on its side, painted in bands of rows of the client: 17 columns of the panel per band.</summary>
    [Benchmark]
    public void Rotated90() => Turn(_at90, Bands(Width, Height));

    /// <summary>The same panel, painted in bands of columns of the client: whole rows of the panel.</summary>
    [Benchmark]
    public void Rotated90ByColumns() => Turn(_at90, Columns());

    /// <summary>A panel that is mounted upside down.</summary>
    [Benchmark]
    public void Rotated180() => Turn(_at180, Bands(Width, Height));

    /// <summary>A plain loop for RGB888, as in C hosts.</summary>
    [Benchmark]
    public void ScalarRgb888()
    {
        var display = Display();
        foreach (var band in Bands(Width, Height))
        {
            var (at, source) = (band.Y * Width * 3, band.Y * Width);
            for (var i = 0; i < band.Width * band.Height; i++, at += 3)
            {
                var p = _frame[ByBands ? i : source + i];
                display[at] = (byte)p;
                display[at + 1] = (byte)(p >> 8);
                display[at + 2] = (byte)(p >> 16);
            }
        }
    }

    /// <summary>A plain loop for RGB565 without rounding or dithering, as in C hosts.</summary>
    [Benchmark]
    public void ScalarRgb565()
    {
        var to = MemoryMarshal.Cast<byte, ushort>(Display().AsSpan());
        foreach (var band in Bands(Width, Height))
        {
            for (var i = 0; i < band.Width * band.Height; i++)
            {
                var p = _frame[ByBands ? i : band.Y * Width + i];
                to[band.Y * Width + i] = (ushort)(((p >> 8) & 0xF800) | ((p >> 5) & 0x07E0) | ((p >> 3) & 0x1F));
            }
        }
    }

    /// <summary>A plain loop for a panel that is mounted on its side, as in C hosts.</summary>
    [Benchmark]
    public void ScalarRotated90()
    {
        var to = MemoryMarshal.Cast<byte, uint>(Display().AsSpan());
        foreach (var band in Bands(Width, Height))
        {
            for (var y = 0; y < band.Height; y++)
            {
                for (var x = 0; x < Width; x++)
                    to[x * Height + Height - 1 - (band.Y + y)] = _frame[(ByBands ? y : band.Y + y) * Width + x];
            }
        }
    }

    private void Convert(PixelConverter converter)
    {
        var (display, stride) = (Display(), converter.Layout.RowBytes(Width));
        foreach (var band in Bands(Width, Height))
            converter.Write(band, Source(band), display.AsSpan(band.Y * stride), stride);
    }

    private void Turn(Orientation orientation, IEnumerable<Rect> bands)
    {
        var panel = MemoryMarshal.Cast<byte, uint>(Display().AsSpan());
        var (panelWidth, panelHeight) = orientation.Size(Width, Height);
        foreach (var band in bands)
        {
            var there = orientation.ToPanel(band, panelWidth, panelHeight);
            orientation.Copy(Source(band), band.Width, band.Width, band.Height, panel[(there.Y * panelWidth + there.X)..], panelWidth);
        }
    }

    private byte[] Display() => _displays[_next++ % _displays.Length];

    // The pixels of a band, without gaps between rows: always the same 128 KB, or a part of the frame.
    private ReadOnlySpan<uint> Source(Rect band) => _frame.AsSpan(ByBands ? 0 : band.Y * Width, band.Width * band.Height);

    private IEnumerable<Rect> Bands(int width, int height, int bandRows = 0)
    {
        var rows = !ByBands ? height : bandRows > 0 ? bandRows : 32 * 1024 / width;
        for (var y = 0; y < height; y += rows)
            yield return new Rect(0, y, width, Math.Min(rows, height - y));
    }

    private IEnumerable<Rect> Columns()
    {
        var columns = ByBands ? 32 * 1024 / Height & -8 : Width;
        for (var x = 0; x < Width; x += columns)
            yield return new Rect(x, 0, Math.Min(columns, Width - x), Height);
    }
}
