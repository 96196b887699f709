using System.Runtime.InteropServices;

namespace Displays;

/// <summary>
/// Definitions from drm/drm.h, drm/drm_mode.h and drm/drm_fourcc.h, with the same names. Pointers are 64 bits wide on every processor.
/// </summary>
internal static unsafe class LinuxDrm
{
    public const uint DRM_IOCTL_VERSION = 0xC0406400, DRM_IOCTL_GET_CAP = 0xC010640C, DRM_IOCTL_SET_CLIENT_CAP = 0x4010640D,
        DRM_IOCTL_SET_MASTER = 0x641E, DRM_IOCTL_DROP_MASTER = 0x641F;
    public const uint DRM_IOCTL_MODE_GETRESOURCES = 0xC04064A0, DRM_IOCTL_MODE_GETCRTC = 0xC06864A1, DRM_IOCTL_MODE_SETCRTC = 0xC06864A2,
        DRM_IOCTL_MODE_GETENCODER = 0xC01464A6, DRM_IOCTL_MODE_GETCONNECTOR = 0xC05064A7, DRM_IOCTL_MODE_GETPROPERTY = 0xC04064AA,
        DRM_IOCTL_MODE_GETPROPBLOB = 0xC01064AC,
        DRM_IOCTL_MODE_RMFB = 0xC00464AF, DRM_IOCTL_MODE_PAGE_FLIP = 0xC01864B0, DRM_IOCTL_MODE_DIRTYFB = 0xC01864B1,
        DRM_IOCTL_MODE_CREATE_DUMB = 0xC02064B2, DRM_IOCTL_MODE_MAP_DUMB = 0xC01064B3, DRM_IOCTL_MODE_DESTROY_DUMB = 0xC00464B4,
        DRM_IOCTL_MODE_GETPLANERESOURCES = 0xC01064B5, DRM_IOCTL_MODE_GETPLANE = 0xC02064B6, DRM_IOCTL_MODE_ADDFB2 = 0xC06864B8,
        DRM_IOCTL_MODE_OBJ_GETPROPERTIES = 0xC02064B9, DRM_IOCTL_MODE_ATOMIC = 0xC03864BC, DRM_IOCTL_MODE_CREATEPROPBLOB = 0xC01064BD,
        DRM_IOCTL_MODE_DESTROYPROPBLOB = 0xC00464BE;
    public const ulong DRM_CAP_DUMB_BUFFER = 1, DRM_CAP_DUMB_PREFERRED_DEPTH = 3,
        DRM_CLIENT_CAP_UNIVERSAL_PLANES = 2, DRM_CLIENT_CAP_ATOMIC = 3;
    public const uint DRM_FORMAT_XRGB8888 = 0x34325258, DRM_FORMAT_ARGB8888 = 0x34325241, DRM_FORMAT_XBGR8888 = 0x34324258,
        DRM_FORMAT_ABGR8888 = 0x34324241, DRM_FORMAT_RGB888 = 0x34324752, DRM_FORMAT_BGR888 = 0x34324742,
        DRM_FORMAT_RGB565 = 0x36314752, DRM_FORMAT_BGR565 = 0x36314742;
    public const uint DRM_MODE_OBJECT_PLANE = 0xEEEEEEEE, DRM_MODE_OBJECT_CONNECTOR = 0xC0C0C0C0;
    public const uint DRM_MODE_PAGE_FLIP_EVENT = 1, DRM_MODE_ATOMIC_NONBLOCK = 0x200;
    public const uint DRM_EVENT_FLIP_COMPLETE = 2;
    public const uint DRM_MODE_TYPE_PREFERRED = 8, DRM_MODE_TYPE_USERDEF = 0x20,
        DRM_MODE_FLAG_INTERLACE = 0x10, DRM_MODE_FLAG_DBLSCAN = 0x20;

    /// <summary>The values of drm_connector_status, which the headers for user space do not contain.</summary>
    public const uint Connected = 1, Disconnected = 2, UnknownConnection = 3;

