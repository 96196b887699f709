using Mmm;
using static Displays.LinuxDrm;

namespace Displays;

/// <summary>
/// Starts page flips that end with an event. If the driver has atomic modesetting, a flip is an atomic commit, which also passes the damage
/// to the driver; otherwise it is the older page flip call.
/// </summary>
internal sealed unsafe class PageFlip
{
    private readonly DrmDevice _device;
    private readonly uint _crtc;
    private readonly uint _plane; // 0 if flips are not atomic
    private readonly uint _fbProperty;
    private readonly uint _damageProperty; // 0 if the driver does not accept damage

    /// <param name="device">The display's device.</param>
    /// <param name="crtc">The CRTC that shows <paramref name="fb"/>.</param>
    /// <param name="fb">The framebuffer that the mode set has shown. The plane that shows it is the one to flip.</param>
    /// <param name="atomic">False to never use an atomic commit.</param>
    public PageFlip(DrmDevice device, uint crtc, uint fb, bool atomic)
    {
        (_device, _crtc) = (device, crtc);
        if (!atomic || !EnableAtomic())
            return;
        _plane = FindPlane(fb);
        if (_plane == 0)
            return;
        _fbProperty = FindProperty("FB_ID"u8);
        _damageProperty = FindProperty("FB_DAMAGE_CLIPS"u8);
        if (_fbProperty == 0)
            _plane = 0;
    }

    /// <summary>The method of flipping, for people.</summary>
    public string Description => _plane == 0 ? "legacy" : _damageProperty == 0 ? "atomic" : "atomic with damage";

    private bool EnableAtomic()
    {
        foreach (var capability in (ReadOnlySpan<ulong>)[DRM_CLIENT_CAP_UNIVERSAL_PLANES, DRM_CLIENT_CAP_ATOMIC])
        {
            var cap = new drm_set_client_cap { capability = capability, value = 1 };
            if (_device.Ioctl(DRM_IOCTL_SET_CLIENT_CAP, &cap) < 0)
                return false;
        }
        return true;
    }

    private uint FindPlane(uint fb)
    {
        foreach (var id in _device.Planes())
        {
            var plane = new drm_mode_get_plane { plane_id = id };
            if (_device.Ioctl(DRM_IOCTL_MODE_GETPLANE, &plane) >= 0 && plane.crtc_id == _crtc && plane.fb_id == fb)
                return id;
        }
        return 0;
    }

    private uint FindProperty(ReadOnlySpan<byte> name) => _device.Property(_plane, DRM_MODE_OBJECT_PLANE, name)?.Id ?? 0;

    /// <summary>Starts the flip. Returns 0 or minus errno. The event at its end contains <paramref name="userData"/>.</summary>
    /// <param name="fb">The framebuffer to show.</param>
    /// <param name="damage">
    /// The parts of the buffer that have changed since it was last shown; at most <see cref="RectSet.Capacity"/> rectangles.
    /// </param>
    /// <param name="userData">Any number.</param>
    public int Begin(uint fb, ReadOnlySpan<Rect> damage, ulong userData)
    {
        if (_plane == 0)
        {
            var flip = new drm_mode_crtc_page_flip { crtc_id = _crtc, fb_id = fb, flags = DRM_MODE_PAGE_FLIP_EVENT, user_data = userData };
            return _device.Ioctl(DRM_IOCTL_MODE_PAGE_FLIP, &flip);
        }
        var clips = CreateDamage(damage);
        var plane = _plane;
        var count = _damageProperty == 0 ? 1u : 2u;
        var properties = stackalloc uint[2] { _fbProperty, _damageProperty };
        var values = stackalloc ulong[2] { fb, clips };
        var commit = new drm_mode_atomic
        {
            flags = DRM_MODE_PAGE_FLIP_EVENT | DRM_MODE_ATOMIC_NONBLOCK,
            count_objs = 1,
            objs_ptr = (ulong)&plane,
            count_props_ptr = (ulong)&count,
            props_ptr = (ulong)properties,
            prop_values_ptr = (ulong)values,
            user_data = userData,
        };
        var result = _device.Ioctl(DRM_IOCTL_MODE_ATOMIC, &commit);
        if (clips != 0)
            _device.Ioctl(DRM_IOCTL_MODE_DESTROYPROPBLOB, &clips); // the commit keeps its own reference
        return result;
    }

    // Returns the number of a blob with the damage; 0 (no blob) means that everything is damaged.
    private uint CreateDamage(ReadOnlySpan<Rect> damage)
    {
        if (_damageProperty == 0)
            return 0;
        var rects = stackalloc drm_mode_rect[RectSet.Capacity];
        var count = 0;
        foreach (var r in damage)
            rects[count++] = new drm_mode_rect { x1 = r.X, y1 = r.Y, x2 = r.Right, y2 = r.Bottom };
        var blob = new drm_mode_create_blob { data = (ulong)rects, length = (uint)(count * sizeof(drm_mode_rect)) };
        return count > 0 && _device.Ioctl(DRM_IOCTL_MODE_CREATEPROPBLOB, &blob) >= 0 ? blob.blob_id : 0;
    }
}
