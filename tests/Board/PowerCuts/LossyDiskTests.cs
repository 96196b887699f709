using System.Buffers.Binary;

namespace Board.Tests.PowerCuts;

/// <summary>The lossy disk against a model: for each sector, the values that it may have after the cut.</summary>
public sealed class LossyDiskTests : IDisposable
{
    private const int Sectors = 64, Steps = 200, Disks = 40;
    private readonly string _folder = Directory.CreateTempSubdirectory("lossy-").FullName;

    [Fact]
    public void What_was_flushed_is_there_and_the_rest_is_old_or_new()
    {
        var random = new Random(4711);
        var lost = 0;
        for (var i = 0; i < Disks; i++)
            lost += CheckOneDisk(random);
        Assert.True(lost > 0, "no write was ever lost");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private int CheckOneDisk(Random random)
    {
        string path = Path.Combine(_folder, "log"), before = Path.Combine(_folder, "before"), after = Path.Combine(_folder, "after");
        File.WriteAllBytes(before, new byte[Sectors * WriteLog.SectorSize]);
        // One value a step; possible[sector]: the values since the last flush, with the one that was flushed in front.
        var possible = Enumerable.Range(0, Sectors).Select(_ => new List<byte> { 0 }).ToArray();
        WriteRandomLog(path, random, possible);
        using var log = new WriteLog(path);
        using var disk = new LossyDisk(before, log, random);
        disk.Cut(log.Entries.Count, after);

        var content = File.ReadAllBytes(after);
        var lost = 0;
        for (var sector = 0; sector < Sectors; sector++)
        {
            var value = content[sector * WriteLog.SectorSize];
            Assert.Contains(value, possible[sector]);
            Assert.All(content.Skip(sector * WriteLog.SectorSize).Take(WriteLog.SectorSize), b => Assert.Equal(value, b));
            lost += value != possible[sector][^1] ? 1 : 0;
        }
        return lost;
    }

    private static void WriteRandomLog(string path, Random random, List<byte>[] possible)
    {
        using var file = File.Create(path);
        var super = new byte[WriteLog.SectorSize];
        BinaryPrimitives.WriteUInt64LittleEndian(super, 0x6a736677736872);
        BinaryPrimitives.WriteUInt64LittleEndian(super.AsSpan(8), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(super.AsSpan(24), WriteLog.SectorSize);
        file.Write(super);
        for (var step = 1; step <= Steps; step++)
        {
            if (random.Next(6) == 0)
            {
                WriteEntry(file, 0, 0, 1);
                foreach (var values in possible)
                    values.RemoveRange(0, values.Count - 1);
                continue;
            }
            var sector = random.Next(Sectors);
            var count = random.Next(1, Math.Min(9, Sectors - sector + 1));
            WriteEntry(file, sector, count, 0);
            file.Write(Enumerable.Repeat((byte)step, count * WriteLog.SectorSize).ToArray());
            foreach (var values in possible.AsSpan(sector, count))
                values.Add((byte)step);
        }
    }

    private static void WriteEntry(FileStream file, long sector, long count, ulong flags)
    {
        var entry = new byte[WriteLog.SectorSize];
        BinaryPrimitives.WriteInt64LittleEndian(entry, sector);
        BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(8), count);
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(16), flags);
        file.Write(entry);
    }
}
