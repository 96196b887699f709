using System.Buffers.Binary;
using System.Text;

namespace FbHost.Device;

/// <summary>A public key of ssh, as a line of a .pub file: <c>TYPE BASE64 [COMMENT]</c>.</summary>
internal static class SshKey
{
    private static readonly string[] Types =
    [
        "ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
        "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
    ];

    /// <summary>Returns what a value must be; null if it is valid.</summary>
    public static string? Must(string value)
    {
        if (value.Contains("PRIVATE KEY", StringComparison.Ordinal))
            return "it must be the public key; name the file that ends in .pub";
        return IsPublicKey(value) ? null
            : "it must be an ssh public key, as in \"ssh-ed25519 AAAA… name\", or @FILE; ssh-keygen -t ed25519 makes one";
    }

    /// <summary>Whether a key is the one that is meant: by its whole line, its base64 or its comment.</summary>
    public static bool IsMeant(string key, string meant) => key == meant || key.Split(' ', 3)[1..].Contains(meant) || SameKey(key, meant);

    /// <summary>Whether two lines have the same key, whatever their comments.</summary>
    public static bool SameKey(string a, string b) => a.Split(' ') is [var typeA, var dataA, ..]
        && b.Split(' ') is [var typeB, var dataB, ..] && typeA == typeB && dataA == dataB;

    // The data begins with the length of the type and the type.
    private static bool IsPublicKey(string value)
    {
        if (value.Any(char.IsControl) || value.Split(' ', 3) is not [var type, var base64, ..] || !Types.Contains(type))
            return false;
        var data = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, data, out var length) && length > 4 + type.Length + 4
            && BinaryPrimitives.ReadUInt32BigEndian(data) == type.Length
            && data.AsSpan(4, type.Length).SequenceEqual(Encoding.ASCII.GetBytes(type));
    }
}
