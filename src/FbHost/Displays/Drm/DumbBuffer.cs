using Mmm;
using Mmm.Linux;
using Tmds.Linux;
using static FbHost.Displays.LinuxDrm;
using static Tmds.Linux.LibC;

namespace FbHost.Displays;

/// <summary>A buffer that the display can scan out and the processor can write, XRGB8888. May be write-combined memory: never read.</summary>
internal sealed unsafe class DumbBuffer : IDisposable
{
    private readonly DrmDevice _device;
    private readonly uint _handle;
    private readonly byte* _mapped;
    private readonly ulong _size;
    private readonly int _pitch;

    /// <summary>Makes a black one; its pages are all there, so that no later frame pays for them.</summary>
    /// <exception cref="MmmException">No memory for it, or the driver refuses its size or format.</exception>
    public DumbBuffer(DrmDevice device, int width, int height)
    {
        _device = device;
        var create = new drm_mode_create_dumb { width = (uint)width, height = (uint)height, bpp = 32 };
        Must(DRM_IOCTL_MODE_CREATE_DUMB, &create);
        (_handle, _size, _pitch) = (create.handle, create.size, (int)create.pitch);
        try
        {
            var add = new drm_mode_fb_cmd2 { width = (uint)width, height = (uint)height, pixel_format = DRM_FORMAT_XRGB8888 };
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
            new($"{device.Path} ({device.Driver}): no buffer of {width}x{height} XRGB8888: {Sys.ErrorText(error)}");
    }

    /// <summary>The framebuffer object's number.</summary>
    public uint FbId { get; }

    /// <summary>Copies a rectangle that lies inside, from a picture with that many pixels a row.</summary>
    public void Copy(Rect rect, uint* from, int stride)
    {
        var rowBytes = rect.Width * 4L;
        var source = (byte*)(from + (long)rect.Y * stride + rect.X);
        var target = _mapped + (long)rect.Y * _pitch + rect.X * 4L;
        if (rect.Width == stride && _pitch == stride * 4)
        {
            Buffer.MemoryCopy(source, target, rowBytes * rect.Height, rowBytes * rect.Height);
            return;
        }
        for (var y = 0; y < rect.Height; y++, source += stride * 4L, target += _pitch)
            Buffer.MemoryCopy(source, target, rowBytes, rowBytes);
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
