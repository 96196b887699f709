using System.Runtime.InteropServices;
using System.Text;

namespace Mmm.Linux;

/// <summary>Iterates over the records that a read of an inotify descriptor returned (struct inotify_event, linux/inotify.h).</summary>
internal ref struct InotifyEvents(ReadOnlySpan<byte> records)
{
    private ReadOnlySpan<byte> _rest = records;

    public uint Mask { get; private set; }

    public string Name { get; private set; } = "";

    public bool Next()
    {
        if (_rest.Length < 16)
            return false;
        Mask = MemoryMarshal.Read<uint>(_rest[4..]);
        var length = MemoryMarshal.Read<int>(_rest[12..]);
        var name = _rest.Slice(16, length);
        var end = name.IndexOf((byte)0);
        Name = end <= 0 ? "" : Encoding.UTF8.GetString(name[..end]);
        _rest = _rest[(16 + length)..];
        return true;
    }
}
