using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Board.Tests.PowerCuts;

/// <summary>An entry of a log: <paramref name="Count"/> sectors were written at <paramref name="Sector"/>, or a flush.</summary>
/// <param name="IsFlush">All writes before this entry are on the disk, also after a power cut.</param>
/// <param name="IsFua">The write itself is on the disk when it is done.</param>
/// <param name="IsDiscard">The sectors lost their content; it is read as zeros.</param>
/// <param name="Position">The entry's place in the log, in bytes.</param>
/// <param name="Data">Where in the log the sectors are.</param>
internal sealed record LoggedWrite(long Sector, int Count, bool IsFlush, bool IsFua, bool IsDiscard, long Position, long Data);

/// <summary>
/// Everything that a disk was told, in order, as QEMU's blklogwrites leaves it (the format of the kernel's dm-log-writes: a superblock of
/// one sector, then entries of one sector each with the data behind them).
/// </summary>
internal sealed class WriteLog : IDisposable
{
    public const int SectorSize = 512;

    private const ulong Magic = 0x6a736677736872;
    private const ulong FlushFlag = 1, FuaFlag = 2, DiscardFlag = 4, MarkFlag = 8;
    private readonly SafeFileHandle _file;
    private readonly byte[] _buffer = new byte[1 << 20];

    public WriteLog(string path)
    {
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Span<byte> super = stackalloc byte[SectorSize];
        if (RandomAccess.Read(_file, super, 0) < SectorSize || BinaryPrimitives.ReadUInt64LittleEndian(super) != Magic)
            throw new InvalidDataException($"{path} is not a log of writes");
        if (BinaryPrimitives.ReadUInt32LittleEndian(super[24..]) != SectorSize)
            throw new InvalidDataException($"{path} has sectors of another size than {SectorSize} bytes");
        Entries = ReadEntries();
    }

    public IReadOnlyList<LoggedWrite> Entries { get; }

    /// <summary>Writes the first <paramref name="sectors"/> of an entry's sectors to a disk.</summary>
    public void Replay(LoggedWrite write, SafeFileHandle disk, int sectors)
    {
        var left = (long)sectors * SectorSize;
        for (long done = 0; left > 0;)
        {
            var part = _buffer.AsSpan(0, (int)Math.Min(left, _buffer.Length));
            if (write.IsDiscard)
                part.Clear();
            else if (RandomAccess.Read(_file, part, write.Data + done) < part.Length)
                throw new InvalidDataException($"the log ends within the write at byte {write.Position}");
            RandomAccess.Write(disk, part, write.Sector * SectorSize + done);
            done += part.Length;
            left -= part.Length;
        }
    }

    public void Dispose() => _file.Dispose();

    private List<LoggedWrite> ReadEntries()
    {
        var entries = new List<LoggedWrite>();
        var length = RandomAccess.GetLength(_file);
        Span<byte> entry = stackalloc byte[SectorSize];
        // The number of entries in the superblock is only brought up to date now and then, and the last entry may be incomplete.
        for (long at = SectorSize; at + SectorSize <= length && RandomAccess.Read(_file, entry, at) == SectorSize;)
        {
            var sector = BinaryPrimitives.ReadInt64LittleEndian(entry);
            var count = BinaryPrimitives.ReadInt64LittleEndian(entry[8..]);
            var flags = BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]);
            var discard = (flags & DiscardFlag) != 0;
            var data = (flags & MarkFlag) != 0 ? BinaryPrimitives.ReadInt64LittleEndian(entry[24..]) : discard ? 0 : count * SectorSize;
            if (at + SectorSize + data > length)
                break;
            entries.Add(new LoggedWrite(
                sector, (int)count, (flags & FlushFlag) != 0, (flags & FuaFlag) != 0, discard, at, at + SectorSize));
            at += SectorSize + data;
        }
        return entries;
    }
}
