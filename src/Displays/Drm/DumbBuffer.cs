using Displays.Pixels;
using Mmm;
using Mmm.Linux;
using Tmds.Linux;
using static Displays.LinuxDrm;
using static Tmds.Linux.LibC;

namespace Displays;

/// <summary>
/// A buffer that the display can scan out and the processor can write. Its memory may be write-combined, so it is never read.
/// </summary>
internal sealed unsafe class DumbBuffer : IDisposable
{
    private readonly DrmDevice _device;
    private readonly PixelConverter _converter;
    private readonly uint _handle;
    private readonly byte* _mapped;
    private readonly ulong _size;
    private readonly int _pitch;

    /// <summary>Creates a black buffer. All its pages are allocated here, so that no later frame causes page faults.</summary>
    /// <param name="device">The device that shows the buffer.</param>
    /// <param name="width">The width in pixels.</param>
    /// <param name="height">The height in pixels.</param>
    /// <param name="format">The pixel format of the buffer.</param>
    /// <param name="converter">The converter from XRGB8888 to that format.</param>
    /// <exception cref="MmmException">There is not enough memory, or the driver refuses the size or format.</exception>
    public DumbBuffer(DrmDevice device, int width, int height, DrmFormat format, PixelConverter converter)
    {
        (_device, _converter) = (device, converter);
        var create = new drm_mode_create_dumb { width = (uint)width, height = (uint)height, bpp = (uint)format.Layout.Bits };
        Must(DRM_IOCTL_MODE_CREATE_DUMB, &create);
        (_handle, _size, _pitch) = (create.handle, create.size, (int)create.pitch);
        try
        {
            var add = new drm_mode_fb_cmd2 { width = (uint)width, height = (uint)height, pixel_format = format.FourCc };
            add.handles[0] = _handle;
            add.pitches[0] = create.pitch;
            Must(DRM_IOCTL_MODE_ADDFB2, &add);
            FbId = add.fb_id;
            var map = new drm_mode_map_dumb { handle = _handle };
            Must(DRM_IOCTL_MODE_MAP_DUMB, &map);
            var at = mmap(null, (size_t)_size, PROT_READ | PROT_WRITE, MAP_SHARED, device.Fd, (off_t)(long)map.offset);
            if (at == (void*)-1)
                throw Fault(errno);
            _mapped = (byte*)at;
            new Span<byte>(_mapped, checked((int)_size)).Clear();
        }
        catch
        {
            Dispose();
            throw;
        }

        void Must(uint request, void* argument)
        {
            var result = device.Ioctl(request, argument);
            if (result < 0)
                throw Fault(result);
        }

        MmmException Fault(int error) =>
            new($"{device.Path} ({device.Driver}): cannot create a buffer of {width}x{height} {format}: {Sys.ErrorText(error)}");
    }

    /// <summary>The framebuffer object's number.</summary>
    public uint FbId { get; }

    /// <summary>Copies a rectangle that lies in the buffer, from a picture with <paramref name="width"/> pixels per row.</summary>
    public void Copy(Rect rect, ReadOnlySpan<uint> picture, int width) =>
        Copy(_converter, rect, picture, width, new Span<byte>(_mapped, (int)_size), _pitch);

    /// <summary>
    /// Does the same for any memory with <paramref name="pitch"/> bytes per row. Only the bytes of the rectangle are written.
    /// </summary>
    public static void Copy(PixelConverter converter, Rect rect, ReadOnlySpan<uint> picture, int width, Span<byte> memory, int pitch)
    {
        var from = picture[(rect.Y * width + rect.X)..];
        var to = memory[(rect.Y * pitch + converter.Layout.ByteOf(rect.X))..];
        if (rect.Width == width)
        {
            converter.Write(rect, from, to, pitch);
            return;
        }
        for (var y = 0; y < rect.Height; y++)
            converter.Write(new Rect(rect.X, rect.Y + y, rect.Width, 1), from.Slice(y * width, rect.Width), to[(y * pitch)..], pitch);
    }

    public void Dispose()
    {
        if (_mapped != null)
            munmap(_mapped, (size_t)_size);
        var fb = FbId;
        if (fb != 0)
            _device.Ioctl(DRM_IOCTL_MODE_RMFB, &fb);
        var destroy = new drm_mode_destroy_dumb { handle = _handle };
        _device.Ioctl(DRM_IOCTL_MODE_DESTROY_DUMB, &destroy);
    }
}
