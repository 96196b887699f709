using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Mmm;
using Mmm.Linux;

namespace View.Security;

/// <summary>
/// Who may connect to a loopback address: as for the host's control socket root and the own user, and the users that were named. The
/// kernel knows whose the other end of such a connection is (proc_net_tcp of the kernel's documentation).
/// </summary>
internal sealed class LocalUsers
{
    private readonly HashSet<uint>? _ids; // null: all

    /// <param name="names">Names or numbers of further users; all: every user.</param>
    /// <exception cref="MmmException">There is no such user.</exception>
    public LocalUsers(IReadOnlyList<string> names)
    {
        if (!names.Contains("all"))
            _ids = [0, Sys.EffectiveUserId, .. names.Select(IdOf)];
    }

    private static uint IdOf(string name)
    {
        if (uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return id;
        var fields = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).FirstOrDefault(f => f.Length > 2 && f[0] == name);
        return fields is not null && uint.TryParse(fields[2], out id)
            ? id : throw new MmmException($"--user is {name}; there is no such user");
    }

    /// <summary>Whether the process at the other end of a connection may connect.</summary>
    public bool MayConnect(Socket socket) => _ids is null || (UserOf(socket) is { } user && _ids.Contains(user));

    private static uint? UserOf(Socket socket)
    {
        const int localColumn = 1, remoteColumn = 2, userColumn = 7;
        var (own, other) = ((IPEndPoint)socket.LocalEndPoint!, (IPEndPoint)socket.RemoteEndPoint!);
        foreach (var (table, mapped) in new[] { ("/proc/net/tcp", false), ("/proc/net/tcp6", true) })
        {
            if (Text(other, mapped) is not { } local || Text(own, mapped) is not { } remote || !File.Exists(table))
                continue;
            foreach (var line in File.ReadLines(table))
            {
                var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (columns.Length > userColumn && columns[localColumn] == local && columns[remoteColumn] == remote)
                    return uint.TryParse(columns[userColumn], out var user) ? user : null;
            }
        }
        return null;
    }

    // As in the table: the address as native words, and the port, in hexadecimal. Null if the table cannot have it.
    private static string? Text(IPEndPoint end, bool asVersion6)
    {
        var address = end.Address.IsIPv4MappedToIPv6 ? end.Address.MapToIPv4() : end.Address;
        if (asVersion6)
            address = address.MapToIPv6();
        else if (address.AddressFamily != AddressFamily.InterNetwork)
            return null;
        var bytes = address.GetAddressBytes();
        var words = Enumerable.Range(0, bytes.Length / 4).Select(i => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4 * i)));
        return $"{string.Concat(words.Select(w => w.ToString("X8", CultureInfo.InvariantCulture)))}:{end.Port:X4}";
    }
}
