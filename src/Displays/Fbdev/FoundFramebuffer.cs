using System.Runtime.InteropServices;
using Displays.Pixels;
using Mmm.Linux;
using Tmds.Linux;
using static Displays.LinuxFb;
using static Tmds.Linux.LibC;

namespace Displays;

/// <summary>
/// The state of a framebuffer when the host took it: mode, colour map and memory. It is restored at the end by the host, or by its
/// <see cref="CrashGuard"/>, which opens the same file. It is stored in a memory file, which the guard can open and which is sparse, so
/// that black areas take no memory.
/// </summary>
internal sealed unsafe class FoundFramebuffer : IDisposable
{
    private const int Block = 4096; // A block that is all zero is not written to the file.
    private const int Chunk = 16 * Block;
    private const int MostColours = 1024;
    private const long Memory = 2 * Block; // The position of the memory in the file, behind the header.

    private readonly int _file;
    private Header _header;

    private struct Header
    {
        public fb_var_screeninfo Mode;
        public int Colours;         // entries of the colour map; 0 if there is none
        public long Origin, Length; // of the memory, in bytes; Length is 0 if the memory cannot be read
        public fixed ushort Map[3 * MostColours]; // all red values, then all green ones, then all blue ones
    }

    private FoundFramebuffer(int file) => _file = file;

    /// <summary>Reads the current state of the framebuffer.</summary>
    /// <param name="fd">The descriptor of the framebuffer.</param>
    /// <param name="found">The mode as the driver states it.</param>
    /// <param name="mode">The same mode, checked.</param>
    /// <param name="palette">The palette that the picture will have; null if there is none.</param>
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

    /// <summary>Opens the state that another process has stored. Returns null if the file is not such a state.</summary>
    /// <param name="path">The path of its file.</param>
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

    /// <summary>The path of the file, valid while this process runs.</summary>
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

    /// <summary>Restores mode, colour map and memory, and unblanks the panel.</summary>
    /// <param name="fd">The descriptor of the framebuffer.</param>
    /// <param name="force">As for <see cref="PutBackMode"/>. If false, nothing is done to a framebuffer that has another mode.</param>
    /// <returns>False if the memory could not be restored.</returns>
    public bool PutBack(int fd, bool force)
    {
        if (!PutBackMode(fd, force))
            return false;
        CallMap(fd, FBIOPUTCMAP);
        var whole = PutBackMemory(fd);
        ioctl(fd, FBIOBLANK, FB_BLANK_UNBLANK); // the host may have blanked it
        return whole;
    }

    private bool PutBackMemory(int fd)
    {
        // Many rows are written per call: an emulated framebuffer does not show a write that ends at the end of
        // the same row (see PixelMemory.MissesRowEnds).
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
    /// Restores only the mode and the position of the visible part. The position is restored by panning, because the emulation of KMS
    /// drivers computes it from the last pan, and gets it wrong if FBIOPUT_VSCREENINFO changes it.
    /// </summary>
    /// <param name="fd">The descriptor of the framebuffer.</param>
    /// <param name="force">True to change another mode back. False to leave another mode, which another program has set.</param>
    /// <returns>True if the framebuffer now has the mode that was found.</returns>
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
