using System.Runtime.InteropServices;
using Mmm;

namespace Desktop.X11;

/// <summary>
/// The functions of libxcb that are used, with names and types as in xcb/xcb.h and xcb/xcbext.h. The library is loaded by name, so a board
/// does not need it. Requests are written by this project, so no library of an extension is needed.
/// </summary>
internal sealed unsafe class LibXcb
{
    public const string DefaultName = "libxcb.so.1";

    /// <summary>xcb_extension_t.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct xcb_extension
    {
        public byte* name;
        public int global_id;
    }

    /// <summary>xcb_protocol_request_t.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct xcb_protocol_request
    {
        public nuint count;
        public xcb_extension* ext;
        public byte opcode;
        public byte isvoid;
    }

    public readonly delegate* unmanaged<byte*, int*, nint> xcb_connect;
    public readonly delegate* unmanaged<nint, void> xcb_disconnect;
    public readonly delegate* unmanaged<nint, int> xcb_connection_has_error;
    public readonly delegate* unmanaged<nint, int> xcb_get_file_descriptor;
    public readonly delegate* unmanaged<nint, byte*> xcb_get_setup;
    public readonly delegate* unmanaged<nint, uint> xcb_generate_id;
    public readonly delegate* unmanaged<nint, int> xcb_flush;
    public readonly delegate* unmanaged<nint, byte*> xcb_poll_for_event;
    public readonly delegate* unmanaged<nint, xcb_extension*, byte*> xcb_get_extension_data;
    public readonly delegate* unmanaged<nint, int, nuint*, xcb_protocol_request*, uint> xcb_send_request;
    public readonly delegate* unmanaged<nint, int, nuint*, xcb_protocol_request*, uint, int*, uint> xcb_send_request_with_fds;
    public readonly delegate* unmanaged<nint, uint, byte**, byte*> xcb_wait_for_reply;

    private LibXcb(nint library)
    {
        nint Export(string function) => NativeLibrary.GetExport(library, function);
        xcb_connect = (delegate* unmanaged<byte*, int*, nint>)Export(nameof(xcb_connect));
        xcb_disconnect = (delegate* unmanaged<nint, void>)Export(nameof(xcb_disconnect));
        xcb_connection_has_error = (delegate* unmanaged<nint, int>)Export(nameof(xcb_connection_has_error));
        xcb_get_file_descriptor = (delegate* unmanaged<nint, int>)Export(nameof(xcb_get_file_descriptor));
        xcb_get_setup = (delegate* unmanaged<nint, byte*>)Export(nameof(xcb_get_setup));
        xcb_generate_id = (delegate* unmanaged<nint, uint>)Export(nameof(xcb_generate_id));
        xcb_flush = (delegate* unmanaged<nint, int>)Export(nameof(xcb_flush));
        xcb_poll_for_event = (delegate* unmanaged<nint, byte*>)Export(nameof(xcb_poll_for_event));
        xcb_get_extension_data = (delegate* unmanaged<nint, xcb_extension*, byte*>)Export(nameof(xcb_get_extension_data));
        xcb_send_request = (delegate* unmanaged<nint, int, nuint*, xcb_protocol_request*, uint>)Export(nameof(xcb_send_request));
        xcb_send_request_with_fds =
            (delegate* unmanaged<nint, int, nuint*, xcb_protocol_request*, uint, int*, uint>)Export(nameof(xcb_send_request_with_fds));
        xcb_wait_for_reply = (delegate* unmanaged<nint, uint, byte**, byte*>)Export(nameof(xcb_wait_for_reply));
    }

    /// <summary>Loads the library.</summary>
    /// <exception cref="MmmException">The library is not installed or is too old.</exception>
    public static LibXcb Load(string name = DefaultName)
    {
        if (!NativeLibrary.TryLoad(name, out var library))
            throw new MmmException($"x11: {name} cannot be loaded; install libxcb1, or use --display wayland or memory:800x480");
        try
        {
            return new LibXcb(library);
        }
        catch (EntryPointNotFoundException)
        {
            throw new MmmException($"x11: {name} is too old; install libxcb1 1.12 or later, or use --display wayland or memory:800x480");
        }
    }
}
