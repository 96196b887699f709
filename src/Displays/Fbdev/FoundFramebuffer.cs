using System.Runtime.InteropServices;
using Displays.Pixels;
using Mmm.Linux;
using Tmds.Linux;
using static Displays.LinuxFb;
using static Tmds.Linux.LibC;

namespace Displays;

/// <summary>
/// What a framebuffer had when the host took it, mode, colour map and memory, to be put back at the end: by the host, or by its
/// <see cref="CrashGuard"/>, which opens the same file. A memory file, for that and because it is sparse: black costs nothing.
/// </summary>
internal sealed unsafe class FoundFramebuffer : IDisposable
{
    private const int Block = 4096; // What is left out of the file where it is all zero.
    private const int Chunk = 16 * Block;
    private const int MostColours = 1024;
    private const long Memory = 2 * Block; // In the file; the header comes before.

    private readonly int _file;
    private Header _header;

    private struct Header
    {
        public fb_var_screeninfo Mode;
        public int Colours;         // of the map; 0: none
        public long Origin, Length; // of the memory, bytes; 0: it cannot be read
        public fixed ushort Map[3 * MostColours]; // red, green, blue, behind one another
    }

    private FoundFramebuffer(int file) => _file = file;

    /// <summary>Reads what is there now.</summary>
    /// <param name="fd">Of the framebuffer.</param>
    /// <param name="found">Its mode as stated.</param>
    /// <param name="mode">The same, checked.</param>
    /// <param name="palette">The one that the picture is going to have; null: none.</param>
    public static FoundFramebuffer Take(int fd, in fb_var_screeninfo found, FbdevMode mode, PixelPalette? palette)
    {
        var taken = new FoundFramebuffer(Sys.MemoryFile("mmm-found"));
        ref var header = ref taken._header;
        header.Mode = found;
        header.Colours = palette?.Red.Length ?? 0;
        if (!taken.CallMap(fd, FBIOGETCMAP))
            header.Colours = 0;
        (header.Origin, header.Length) = taken.TakeMemory(fd, mode);
        Sys.PWrite(taken._file, MemoryMarshal.AsBytes(new ReadOnlySpan<Header>(ref header)), 0);
        return taken;
    }

    /// <summary>What another process took; null: nothing of the kind.</summary>
    /// <param name="path">Of its file.</param>
    public static FoundFramebuffer? Open(string path)
    {
        var file = Sys.Open(path, O_RDONLY);
        if (file < 0)
            return null;
        var taken = new FoundFramebuffer(file);
        if (Sys.PRead(file, MemoryMarshal.AsBytes(new Span<Header>(ref taken._header)), 0) == sizeof(Header))
            return taken;
        taken.Dispose();
        return null;
    }

    /// <summary>The file, for as long as this process runs.</summary>
    public string FilePath => $"/proc/{Environment.ProcessId}/fd/{_file}";

    private (long Origin, long Length) TakeMemory(int fd, FbdevMode mode)
    {
        var (origin, rows) = mode.HasTwoPages ? (0, 2 * mode.Height) : (mode.Top * (long)mode.Stride, mode.Height);
        var length = Math.Min(rows * (long)mode.Stride, mode.Memory - origin);
        var bytes = new byte[Chunk];
        for (long at = 0; at < length;)
        {
            var chunk = bytes.AsSpan(0, (int)Math.Min(Chunk, length - at));
            if (Sys.PRead(fd, chunk, origin + at) != chunk.Length)
                return default;
            for (var block = 0; block < chunk.Length; block += Block)
            {
                var part = chunk[block..Math.Min(block + Block, chunk.Length)];
                if (part.ContainsAnyExcept((byte)0) && Sys.PWrite(_file, part, Memory + at + block) != part.Length)
                    return default;
            }
            at += chunk.Length;
        }
        return ftruncate(_file, (off_t)(Memory + length)) == 0 ? (origin, length) : default;
    }

    /// <summary>Puts all of it back, and lights the panel.</summary>
    /// <param name="fd">Of the framebuffer.</param>
    /// <param name="force">See <see cref="PutBackMode"/>; without, nothing is done to one in another mode.</param>
    /// <returns>False: not the memory.</returns>
    public bool PutBack(int fd, bool force)
    {
        if (!PutBackMode(fd, force))
            return false;
        CallMap(fd, FBIOPUTCMAP);
        var whole = PutBackMemory(fd);
        ioctl(fd, FBIOBLANK, FB_BLANK_UNBLANK); // it may have been blank in the end
        return whole;
    }

    private bool PutBackMemory(int fd)
    {
        // By many rows: an emulated framebuffer does not show what it is given up to the end of one (see PixelMemory.MissesRowEnds).
        var bytes = new byte[Math.Min(_header.Length, 1 << 20)];
        for (long at = 0; at < _header.Length; at += bytes.Length)
        {
            at = Math.Min(at, _header.Length - bytes.Length);
            if (Sys.PRead(_file, bytes, Memory + at) != bytes.Length || Sys.PWrite(fd, bytes, _header.Origin + at) != bytes.Length)
                return false;
        }
        return _header.Length > 0;
    }

    /// <summary>
    /// Only the mode and the place in it. The place by panning: KMS drivers' emulation counts it from where it last panned to, and loses
    /// count when FBIOPUT_VSCREENINFO changes it.
    /// </summary>
    /// <param name="fd">Of the framebuffer.</param>
    /// <param name="force">Another mode is changed; otherwise it is left, as it is somebody else's.</param>
    /// <returns>The mode is the one that was found.</returns>
    public bool PutBackMode(int fd, bool force)
    {
        fb_var_screeninfo v, found = _header.Mode;
        if (ioctl(fd, FBIOGET_VSCREENINFO, &v) != 0)
            return false;
        if (!SameMode(v, found))
        {
            if (!force)
                return false;
            (found.xoffset, found.yoffset) = (v.xoffset, v.yoffset);
            if (ioctl(fd, FBIOPUT_VSCREENINFO, &found) != 0)
                return false;
            found = _header.Mode;
        }
        if (v.xoffset != found.xoffset || v.yoffset != found.yoffset)
            ioctl(fd, FBIOPAN_DISPLAY, &found);
        return true;
    }

    private static bool SameMode(in fb_var_screeninfo a, in fb_var_screeninfo b) =>
        a.xres == b.xres && a.yres == b.yres && a.xres_virtual == b.xres_virtual && a.yres_virtual == b.yres_virtual
        && a.bits_per_pixel == b.bits_per_pixel && a.grayscale == b.grayscale
        && a.red.offset == b.red.offset && a.green.offset == b.green.offset && a.blue.offset == b.blue.offset;

    private bool CallMap(int fd, int request)
    {
        var colours = _header.Colours;
        if (colours is < 1 or > MostColours)
            return false;
        fixed (ushort* map = _header.Map)
        {
            var call = new fb_cmap { start = 0, len = (uint)colours, red = map, green = map + colours, blue = map + 2 * colours };
            return ioctl(fd, request, &call) == 0;
        }
    }

    public void Dispose() => Sys.Close(_file);
}
