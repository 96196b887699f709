using System.Text;

namespace Mmm.Protocol;

/// <summary>The directory in which host and clients meet. Source: protocol.md sections 1 and 9.</summary>
internal static class Rendezvous
{
    /// <summary>The environment variable that names the directory.</summary>
    public const string PathVariable = "MMM_PATH";
    /// <summary>The bell socket's name in the directory.</summary>
    public const string BellName = ".host";
    /// <summary>The control socket's name in the directory.</summary>
    public const string ControlName = ".control";

    /// <summary>The longest file name, in bytes of UTF-8 (NAME_MAX of limits.h).</summary>
    public const int MaxNameBytes = 255;

    /// <summary>
    /// Returns true for a name that can be a client's file: 1 to <see cref="MaxNameBytes"/> bytes, not hidden, without a path or NUL, and
    /// valid UTF-8, because a name in which bytes were replaced would refer to another file.
    /// </summary>
    public static bool IsClientName(string name) => name.Length > 0 && Encoding.UTF8.GetByteCount(name) <= MaxNameBytes && name[0] != '.'
        && !name.AsSpan().ContainsAny('/', '\0') && IsWholeText(name);

    private static bool IsWholeText(string name)
    {
        foreach (var rune in name.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar) // also for half of a surrogate pair
                return false;
        }
        return true;
    }
}

/// <summary>
/// The bell's packets. The first one from the client is <c>mmm 1 FILENAME</c>, the first answer <c>mmm 1 ok</c> or <c>mmm 1 error
/// REASON</c>; every later packet, in either direction, is one zero byte, which wakes the other side to read the shared memory.
/// </summary>
internal static class Bell
{
    /// <summary>The longest packet.</summary>
    public const int MaxPacket = 300;

    /// <summary>The answer that accepts a client.</summary>
    public static ReadOnlySpan<byte> Ok => "mmm 1 ok"u8;

    /// <summary>A client's first packet.</summary>
    public static byte[] Hello(string fileName) => Encoding.UTF8.GetBytes("mmm 1 " + fileName);

    /// <summary>The answer that refuses a client.</summary>
    public static byte[] Error(string reason) => Encoding.UTF8.GetBytes("mmm 1 error " + reason);

    /// <summary>Reads the file name in a client's first packet. Returns false and a reason if the packet is not valid.</summary>
    public static bool TryParseHello(ReadOnlySpan<byte> packet, out string fileName, out string reason)
    {
        fileName = "";
        if (!packet.StartsWith("mmm 1 "u8))
        {
            reason = "not an mmm 1 client";
            return false;
        }
        fileName = Encoding.UTF8.GetString(packet[6..]);
        reason = Rendezvous.IsClientName(fileName) ? "" : "not a file name";
        return reason.Length == 0;
    }
}
