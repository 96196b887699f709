using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Displays.Pixels;
using Mmm;

namespace Bench;

/// <summary>
/// A full frame of 1920x1080 for a display, beside a memcpy of the same XRGB8888 bytes and beside plain loops of the kind a C host has.
/// By bands is how the host works: 128 KB of source, in the cache, to a frame that is not: sixteen take turns, 133 MB.
/// On a machine that does other work too, compare the least times.
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

    /// <summary>Bands of 128 KB that come from the same buffer, as the host's do; or the whole frame at once.</summary>
    [Params(true, false)]
    public bool ByBands { get; set; }

    /// <summary>A picture that is not all zeros.</summary>
    [GlobalSetup]
    public void Setup()
    {
        new Random(1).NextBytes(MemoryMarshal.AsBytes(_frame.AsSpan()));
        foreach (var display in _displays)
            display.AsSpan().Fill(1); // the pages are there
    }

    /// <summary>The yardstick.</summary>
    [Benchmark(Baseline = true)]
    public void Memcpy()
    {
        var display = Display();
        foreach (var band in Bands(Width, Height))
            MemoryMarshal.AsBytes(Source(band)).CopyTo(display.AsSpan(band.Y * Width * 4));
    }

    /// <summary>The same format.</summary>
    [Benchmark]
    public void Xrgb8888() => Convert(_xrgb8888);

    /// <summary>Red and blue exchanged.</summary>
    [Benchmark]
    public void Xbgr8888() => Convert(_xbgr8888);

    /// <summary>24 bits.</summary>
    [Benchmark]
    public void Rgb888() => Convert(_rgb888);

    /// <summary>16 bits, dithered.</summary>
    [Benchmark]
    public void Rgb565Dithered() => Convert(_rgb565);

    /// <summary>16 bits, to nearest.</summary>
    [Benchmark]
    public void Rgb565() => Convert(_rgb565Plain);

    /// <summary>Brightness.</summary>
    [Benchmark]
    public void Grey8() => Convert(_grey8);

    /// <summary>The path of the formats without vectors.</summary>
    [Benchmark]
    public void Rgb332ByBits() => Convert(_rgb332);

    /// <summary>A panel that hangs on its side, painted by bands of 64 of the client's rows: as the host does.</summary>
    [Benchmark]
    public void Rotated90Bands64() => Turn(_at90, Bands(Width, Height, 64));

    /// <summary>A panel that hangs on its side, painted by bands of the client's rows: 17 columns of the panel each.</summary>
    [Benchmark]
    public void Rotated90() => Turn(_at90, Bands(Width, Height));

    /// <summary>The same by columns of the client's side: whole rows of the panel.</summary>
    [Benchmark]
    public void Rotated90ByColumns() => Turn(_at90, Columns());

    /// <summary>Upside down.</summary>
    [Benchmark]
    public void Rotated180() => Turn(_at180, Bands(Width, Height));

    /// <summary>What C hosts do for RGB888.</summary>
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

    /// <summary>What C hosts do for RGB565: colours cut off, no dithering.</summary>
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

    /// <summary>What C hosts do for a panel on its side.</summary>
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

    // A band's pixels, one row behind the other: the same 128 KB each time, or a part of the frame.
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
