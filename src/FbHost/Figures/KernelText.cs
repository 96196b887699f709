using System.Globalization;
using System.Text;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Figures;

/// <summary>Reads small files of /proc and /sys, which have no length of their own. Not for the loop: a driver may take its time.</summary>
internal static class KernelText
{
    private const int MostBytes = 4096; // a page, the most that a file of /sys has
    private const int MostEntries = 64;

    /// <summary>Returns the first 4,096 bytes of a file without the white space around them; null if it cannot be read.</summary>
    public static string? Read(string path)
    {
        var fd = Sys.Open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
        if (fd < 0)
            return null;
        var bytes = new byte[MostBytes];
        var length = 0;
        long n = 1;
        for (; n > 0 && length < bytes.Length; length += (int)Math.Max(0, n))
            n = Sys.Read(fd, bytes.AsSpan(length));
        Sys.Close(fd);
        return n < 0 ? null : Encoding.UTF8.GetString(bytes, 0, length).Trim();
    }

    /// <summary>Returns a file's decimal number; null if it cannot be read or is none.</summary>
    public static long? Number(string path) =>
        long.TryParse(Read(path), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>
    /// Returns the number of a line such as <c>MemAvailable:  123 kB</c>, in bytes if it is in kB; null if there is no such line.
    /// </summary>
    public static long? Line(string? text, string name)
    {
        foreach (var line in text?.Split('\n') ?? [])
        {
            if (line.StartsWith(name + ":", StringComparison.Ordinal)
                && line[(name.Length + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                    is [var number, .. var unit]
                && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
                return unit is ["kB"] ? value * 1024 : value;
        }
        return null;
    }

    /// <summary>Returns the paths of up to 64 entries of a directory with a pattern, in the order of their numbers; none if it cannot be
    /// read.</summary>
    public static IReadOnlyList<string> Entries(string directory, string pattern)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(directory, pattern).Take(MostEntries)
                .OrderBy(e => e.Length).ThenBy(e => e, StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // the kernel has no such directory, or no descriptor is left
        }
    }
}
