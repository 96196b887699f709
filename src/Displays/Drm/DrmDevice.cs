using Mmm;
using Mmm.Linux;
using Tmds.Linux;
using static Displays.LinuxDrm;
using static Tmds.Linux.LibC;

namespace Displays;

/// <summary>An open KMS device of which this process is master: its ioctls in the shape the display uses them.</summary>
internal sealed unsafe class DrmDevice : IDisposable
{
    private readonly uint[] _crtcs;
    private readonly uint[] _connectors;

    /// <param name="path">/dev/dri/cardN.</param>
    /// <exception cref="MmmException">No such device, no permission, it drives no display, or another program shows on it.</exception>
    public DrmDevice(string path)
    {
        Path = path;
        Fd = Sys.Open(path, O_RDWR | O_NONBLOCK);
        if (Fd < 0)
            throw new MmmException($"{path}: {OpenFault(Fd)}");
        try
        {
            if (Capability(DRM_CAP_DUMB_BUFFER) == 0 || !ReadResources(out _crtcs, out _connectors))
                throw new MmmException($"{path}: drives no display; name one that does, as in --display drm:/dev/dri/card1");
            if (TakeMaster() < 0)
                throw new MmmException($"{path}: another program shows on it (a desktop, or another mmm); end that one first");
            Driver = ReadDriver();
            PreferredDepth = Capability(DRM_CAP_DUMB_PREFERRED_DEPTH);
        }
        catch
        {
            Sys.Close(Fd);
            throw;
        }
    }

    private static string OpenFault(int error) => -error switch
    {
        var e when e == ENOENT || e == ENXIO || e == ENODEV => "there is no such device. Use --display memory:800x480 to go without",
        var e when e == EACCES || e == EPERM => "permission denied. Add the user to the group \"video\": sudo usermod -aG video $USER",
        var e when e == EBUSY => "another program shows on it; end that one first",
        _ => Sys.ErrorText(error),
    };

    public int Fd { get; }

    public string Path { get; }

    /// <summary>The kernel driver's name: vc4, virtio_gpu.</summary>
    public string Driver { get; }

    /// <summary>Bits of colour that a pixel of a dumb buffer should have; 0: the driver does not say.</summary>
    public ulong PreferredDepth { get; }

    /// <summary>The device was unplugged: each call fails since.</summary>
    public bool IsGone { get; private set; }

    private ulong Capability(ulong capability)
    {
        var cap = new drm_get_cap { capability = capability };
        return Ioctl(DRM_IOCTL_GET_CAP, &cap) < 0 ? 0 : cap.value;
    }

    /// <summary>Calls again while a signal interrupts, as libdrm does; the result or minus errno.</summary>
    public int Ioctl(uint request, void* argument)
    {
        int result;
        do
        {
            result = Sys.Check(ioctl(Fd, unchecked((int)request), argument));
        }
        while (result == -EINTR || result == -EAGAIN);
        IsGone |= result == -ENODEV;
        return result;
    }

    private string ReadDriver()
    {
        var name = stackalloc byte[32];
        var version = new drm_version { name_len = 32, name = (nuint)name };
        return Ioctl(DRM_IOCTL_VERSION, &version) < 0
            ? "?"
            : TextRing.Printable(new ReadOnlySpan<byte>(name, (int)Math.Min(32, version.name_len)));
    }

    private bool ReadResources(out uint[] crtcs, out uint[] connectors)
    {
        crtcs = connectors = [];
        drm_mode_card_res res = default;
        if (Ioctl(DRM_IOCTL_MODE_GETRESOURCES, &res) < 0 || res.count_crtcs == 0 || res.count_connectors == 0)
            return false;
        crtcs = new uint[res.count_crtcs];
        connectors = new uint[res.count_connectors];
        fixed (uint* c = crtcs, n = connectors)
        {
            res = new drm_mode_card_res
            {
                crtc_id_ptr = (ulong)c, count_crtcs = res.count_crtcs, connector_id_ptr = (ulong)n, count_connectors = res.count_connectors,
            };
            return Ioctl(DRM_IOCTL_MODE_GETRESOURCES, &res) >= 0;
        }
    }

    /// <summary>All connectors, probed now.</summary>
    public IReadOnlyList<DrmConnector> Connectors() => [.. _connectors.Select(Connector).OfType<DrmConnector>()];

