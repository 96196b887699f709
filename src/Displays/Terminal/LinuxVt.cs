using System.Runtime.InteropServices;

namespace Displays;

/// <summary>Definitions from linux/vt.h, linux/kd.h and linux/major.h, with the same names.</summary>
internal static unsafe class LinuxVt
{
    public const int TTY_MAJOR = 4;
    public const int VT_SETMODE = 0x5602, VT_GETSTATE = 0x5603, VT_RELDISP = 0x5605, VT_ACTIVATE = 0x5606;
    public const int VT_AUTO = 0, VT_PROCESS = 1, VT_ACKACQ = 2;
    public const int KDSETMODE = 0x4B3A, KDGETMODE = 0x4B3B, KD_TEXT = 0, KD_GRAPHICS = 1;
    public const int KDGKBMODE = 0x4B44, KDSKBMODE = 0x4B45, K_XLATE = 1, K_UNICODE = 3, K_OFF = 4;

    [StructLayout(LayoutKind.Sequential)]
    public struct vt_mode
    {
        public sbyte mode, waitv;
        public short relsig, acqsig, frsig;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct vt_stat
    {
        public ushort v_active, v_signal, v_state;
    }
}
