using Mmm.Protocol;
using Mmm;
using Mmm.Linux;
using Tmds.Linux;
using static Displays.LinuxDrm;
using static Tmds.Linux.LibC;

namespace Displays;

/// <summary>An open KMS device of which this process is the master, with its ioctls as methods for the display.</summary>
internal sealed unsafe class DrmDevice : IDisposable
{
    private readonly uint[] _crtcs;
    private readonly uint[] _connectors;

    /// <param name="path">The path of the device, /dev/dri/cardN.</param>
    /// <exception cref="MmmException">There is no such device, no permission, no display on it, or another program uses it.</exception>
    public DrmDevice(string path)
    {
        Path = path;
        Fd = Sys.Open(path, O_RDWR | O_NONBLOCK);
        if (Fd < 0)
            throw new MmmException($"{path}: {OpenFault(Fd)}");
        try
        {
            if (Capability(DRM_CAP_DUMB_BUFFER) == 0 || !ReadResources(out _crtcs, out _connectors))
                throw new MmmException($"{path}: drives no display; name a card that does, as in --display drm:/dev/dri/card1");
            if (TakeMaster() < 0)
                throw new MmmException($"{path}: another program uses it (a desktop, or another mmm); end that program first");
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
        var e when e == ENOENT || e == ENXIO || e == ENODEV => "no such device. To run without a display, use --display memory:800x480",
        var e when e == EACCES || e == EPERM => "permission denied. Add the user to the group \"video\": sudo usermod -aG video $USER",
        var e when e == EBUSY => "another program uses it; end that program first",
        _ => Sys.ErrorText(error),
    };

    public int Fd { get; }

    public string Path { get; }

    /// <summary>The kernel driver's name: vc4, virtio_gpu.</summary>
    public string Driver { get; }

    /// <summary>The colour depth in bits that the driver prefers for dumb buffers; 0 if the driver does not state one.</summary>
    public ulong PreferredDepth { get; }

    /// <summary>True if the device was unplugged: every call fails from then on.</summary>
    public bool IsGone { get; private set; }

    private ulong Capability(ulong capability)
    {
        var cap = new drm_get_cap { capability = capability };
        return Ioctl(DRM_IOCTL_GET_CAP, &cap) < 0 ? 0 : cap.value;
    }

    /// <summary>Calls ioctl, and repeats it if a signal interrupts it, as libdrm does. Returns the result or minus errno.</summary>
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

    /// <summary>Probes all connectors.</summary>
    public IReadOnlyList<DrmConnector> Connectors() => [.. _connectors.Select(Connector).OfType<DrmConnector>()];

    /// <summary>Probes one connector: the driver detects a monitor and reads its modes. Returns null if the connector is gone.</summary>
    public DrmConnector? Connector(uint id)
    {
        var get = new drm_mode_get_connector { connector_id = id }; // without room for modes, the driver probes the connector
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
                count_modes = Math.Max(1, get.count_modes), // at least 1, so that the driver does not probe again
                modes_ptr = (ulong)(modes.Length > 0 ? m : &none),
                count_encoders = get.count_encoders,
                encoders_ptr = (ulong)e,
            };
            if (Ioctl(DRM_IOCTL_MODE_GETCONNECTOR, &get) < 0)
                return null;
        }
        var mounting = Property(id, DRM_MODE_OBJECT_CONNECTOR, "panel orientation"u8);
        return new DrmConnector(id, DrmConnector.NameOf(get.connector_type, get.connector_type_id), get.connection, get.encoder_id,
            encoders[..(int)Math.Min(get.count_encoders, encoders.Length)],
            modes[..(int)Math.Min(get.count_modes, modes.Length)])
        {
            IsLinkBad = Property(id, DRM_MODE_OBJECT_CONNECTOR, "link-status"u8) is (_, DRM_MODE_LINK_STATUS_BAD),
            Edid = Property(id, DRM_MODE_OBJECT_CONNECTOR, "EDID"u8) is (_, var blob and > 0) ? Blob((uint)blob) : [],
            Mounting = mounting is var (property, value) && ValueName(property, value) is { } name ? DrmConnector.MountingOf(name) : null,
        };
    }

    /// <summary>Returns the number and the value of an object's property of that name; null if the object has none.</summary>
    public (uint Id, ulong Value)? Property(uint objectId, uint objectType, ReadOnlySpan<byte> name)
    {
        const int most = 128;
        var ids = stackalloc uint[most];
        var values = stackalloc ulong[most];
        var list = new drm_mode_obj_get_properties
        {
            props_ptr = (ulong)ids, prop_values_ptr = (ulong)values, count_props = most, obj_id = objectId, obj_type = objectType,
        };
        if (Ioctl(DRM_IOCTL_MODE_OBJ_GETPROPERTIES, &list) < 0)
            return null;
        for (var i = 0; i < Math.Min(most, list.count_props); i++)
        {
            var property = new drm_mode_get_property { prop_id = ids[i] };
            if (Ioctl(DRM_IOCTL_MODE_GETPROPERTY, &property) >= 0
                && TextRing.Text(new ReadOnlySpan<byte>(property.name, 32)).SequenceEqual(name))
                return (ids[i], values[i]);
        }
        return null;
    }

    private byte[] Blob(uint id)
    {
        const int most = 4096; // 32 blocks
        var data = new byte[most];
        fixed (byte* d = data)
        {
            // Without room for the whole blob, the kernel copies nothing and states its length.
            var get = new drm_mode_get_blob { blob_id = id };
            if (Ioctl(DRM_IOCTL_MODE_GETPROPBLOB, &get) < 0 || get.length > most)
                return [];
            get.data = (ulong)d;
            return Ioctl(DRM_IOCTL_MODE_GETPROPBLOB, &get) < 0 ? [] : data[..(int)Math.Min(get.length, most)];
        }
    }

    // Returns the name of a value of an enumeration; null if it has none.
    private string? ValueName(uint property, ulong value)
    {
        const int most = 32;
        var names = stackalloc drm_mode_property_enum[most];
        var get = new drm_mode_get_property { prop_id = property, enum_blob_ptr = (ulong)names, count_enum_blobs = most };
        if (Ioctl(DRM_IOCTL_MODE_GETPROPERTY, &get) < 0)
            return null;
        for (var i = 0; i < Math.Min(most, get.count_enum_blobs); i++)
        {
            if (names[i].value == value)
                return TextRing.Printable(TextRing.Text(new ReadOnlySpan<byte>(names[i].name, 32)));
        }
        return null;
    }

    /// <summary>
    /// Returns the formats that the planes accept which a CRTC shows by default (its primary plane); empty if the driver does not tell
    /// them.
    /// </summary>
    public IReadOnlyCollection<uint> Formats(uint crtc)
    {
        var cap = new drm_set_client_cap { capability = DRM_CLIENT_CAP_UNIVERSAL_PLANES, value = 1 };
        var at = Array.IndexOf(_crtcs, crtc);
        if (at < 0 || Ioctl(DRM_IOCTL_SET_CLIENT_CAP, &cap) < 0)
            return [];
        var formats = new HashSet<uint>();
        foreach (var id in Planes())
        {
            const ulong primary = 1; // DRM_PLANE_TYPE_PRIMARY
            var plane = new drm_mode_get_plane { plane_id = id };
            if (Property(id, DRM_MODE_OBJECT_PLANE, "type"u8) is not (_, primary) || Ioctl(DRM_IOCTL_MODE_GETPLANE, &plane) < 0
                || (plane.possible_crtcs & 1u << at) == 0)
                continue;
            var codes = new uint[plane.count_format_types];
            fixed (uint* c = codes)
            {
                plane = new drm_mode_get_plane { plane_id = id, count_format_types = plane.count_format_types, format_type_ptr = (ulong)c };
                if (Ioctl(DRM_IOCTL_MODE_GETPLANE, &plane) >= 0)
                    formats.UnionWith(codes.Take((int)plane.count_format_types));
            }
        }
        return formats;
    }

    /// <summary>Returns the planes. A driver that is asked without DRM_CLIENT_CAP_UNIVERSAL_PLANES names only overlays.</summary>
    public uint[] Planes()
    {
        const int most = 256;
        var planes = stackalloc uint[most];
        var list = new drm_mode_get_plane_res { plane_id_ptr = (ulong)planes, count_planes = most };
        return Ioctl(DRM_IOCTL_MODE_GETPLANERESOURCES, &list) < 0
            ? []
            : [.. new Span<uint>(planes, (int)Math.Min(most, list.count_planes))];
    }

    /// <summary>The CRTCs.</summary>
    public IReadOnlyList<uint> Crtcs => _crtcs;

    /// <summary>Returns a CRTC for the connector: the one in use, else the first that the connector can use; 0 if there is none.</summary>
    /// <param name="connector">The connector.</param>
    /// <param name="taken">CRTCs that must not be used.</param>
    public uint CrtcFor(DrmConnector connector, params ReadOnlySpan<uint> taken)
    {
        var current = new drm_mode_get_encoder { encoder_id = connector.Encoder };
        if (connector.Encoder != 0 && Ioctl(DRM_IOCTL_MODE_GETENCODER, &current) >= 0 && current.crtc_id != 0
            && !taken.Contains(current.crtc_id))
            return current.crtc_id;
        foreach (var id in connector.Encoders)
        {
            var encoder = new drm_mode_get_encoder { encoder_id = id };
            if (Ioctl(DRM_IOCTL_MODE_GETENCODER, &encoder) < 0)
                continue;
            for (var i = 0; i < _crtcs.Length && i < 32; i++)
            {
                if ((encoder.possible_crtcs & 1u << i) != 0 && !taken.Contains(_crtcs[i]))
                    return _crtcs[i];
            }
        }
        return 0;
    }

    /// <summary>Returns the current state of the CRTC: its framebuffer, mode and position.</summary>
    public drm_mode_crtc ReadCrtc(uint crtc)
    {
        var get = new drm_mode_crtc { crtc_id = crtc };
        return Ioctl(DRM_IOCTL_MODE_GETCRTC, &get) < 0 ? new drm_mode_crtc { crtc_id = crtc } : get;
    }

    /// <summary>Shows a framebuffer on a connector. Returns 0 or minus errno.</summary>
    public int SetCrtc(uint crtc, uint connector, uint fb, drm_mode_modeinfo mode, uint x = 0, uint y = 0)
    {
        var set = new drm_mode_crtc
        {
            crtc_id = crtc, fb_id = fb, x = x, y = y, set_connectors_ptr = (ulong)&connector,
            count_connectors = 1, mode_valid = 1, mode = mode,
        };
        return Ioctl(DRM_IOCTL_MODE_SETCRTC, &set);
    }

    /// <summary>Switches a CRTC off. Returns 0 or minus errno.</summary>
    public int DisableCrtc(uint crtc)
    {
        var off = new drm_mode_crtc { crtc_id = crtc };
        return Ioctl(DRM_IOCTL_MODE_SETCRTC, &off);
    }

    /// <summary>
    /// Makes this process the DRM master, which sets modes and flips. Returns 0, or minus errno if another program is the master. A user
    /// other than root can only become master again after dropping it, and up to Linux 6.5 only on the thread
    /// that opened the device (drm_master_check_perm).
    /// </summary>
    public int TakeMaster() => Ioctl(DRM_IOCTL_SET_MASTER, null);

    /// <summary>Drops the DRM master, so that another program can set modes and flip. Returns 0 or minus errno.</summary>
    public int DropMaster() => Ioctl(DRM_IOCTL_DROP_MASTER, null);

    /// <summary>Releases the device for other programs. The text console appears again when all buffers are unmapped, too.</summary>
    public void Dispose()
    {
        DropMaster();
        Sys.Close(Fd);
    }
}
