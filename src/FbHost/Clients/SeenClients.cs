using System.Text;
using Mmm.Linux;

namespace FbHost.Clients;

/// <summary>
/// The clients whose process this host has seen alive, kept for the next host: only a file of one of them is deleted when its process is
/// gone. A file that merely looks like a client's may be somebody's data.
/// </summary>
internal sealed class SeenClients
{
    private const int Most = 1024;
    private readonly HashSet<FileIdentity> _before = [];
    private readonly HashSet<FileIdentity> _now = [];
    private readonly Action<byte[]> _keep;

    /// <param name="kept">What the host before has kept; empty when there was none.</param>
    /// <param name="keep">Keeps it for the next one, at a time of its own choice; empty: there is nothing to keep.</param>
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

    /// <summary>True when the host before has seen it alive.</summary>
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

    /// <summary>Forgets what the host before has seen and what is not there any more: another file may get its number.</summary>
    public void KeepOnly(IEnumerable<FileIdentity> there)
    {
        var before = _before.Count;
        _before.IntersectWith(there);
        if (_before.Count < before)
            Keep();
    }

    private void Keep() => _keep(Encoding.ASCII.GetBytes(string.Concat(_now.Union(_before).Select(i => $"{i.Device} {i.Inode}\n"))));
}
