using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Displays;

/// <summary>
/// Locks on an open device by which hosts know of each other: who may open the device may hold them, and the kernel releases them when the
/// holder ends. Open file description locks (F_OFD_SETLK of fcntl(2)); a device has as many as one likes, by number.
/// </summary>
internal static unsafe class DeviceLock
{
    /// <summary>Takes a lock for this open file, alone or with others that share it; false: another open file has it.</summary>
    public static bool TryTake(int fd, int number, bool isShared = false) =>
        Call(fd, F_OFD_SETLK, isShared ? F_RDLCK : F_WRLCK, number) >= 0;

    /// <summary>Waits for as long as another open file has it; false: it cannot be had.</summary>
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

    /// <summary>Another open file has it, alone or shared.</summary>
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
