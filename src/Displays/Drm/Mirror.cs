using Displays.Pixels;
using Mmm;
using static Displays.LinuxDrm;

namespace Displays;

/// <summary>
/// An output that shows the picture of another one: enlarged by a whole number and centred if its mode is larger, else made smaller. It has
/// one buffer, so it may tear.
/// </summary>
internal sealed unsafe class Mirror : IDisposable
{
    private readonly DrmDevice _device;
    private readonly drm_mode_modeinfo _mode;
    private readonly DumbBuffer _buffer;
    private readonly MirrorPlace _place;
    private readonly uint[] _pixels; // of the whole output

    /// <exception cref="MmmException">There is no memory, or the driver refuses the size.</exception>
    public Mirror(DrmDevice device, uint connector, uint crtc, drm_mode_modeinfo mode, (int Width, int Height) picture, DrmFormat format,
        PixelConverter converter)
    {
        (_device, Connector, Crtc, _mode) = (device, connector, crtc, mode);
        _place = new MirrorPlace(picture, (mode.hdisplay, mode.vdisplay));
        _pixels = new uint[mode.hdisplay * mode.vdisplay];
        _pixels.AsSpan().Fill(0xFF000000);
        _buffer = new DumbBuffer(device, mode.hdisplay, mode.vdisplay, format, converter);
        _buffer.Copy(new Rect(0, 0, mode.hdisplay, mode.vdisplay), _pixels, mode.hdisplay);
    }

    public uint Connector { get; }

    public uint Crtc { get; }

    /// <summary>Sets the mode. Returns 0 or minus errno.</summary>
    public int Light() => _device.SetCrtc(Crtc, Connector, _buffer.FbId, _mode);

    /// <summary>Copies parts of the picture.</summary>
    public void Show(ReadOnlySpan<Rect> damage, ReadOnlySpan<uint> picture)
    {
        var clips = stackalloc drm_clip_rect[RectSet.Capacity];
        var count = 0u;
        foreach (var part in damage)
        {
            var to = _place.Copy(part, picture, _pixels);
            _buffer.Copy(to, _pixels, _mode.hdisplay);
            clips[count++] = new drm_clip_rect { x1 = (ushort)to.X, y1 = (ushort)to.Y, x2 = (ushort)to.Right, y2 = (ushort)to.Bottom };
        }
        var dirty = new drm_mode_fb_dirty_cmd { fb_id = _buffer.FbId, num_clips = count, clips_ptr = (ulong)clips };
        if (count > 0)
            _device.Ioctl(DRM_IOCTL_MODE_DIRTYFB, &dirty); // for drivers that keep a copy of their own; others refuse it
    }

    public void Dispose()
    {
        _device.DisableCrtc(Crtc);
        _buffer.Dispose();
    }
}

/// <summary>Where a picture is on an output of another size, by the nearest pixel.</summary>
internal sealed class MirrorPlace
{
    private readonly (int Width, int Height) _picture, _output, _size;
    private readonly int _left, _top;

    /// <param name="picture">The size of the picture in pixels.</param>
    /// <param name="output">The size of the output in pixels.</param>
    public MirrorPlace((int Width, int Height) picture, (int Width, int Height) output)
    {
        (_picture, _output) = (picture, output);
        var whole = Math.Min(output.Width / picture.Width, output.Height / picture.Height);
        var scale = whole >= 1 ? whole : Math.Min((double)output.Width / picture.Width, (double)output.Height / picture.Height);
        _size = (Math.Clamp((int)(picture.Width * scale), 1, output.Width), Math.Clamp((int)(picture.Height * scale), 1, output.Height));
        (_left, _top) = ((output.Width - _size.Width) / 2, (output.Height - _size.Height) / 2);
    }

    /// <summary>The part of the output that shows the picture.</summary>
    public Rect Bounds => new(_left, _top, _size.Width, _size.Height);

    /// <summary>Copies a part of the picture to its place on the output, and returns that place.</summary>
    public Rect Copy(Rect part, ReadOnlySpan<uint> picture, Span<uint> output)
    {
        var (x0, x1) = Range(part.X, part.Right, _picture.Width, _size.Width);
        var (y0, y1) = Range(part.Y, part.Bottom, _picture.Height, _size.Height);
        for (var y = y0; y < y1; y++)
        {
            var from = picture.Slice(Source(y, _picture.Height, _size.Height) * _picture.Width, _picture.Width);
            var to = output.Slice((y + _top) * _output.Width + _left, _size.Width);
            for (var x = x0; x < x1; x++)
                to[x] = from[Source(x, _picture.Width, _size.Width)];
        }
        return new Rect(x0 + _left, y0 + _top, x1 - x0, y1 - y0);
    }

    private static int Source(int at, int picture, int size) => (int)((long)at * picture / size);

    // The pixels of the output whose sources are from..to.
    private static (int From, int To) Range(int from, int to, int picture, int size) =>
        ((int)(((long)from * size + picture - 1) / picture), (int)(((long)to * size + picture - 1) / picture));
}
