using System.Runtime.InteropServices;
using System.Text;

namespace AlsaSink;

/// <summary>
/// Keeps what libasound says about a fault, such as the line of a syntax error in asound.conf, which it would print to stderr otherwise.
/// The library has one listener for each thread (<c>snd_lib_error_set_local</c> in alsa/error.h).
/// </summary>
internal sealed unsafe class LibAsoundMessages(nint setLocal)
{
    private const int MostBytes = 256;

    [ThreadStatic]
    private static string? s_first;

    /// <summary>
    /// The first message on this thread since <see cref="Listen"/>: one line of at most 255 bytes; null if there was none.
    /// </summary>
    public string? First => s_first;

    /// <summary>Forgets what was said, and listens on the calling thread from now on.</summary>
    public void Listen()
    {
        s_first = null;
        ((delegate* unmanaged<nint, nint>)setLocal)((nint)(delegate* unmanaged<byte*, int, byte*, int, byte*, nint, void>)&Keep);
    }

    [DllImport("libc")]
    private static extern int vsnprintf(byte* to, nuint size, byte* format, nint arguments);

    // snd_local_error_handler_t. Its last parameter is a va_list, which is passed as one pointer on x86-64, arm64 and arm.
    [UnmanagedCallersOnly]
    private static void Keep(byte* file, int line, byte* function, int error, byte* format, nint arguments)
    {
        if (s_first is not null || format is null)
            return;
        byte* text = stackalloc byte[MostBytes];
        int length = Math.Min(vsnprintf(text, MostBytes, format, arguments), MostBytes - 1);
        if (length > 0)
            s_first = string.Concat(Encoding.UTF8.GetString(text, length).Select(c => char.IsControl(c) ? ' ' : c)).Trim();
    }
}
