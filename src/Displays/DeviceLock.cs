using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Displays;

/// <summary>
/// Locks on an open device by which hosts detect each other. Every process that may open the device can hold them, and the kernel releases
/// them when the holder ends. They are open file description locks (F_OFD_SETLK of fcntl(2)). A device has any number of locks, which are
/// distinguished by number.
/// </summary>
internal static unsafe class DeviceLock
{
    /// <summary>Takes a lock for this open file, exclusively or shared. Returns false if another open file has it.</summary>
    public static bool TryTake(int fd, int number, bool isShared = false) =>
        Call(fd, F_OFD_SETLK, isShared ? F_RDLCK : F_WRLCK, number) >= 0;

    /// <summary>Takes a lock exclusively and waits while another open file has it. Returns false if the lock cannot be taken.</summary>
    public static bool Take(int fd, int number)
    {
        int result;
        do
        {
            result = Call(fd, F_OFD_SETLKW, F_WRLCK, number);
        }
        while (result == -EINTR);
        return result >= 0;
    }

    public static void Release(int fd, int number) => Call(fd, F_OFD_SETLK, F_UNLCK, number);

    /// <summary>Whether another open file has the lock, exclusively or shared.</summary>
    public static bool IsTaken(int fd, int number)
    {
        var lockOf = Describe(F_WRLCK, number);
        return fcntl(fd, F_OFD_GETLK, &lockOf) == 0 && lockOf.l_type != F_UNLCK;
    }

    private static int Call(int fd, int command, int type, int number)
    {
        var lockOf = Describe(type, number);
        return Sys.Check(fcntl(fd, command, &lockOf));
    }

    private static flock Describe(int type, int number) => new()
    {
        l_type = (short)type, l_whence = (short)SEEK_SET, l_start = (off_t)(long)number, l_len = (off_t)1L,
    };
}
