using System.Runtime.InteropServices;

namespace Displays;

/// <summary>Definitions from linux/fb.h, with the same names.</summary>
internal static unsafe class LinuxFb
{
    public const int FBIOGET_VSCREENINFO = 0x4600, FBIOPUT_VSCREENINFO = 0x4601, FBIOGET_FSCREENINFO = 0x4602;
    public const int FBIOGETCMAP = 0x4604, FBIOPUTCMAP = 0x4605, FBIOPAN_DISPLAY = 0x4606, FBIO_WAITFORVSYNC = 0x40044620;
    public const int FBIOBLANK = 0x4611, FB_BLANK_UNBLANK = 0, FB_BLANK_POWERDOWN = 4;
    public const int FB_TYPE_PACKED_PIXELS = 0, FB_NONSTD_REV_PIX_IN_B = 2, FB_ACTIVATE_VBL = 16;

    [StructLayout(LayoutKind.Sequential)]
    public struct fb_bitfield
    {
        public uint offset, length, msb_right;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct fb_var_screeninfo
    {
        public uint xres, yres, xres_virtual, yres_virtual, xoffset, yoffset, bits_per_pixel, grayscale;
        public fb_bitfield red, green, blue, transp;
        public uint nonstd, activate, height, width, accel_flags, pixclock, left_margin, right_margin, upper_margin, lower_margin,
            hsync_len, vsync_len, sync, vmode, rotate, colorspace;
        public fixed uint reserved[4];
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct fb_fix_screeninfo
    {
        public fixed byte id[16];
        public nuint smem_start;
        public uint smem_len, type, type_aux, visual;
        public ushort xpanstep, ypanstep, ywrapstep;
        public uint line_length;
        public nuint mmio_start;
        public uint mmio_len, accel;
        public ushort capabilities;
        public fixed ushort reserved[2];
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct fb_cmap
    {
        public uint start, len;
        public ushort* red, green, blue, transp;
    }
}