    /// <summary>Probes one connector: the driver looks for a monitor and reads what it can show. Null: it is gone.</summary>
    public DrmConnector? Connector(uint id)
    {
        var get = new drm_mode_get_connector { connector_id = id }; // no room for modes asks the driver to probe
        if (Ioctl(DRM_IOCTL_MODE_GETCONNECTOR, &get) < 0)
            return null;
        var modes = new drm_mode_modeinfo[get.count_modes];
        var encoders = new uint[get.count_encoders];
        fixed (drm_mode_modeinfo* m = modes)
        fixed (uint* e = encoders)
        {
            drm_mode_modeinfo none;
            get = new drm_mode_get_connector
            {
                connector_id = id,
                count_modes = Math.Max(1, get.count_modes), // but do not probe again
                modes_ptr = (ulong)(modes.Length > 0 ? m : &none),
                count_encoders = get.count_encoders,
                encoders_ptr = (ulong)e,
            };
            if (Ioctl(DRM_IOCTL_MODE_GETCONNECTOR, &get) < 0)
                return null;
        }
        return new DrmConnector(id, DrmConnector.NameOf(get.connector_type, get.connector_type_id),
            get.connection == Connected, get.encoder_id, encoders[..(int)Math.Min(get.count_encoders, encoders.Length)],
            modes[..(int)Math.Min(get.count_modes, modes.Length)]);
    }

    /// <summary>A CRTC that can feed the connector: the one that does, else the first that can; 0: none.</summary>
    public uint CrtcFor(DrmConnector connector)
    {
        var current = new drm_mode_get_encoder { encoder_id = connector.Encoder };
        if (connector.Encoder != 0 && Ioctl(DRM_IOCTL_MODE_GETENCODER, &current) >= 0 && current.crtc_id != 0)
            return current.crtc_id;
        foreach (var id in connector.Encoders)
        {
            var encoder = new drm_mode_get_encoder { encoder_id = id };
            if (Ioctl(DRM_IOCTL_MODE_GETENCODER, &encoder) < 0)
                continue;
            for (var i = 0; i < _crtcs.Length && i < 32; i++)
            {
                if ((encoder.possible_crtcs & 1u << i) != 0)
                    return _crtcs[i];
            }
        }
        return 0;
    }

    /// <summary>What the CRTC shows now.</summary>
    public drm_mode_crtc ReadCrtc(uint crtc)
    {
        var get = new drm_mode_crtc { crtc_id = crtc };
        return Ioctl(DRM_IOCTL_MODE_GETCRTC, &get) < 0 ? new drm_mode_crtc { crtc_id = crtc } : get;
    }

    /// <summary>Shows a framebuffer on a connector; 0 or minus errno.</summary>
    public int SetCrtc(uint crtc, uint connector, uint fb, drm_mode_modeinfo mode, uint x = 0, uint y = 0)
    {
        var set = new drm_mode_crtc
        {
            crtc_id = crtc, fb_id = fb, x = x, y = y, set_connectors_ptr = (ulong)&connector,
            count_connectors = 1, mode_valid = 1, mode = mode,
        };
        return Ioctl(DRM_IOCTL_MODE_SETCRTC, &set);
    }

    /// <summary>Switches a CRTC off; 0 or minus errno.</summary>
    public int DisableCrtc(uint crtc)
    {
        var off = new drm_mode_crtc { crtc_id = crtc };
        return Ioctl(DRM_IOCTL_MODE_SETCRTC, &off);
    }

    /// <summary>
    /// Becomes the one that sets modes and flips; 0 or minus errno: another program is, and this one may not take its place. A user who is
    /// not root may only take back what was dropped before, and up to Linux 6.5 only on the thread that opened the device
    /// (drm_master_check_perm).
    /// </summary>
    public int TakeMaster() => Ioctl(DRM_IOCTL_SET_MASTER, null);

    /// <summary>Lets another program set modes and flip; 0 or minus errno.</summary>
    public int DropMaster() => Ioctl(DRM_IOCTL_DROP_MASTER, null);

    /// <summary>Gives the display back to whoever takes it next: the text console once all buffers are unmapped, too.</summary>
    public void Dispose()
    {
        DropMaster();
        Sys.Close(Fd);
    }
}
