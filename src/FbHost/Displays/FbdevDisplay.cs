using System.Runtime.InteropServices;
using Mmm;
using Mmm.Linux;
using Tmds.Linux;
using static FbHost.Displays.LinuxFb;
using static Tmds.Linux.LibC;

namespace FbHost.Displays;

/// <summary>
/// A framebuffer device of 32 bits a pixel, XRGB8888. Drivers on top of KMS emulate the mapping by deferred I/O, where storing through a
/// cold page costs many times a write of the same pixels (their id ends in drmfb): those are written by pwrite, real ones mapped.
/// </summary>
internal sealed unsafe class FbdevDisplay : IDisplay
{
    private readonly int _fd;
    private readonly string _path;
    private readonly string _id;
    private readonly int _lineLength;
    private readonly long _origin; // byte offset of the visible top left
    private readonly byte* _mapped; // null: written by pwrite
    private readonly long _mappedLength;
    private bool _hidden;
    private byte[] _rows = [];

    /// <exception cref="MmmException">No such device, no permission, no framebuffer, or a format that is not served.</exception>
    public FbdevDisplay(string path)
    {
        _path = path;
        _fd = Sys.Open(path, O_RDWR);
        if (_fd < 0)
            throw new MmmException($"{path}: {OpenFault(_fd)}");
        try
        {
            fb_var_screeninfo v;
            fb_fix_screeninfo f;
            if (ioctl(_fd, FBIOGET_VSCREENINFO, &v) != 0 || ioctl(_fd, FBIOGET_FSCREENINFO, &f) != 0)
                throw new MmmException($"{path}: not a framebuffer ({Sys.ErrorText(errno)}); name one, as in --display fbdev:/dev/fb0");
            _id = TextRing.Printable(TextRing.Text(new ReadOnlySpan<byte>(f.id, 16)));
            if (v.bits_per_pixel != 32 || v.red.offset != 16 || v.green.offset != 8 || v.blue.offset != 0 || f.type != FB_TYPE_PACKED_PIXELS)
                throw new MmmException($"{path} ({_id}): {v.bits_per_pixel} bits a pixel with red at bit {v.red.offset} are not served yet; set 32 bits (fbset -depth 32)");
            (Width, Height, _lineLength) = ((int)v.xres, (int)v.yres, (int)f.line_length);
            _origin = v.yoffset * (long)f.line_length + v.xoffset * 4;
            var end = _origin + (Height - 1) * (long)_lineLength + Width * 4L;
            if (Width < 1 || Height < 1 || _lineLength < Width * 4 || end > f.smem_len)
                throw new MmmException($"{path} ({_id}): claims {Width}x{Height} with {_lineLength:N0} bytes a line but has {f.smem_len:N0} bytes; the driver's mode is broken");
            if (!_id.EndsWith("drmfb", StringComparison.Ordinal))
            {
                var at = mmap(null, (size_t)(ulong)f.smem_len, PROT_READ | PROT_WRITE, MAP_SHARED, _fd, (off_t)0L);
                if (at != (void*)-1)
                {
                    _mapped = (byte*)at;
                    _mappedLength = f.smem_len;
                }
            }
        }
        catch
        {
            Sys.Close(_fd);
            throw;
        }
    }

    private static string OpenFault(int error) => -error switch
    {
        var e when e == ENOENT => "there is no such device. Use --display memory:800x480 to go without",
        var e when e == EACCES || e == EPERM => "permission denied. Add the user to the group \"video\": sudo usermod -aG video $USER",
        _ => Sys.ErrorText(error),
    };

    public int Width { get; }

    public int Height { get; }

    public string Description => $"{Width}x{Height} XRGB8888 on {_path} ({_id})";

    /// <summary>The first framebuffer of this machine, where Linux or Android puts it; null: none.</summary>
    public static string? Find() => Array.Find(["/dev/fb0", "/dev/graphics/fb0"], File.Exists);

    public void Write(Rect rect, ReadOnlySpan<uint> pixels)
    {
        if (_hidden)
            return;
        var bytes = MemoryMarshal.AsBytes(pixels);
        var rowBytes = rect.Width * 4;
        var at = _origin + rect.Y * (long)_lineLength + rect.X * 4L;
        if (rowBytes == _lineLength)
        {
            Put(bytes, at);
            return;
        }
        for (var y = 0; y < rect.Height; y++, at += _lineLength)
            Put(bytes.Slice(y * rowBytes, rowBytes), at);
    }

    private void Put(ReadOnlySpan<byte> bytes, long at)
    {
        if (_mapped != null)
            bytes.CopyTo(new Span<byte>(_mapped + at, bytes.Length));
        else
            Sys.PWrite(_fd, bytes, at);
    }

    public void Blank(bool blank) => ioctl(_fd, FBIOBLANK, blank ? FB_BLANK_POWERDOWN : FB_BLANK_UNBLANK);

    public void Read(Span<uint> pixels)
    {
        if (_hidden)
        {
            pixels.Fill(0xFF000000);
            return;
        }
        if (_rows.Length == 0)
            _rows = new byte[Height * _lineLength];
        Sys.PRead(_fd, _rows, _origin);
        for (var y = 0; y < Height; y++)
            MemoryMarshal.Cast<byte, uint>(_rows.AsSpan(y * _lineLength, Width * 4)).CopyTo(pixels[(y * Width)..]);
    }

    public void Hide() => _hidden = true;

    public void Show() => _hidden = false;

    // Black, not what was there at the start: a text console draws its text anew, and nothing of the clients' stays for all to see.
    private void Clear()
    {
        var row = new byte[_lineLength];
        for (var y = 0; y < Height; y++)
            Put(row.AsSpan(0, Width * 4), _origin + y * (long)_lineLength);
    }

    public void Dispose()
    {
        if (!_hidden)
            Clear();
        if (_mapped != null)
            munmap(_mapped, (size_t)(ulong)_mappedLength);
        Sys.Close(_fd);
    }
}
