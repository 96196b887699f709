using System.Buffers.Binary;
using System.Text;

namespace Board.Tests;

/// <summary>
/// A disk image as the emulated board sees it, for tests that read or damage it. The places are those of firmware-image/lib/disk.sh.
/// </summary>
internal static class DiskImage
{
    public const int FirstState = 0x80000, SecondState = 0x90000;
    public const long Mib = 1024 * 1024, KernelA = 32 * Mib, KernelB = 64 * Mib, KernelSize = 32 * Mib;
    public const long RootA = 100 * Mib, RootB = 232 * Mib, RootSize = 128 * Mib, Data = 364 * Mib;
    private const int StateSize = 512;

    /// <summary>Writes a copy of the boot state.</summary>
    public static void WriteState(string disk, int place, string values)
    {
        var sector = new byte[StateSize];
        Encoding.ASCII.GetBytes(values.Replace(';', '\0')).CopyTo(sector, 4);
        BinaryPrimitives.WriteUInt32LittleEndian(sector, Crc(sector.AsSpan(4)));
        Write(disk, place, sector);
    }

    /// <summary>The values of a copy of the boot state, in the order of their names; "damaged" if its checksum is wrong.</summary>
    public static string ReadState(string disk, int place)
    {
        var sector = new byte[StateSize];
        using var file = Open(disk, FileAccess.Read);
        RandomAccess.Read(file, sector, place);
        return BinaryPrimitives.ReadUInt32LittleEndian(sector) == Crc(sector.AsSpan(4))
            ? Encoding.ASCII.GetString(sector, 4, StateSize - 4).TrimEnd('\0').Replace('\0', ';')
            : "damaged";
    }

    public static void Write(string disk, long place, byte[] content)
    {
        using var file = Open(disk, FileAccess.Write);
        RandomAccess.Write(file, content, place);
    }

    /// <summary>Copies a part of the disk to another place.</summary>
    public static void Copy(string disk, long from, long to, long size)
    {
        var buffer = new byte[4 * Mib];
        using var file = Open(disk, FileAccess.ReadWrite);
        for (long done = 0; done < size; done += buffer.Length)
        {
            RandomAccess.Read(file, buffer, from + done);
            RandomAccess.Write(file, buffer, to + done);
        }
    }

    /// <summary>Gives the disk another size; what is added is zero.</summary>
    public static void Resize(string disk, long size)
    {
        using var file = new FileStream(disk, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.SetLength(size);
    }

    private static Microsoft.Win32.SafeHandles.SafeFileHandle Open(string disk, FileAccess access) =>
        File.OpenHandle(disk, FileMode.Open, access, FileShare.ReadWrite);

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = ~0u;
        foreach (var each in bytes)
        {
            crc ^= each;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ (0xEDB88320u & (0 - (crc & 1)));
        }
        return ~crc;
    }
}
