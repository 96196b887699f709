using System.Text;
using Mmm.Linux;

namespace FbHost.Clients;

/// <summary>
/// The clients whose process this host has seen alive. The list is stored for the next host. When a process has ended, a host deletes the
/// file only if it is in this list: a file that merely looks like a client file may be a user's data.
/// </summary>
internal sealed class SeenClients
{
    private const int Most = 1024;
    private readonly HashSet<FileIdentity> _before = [];
    private readonly HashSet<FileIdentity> _now = [];
    private readonly Action<byte[]> _keep;

    /// <param name="kept">The list that the previous host stored; empty if there was none.</param>
    /// <param name="keep">Stores the list for the next host, possibly some time later. An empty list means that there is nothing to
    /// store.</param>
    public SeenClients(ReadOnlySpan<byte> kept, Action<byte[]> keep)
    {
        _keep = keep;
        foreach (var line in Encoding.ASCII.GetString(kept).Split('\n'))
        {
            if (line.Split(' ') is [var device, var inode]
                && ulong.TryParse(device, out var d) && ulong.TryParse(inode, out var i) && _before.Count < Most)
                _before.Add(new FileIdentity(d, i));
        }
    }

    /// <summary>Returns true if the previous host has seen the client's process alive.</summary>
    public bool Contains(ClientSession session) => _before.Contains(session.Identity);

    public void Add(ClientSession session)
    {
        if (session.WasAlive && _now.Add(session.Identity))
            Keep();
    }

    public void Remove(ClientSession session)
    {
        _before.Remove(session.Identity);
        if (_now.Remove(session.Identity))
            Keep();
    }

    /// <summary>
    /// Removes the previous host's entries whose files no longer exist, because a new file may get the same inode number.
    /// </summary>
    public void KeepOnly(IEnumerable<FileIdentity> there)
    {
        var before = _before.Count;
        _before.IntersectWith(there);
        if (_before.Count < before)
            Keep();
    }

    private void Keep() => _keep(Encoding.ASCII.GetBytes(string.Concat(_now.Union(_before).Select(i => $"{i.Device} {i.Inode}\n"))));
}
