using System.Runtime.InteropServices;
using Mmm;
using View.Host;

namespace View.Rfb;

/// <summary>JPEG by libturbojpeg, if the machine has it: turbojpeg.h of version 2.</summary>
internal sealed unsafe class LibTurboJpeg : IDisposable
{
    private const int TJPF_BGRX = 3, TJSAMP_444 = 0, TJSAMP_422 = 1, TJSAMP_420 = 2, TJFLAG_NOREALLOC = 1024, TJFLAG_FASTDCT = 2048;
    private static readonly nint Library = Load();
    private static ReadOnlySpan<byte> Qualities => [15, 29, 41, 42, 62, 77, 79, 86, 92, 100]; // of the viewers' levels 0 to 9
    private readonly nint _compressor;
    private byte[] _jpeg = [];

    private LibTurboJpeg(nint compressor) => _compressor = compressor;

    private static nint Load() => NativeLibrary.TryLoad("libturbojpeg.so.0", out var library) ? library : 0;

    /// <summary>Whether the machine has the library.</summary>
    public static bool IsThere => Library != 0;

    /// <summary>Makes a compressor. Null if there is no library.</summary>
    public static LibTurboJpeg? TryOpen()
    {
        if (!IsThere)
            return null;
        var compressor = ((delegate* unmanaged<nint>)NativeLibrary.GetExport(Library, "tjInitCompress"))();
        return compressor == 0 ? null : new LibTurboJpeg(compressor);
    }

    /// <summary>Compresses a part of the picture. The result is valid until the next call; empty if that failed.</summary>
    /// <param name="map">The picture.</param>
    /// <param name="rect">The part.</param>
    /// <param name="level">The viewer's quality level, 0 to 9.</param>
    public ReadOnlySpan<byte> Compress(PixelMap map, Rect rect, int level)
    {
        var sampling = level >= 8 ? TJSAMP_444 : level >= 6 ? TJSAMP_422 : TJSAMP_420;
        var most = ((delegate* unmanaged<int, int, int, nuint>)NativeLibrary.GetExport(Library, "tjBufSize"))(
            rect.Width, rect.Height, sampling);
        if (most == nuint.MaxValue)
            return default;
        if ((nuint)_jpeg.Length < most)
            _jpeg = new byte[most];
        var compress = (delegate* unmanaged<nint, uint*, int, int, int, int, byte**, nuint*, int, int, int, int>)
            NativeLibrary.GetExport(Library, "tjCompress2");
        fixed (byte* to = _jpeg)
        fixed (uint* from = map.Row(rect.X, rect.Y, rect.Width))
        {
            var (buffer, length) = ((nint)to, most);
            var failed = compress(_compressor, from, rect.Width, map.Width * sizeof(uint), rect.Height, TJPF_BGRX, (byte**)&buffer, &length,
                sampling, Qualities[level], TJFLAG_NOREALLOC | TJFLAG_FASTDCT);
            return failed != 0 ? default : _jpeg.AsSpan(0, (int)length);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => ((delegate* unmanaged<nint, int>)NativeLibrary.GetExport(Library, "tjDestroy"))(_compressor);
}
