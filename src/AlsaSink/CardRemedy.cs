using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace AlsaSink;

/// <summary>What a user can do about a card that cannot be used.</summary>
internal static unsafe class CardRemedy
{
    private const string Nodes = "/dev/snd";
    private const string Lists = "see /proc/asound/cards for the cards of this machine, and /usr/share/alsa/alsa.conf for device names";

    /// <summary>Returns the remedy for an error of an ALSA device, in the form used behind a log line.</summary>
    /// <param name="error">The errno.</param>
    /// <param name="nodes">The directory of the cards' device nodes.</param>
    public static string Of(int error, string nodes = Nodes)
    {
        if (error == EBUSY)
            return "end the program that uses it";
        if (error == ENODEV)
            return "plug the card in again; it is then used again";
        if (error != EACCES && error != EPERM && error != ENOENT)
            return Lists;
        // ALSA says "no such file" also for nodes that this user may not open.
        if (Refused(nodes) is { } node)
            return $"this user may not open {node}; add the user to the group \"{GroupOf(node)}\"";
        return error == ENOENT ? Lists : "add the user to the group \"audio\"";
    }

    // The first control or playback node that this user may not open.
    private static string? Refused(string nodes)
    {
        if (!Directory.Exists(nodes))
            return null;
        IEnumerable<string> all = Directory.EnumerateFiles(nodes, "controlC*").Concat(Directory.EnumerateFiles(nodes, "pcmC*p"));
        return all.Order(StringComparer.Ordinal).FirstOrDefault(IsRefused);
    }

    private static bool IsRefused(string node)
    {
        fixed (byte* path = Encoding.UTF8.GetBytes(node + '\0'))
        {
            int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC, default);
            if (fd < 0)
                return errno == EACCES;
            close(fd);
            return false;
        }
    }

    private static string GroupOf(string node)
    {
        stat about;
        fixed (byte* path = Encoding.UTF8.GetBytes(node + '\0'))
        {
            if (LibC.stat(path, &about) < 0)
                return "audio";
        }
        string id = ((uint)about.st_gid).ToString(CultureInfo.InvariantCulture);
        try
        {
            foreach (string line in File.ReadLines("/etc/group"))
            {
                if (line.Split(':') is [var name, _, var number, ..] && number == id)
                    return name;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The number names the group as well.
        }
        return id;
    }
}
