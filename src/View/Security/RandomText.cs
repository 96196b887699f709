namespace View.Security;

/// <summary>
/// Texts that nobody can guess. They come from the kernel, since the runtime's own source needs a library that a board may not have.
/// </summary>
internal static class RandomText
{
    /// <summary>Returns bytes.</summary>
    public static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        using var random = new FileStream("/dev/urandom", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        random.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Returns 32 hexadecimal digits.</summary>
    public static string Make() => Convert.ToHexStringLower(Bytes(16));
}
