using Mmm;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Device;

/// <summary>
/// The two stored copies of the boot state. A change writes the older or broken copy first, and the other one when that is on the disk: if
/// the power is cut at any moment, one copy is complete.
/// </summary>
/// <param name="path">The disk, or an image of it.</param>
/// <param name="offsets">Where the copies are, in bytes.</param>
internal sealed class BootStateDisk(string path, (long First, long Second) offsets)
{
    private const int LockTries = 100, LockWaitMs = 50;

    /// <summary>Reads the state.</summary>
    /// <exception cref="MmmException">The disk cannot be read, or has no valid state.</exception>
    public BootState Read() => Use(O_RDONLY, fd =>
        Newest(ReadCopy(fd, offsets.First), ReadCopy(fd, offsets.Second), out _) ?? throw NoState());

    /// <summary>Changes the state. Other programs that use this class wait meanwhile. Nothing is written if nothing changes.</summary>
    /// <param name="change">Gets the current state, and returns the new one; its generation is set by this method.</param>
    /// <exception cref="MmmException">The disk cannot be written, or has no valid state.</exception>
    public BootState Change(Func<BootState, BootState> change) => Use(O_RDWR, fd =>
    {
        Lock(fd);
        var (state, writes) = Plan(ReadCopy(fd, offsets.First), ReadCopy(fd, offsets.Second), s => change(s ?? throw NoState()));
        foreach (var write in writes)
            Write(fd, write.Bytes, write.IsFirst ? offsets.First : offsets.Second);
        return state;
    });

    /// <summary>Returns the state after a change, and what to write, in order; each has to be on the disk before the next one.</summary>
    /// <param name="first">The first stored copy; null if it is broken.</param>
    /// <param name="second">The second one.</param>
    /// <param name="change">As for <see cref="Change"/>, but gets null if both are broken.</param>
    internal static (BootState State, IReadOnlyList<(bool IsFirst, byte[] Bytes)> Writes) Plan(
        BootState? first, BootState? second, Func<BootState?, BootState> change)
    {
        var newest = Newest(first, second, out var isFirstOlder);
        var generation = newest?.Generation ?? 0;
        var changed = change(newest) with { Generation = generation };
        if (changed == first && changed == second)
            return (changed, []);
        changed = changed with { Generation = generation + 1 };
        return (changed, [(isFirstOlder, changed.ToBytes()), (!isFirstOlder, changed.ToBytes())]);
    }

    private static BootState? Newest(BootState? first, BootState? second, out bool isFirstOlder)
    {
        isFirstOlder = first is null || (second is not null && first.Generation < second.Generation);
        return isFirstOlder ? second : first;
    }

    private MmmException NoState() => new($"{path}: neither copy of the boot state is valid; write the image to the disk anew");

    private T Use<T>(int flags, Func<int, T> use)
    {
        var fd = Sys.Open(path, flags | O_CLOEXEC | O_NONBLOCK);
        if (fd < 0)
        {
            throw new MmmException(fd == -ENOENT
                ? $"{path}: there is no such disk; systems in two slots are on disks that firmware-image/build has made"
                : $"{path}: {Sys.ErrorText(fd)}");
        }
        try
        {
            return use(fd);
        }
        finally
        {
            Sys.Close(fd);
        }
    }

    private void Lock(int fd)
    {
        for (var tries = LockTries; Sys.Lock(fd) < 0; tries--)
        {
            if (tries == 0)
                throw new MmmException($"{path}: another program has been changing the boot state for {LockTries * LockWaitMs / 1000} s");
            Thread.Sleep(LockWaitMs);
        }
    }

    private static BootState? ReadCopy(int fd, long offset)
    {
        var bytes = new byte[BootState.Size];
        return Sys.PRead(fd, bytes, offset) == bytes.Length ? BootState.Parse(bytes) : null;
    }

    private void Write(int fd, byte[] bytes, long offset)
    {
        var written = Sys.PWrite(fd, bytes, offset);
        var synced = written == BootState.Size ? Sys.Check(fsync(fd)) : 0;
        if (written != BootState.Size || synced < 0)
        {
            var error = synced < 0 ? synced : written < 0 ? written : EIO;
            throw new MmmException($"{path}: the boot state cannot be written: {Sys.ErrorText(error)}");
        }
    }
}