    /// <summary>The values of the connector's property "link-status".</summary>
    public const ulong DRM_MODE_LINK_STATUS_GOOD = 0, DRM_MODE_LINK_STATUS_BAD = 1;

    [StructLayout(LayoutKind.Sequential)]
    public struct drm_version
    {
        public int version_major, version_minor, version_patchlevel;
        public nuint name_len, name, date_len, date, desc_len, desc;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct drm_get_cap
    {
        public ulong capability, value;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct drm_set_client_cap
    {
        public ulong capability, value;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct drm_clip_rect
    {
        public ushort x1, y1, x2, y2;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct drm_event
    {
        public uint type, length;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct drm_event_vblank
    {
        public drm_event @base;
        public ulong user_data;
        public uint tv_sec, tv_usec, sequence, crtc_id;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct drm_mode_modeinfo
    {
        public uint clock;
        public ushort hdisplay, hsync_start, hsync_end, htotal, hskew, vdisplay, vsync_start, vsync_end, vtotal, vscan;
        public uint vrefresh, flags, type;
        public fixed byte name[32];
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct drm_mode_card_res
    {
        public ulong fb_id_ptr, crtc_id_ptr, connector_id_ptr, encoder_id_ptr;
        public uint count_fbs, count_crtcs, count_connectors, count_encoders, min_width, max_width, min_height, max_height;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct drm_mode_crtc
    {
        public ulong set_connectors_ptr;
        public uint count_connectors, crtc_id, fb_id, x, y, gamma_size, mode_valid;
        public drm_mode_modeinfo mode;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct drm_mode_get_encoder
    {
        public uint encoder_id, encoder_type, crtc_id, possible_crtcs, possible_clones;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct drm_mode_get_connector
    {
        public ulong encoders_ptr, modes_ptr, props_ptr, prop_values_ptr;
        public uint count_modes, count_props, count_encoders, encoder_id, connector_id, connector_type, connector_type_id, connection,
            mm_width, mm_height, subpixel, pad;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct drm_mode_get_plane_res
    {
        public ulong plane_id_ptr;
        public uint count_planes;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct drm_mode_get_plane
    {
        public uint plane_id, crtc_id, fb_id, possible_crtcs, gamma_size, count_format_types;
        public ulong format_type_ptr;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct drm_mode_obj_get_properties
    {
        public ulong props_ptr, prop_values_ptr;
        public uint count_props, obj_id, obj_type;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct drm_mode_get_property
    {
        public ulong values_ptr, enum_blob_ptr;
        public uint prop_id, flags;
        public fixed byte name[32];
        public uint count_values, count_enum_blobs;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct drm_mode_property_enum
    {
        public ulong value;
        public fixed byte name[32];
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct drm_mode_get_blob
    {
        public uint blob_id, length;
        public ulong data;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct drm_mode_create_blob
    {
        public ulong data;
        public uint length, blob_id;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct drm_mode_destroy_blob
    {
        public uint blob_id;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct drm_mode_create_dumb
    {
        public uint height, width, bpp, flags, handle, pitch;
        public ulong size;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct drm_mode_map_dumb
    {
        public uint handle, pad;
        public ulong offset;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct drm_mode_destroy_dumb
    {
        public uint handle;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct drm_mode_fb_cmd2
    {
        public uint fb_id, width, height, pixel_format, flags;
        public fixed uint handles[4];
        public fixed uint pitches[4];
        public fixed uint offsets[4];
        public fixed ulong modifier[4];
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct drm_mode_fb_dirty_cmd
    {
        public uint fb_id, flags, color, num_clips;
        public ulong clips_ptr;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct drm_mode_crtc_page_flip
    {
        public uint crtc_id, fb_id, flags, reserved;
        public ulong user_data;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct drm_mode_atomic
    {
        public uint flags, count_objs;
        public ulong objs_ptr, count_props_ptr, props_ptr, prop_values_ptr, reserved, user_data;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct drm_mode_rect
    {
        public int x1, y1, x2, y2;
    }
}
