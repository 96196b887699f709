namespace Displays;

/// <summary>
/// Decides which of several hosts on one terminal owns it: the first host. When the owner ends, it leaves the terminal to the others; the
/// last host restores it. The hosts may use different cards, because the text console would cover all of them.
/// </summary>
/// <param name="fd">The terminal, opened by its own name for reading and writing. The caller keeps ownership.</param>
internal sealed class TerminalLock(int fd)
{
    private const int Owner = 0, Users = 1;

    /// <summary>Registers this process as one of the hosts. Returns true if it is now the owner of the terminal.</summary>
    public bool Join() => DeviceLock.TryTake(fd, Users, isShared: true) & DeviceLock.TryTake(fd, Owner);

    /// <summary>
    /// Waits until the owner of the terminal ends. Returns true if this host is now the owner. This blocks, so call
    /// it on a separate thread.
    /// </summary>
    public bool WaitForOwner() => DeviceLock.Take(fd, Owner);

    /// <summary>
    /// Unregisters this process. Returns true if it was the last host: the caller must then restore the terminal before it closes the
    /// descriptor. If several hosts call this at the same time, the last one gets true.
    /// </summary>
    public bool Leave()
    {
        DeviceLock.Release(fd, Owner);
        DeviceLock.Release(fd, Users);
        return !DeviceLock.IsTaken(fd, Users) && DeviceLock.TryTake(fd, Owner);
    }
}
