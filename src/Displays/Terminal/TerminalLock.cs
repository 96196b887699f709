namespace Displays;

/// <summary>
/// Which of the hosts that show something beside one terminal has it: the first. It leaves the terminal to the others when it ends, and the
/// last gives it back. The hosts may be on different cards; the text console would cover all of them.
/// </summary>
/// <param name="fd">The terminal, opened by its own name for reading and writing. Stays the caller's.</param>
internal sealed class TerminalLock(int fd)
{
    private const int Owner = 0, Users = 1;

    /// <summary>Counts as one of the hosts from now on. True: it is the one that has the terminal.</summary>
    public bool Join() => DeviceLock.TryTake(fd, Users, isShared: true) & DeviceLock.TryTake(fd, Owner);

    /// <summary>Waits until the host that has the terminal ends; true: it is this one's now. For a thread of its own.</summary>
    public bool WaitForOwner() => DeviceLock.Take(fd, Owner);

    /// <summary>
    /// Counts no more. True: the terminal is to be given back now, by the caller and before the descriptor is closed. Whoever asks last is
    /// told so, however many ask at a time.
    /// </summary>
    public bool Leave()
    {
        DeviceLock.Release(fd, Owner);
        DeviceLock.Release(fd, Users);
        return !DeviceLock.IsTaken(fd, Users) && DeviceLock.TryTake(fd, Owner);
    }
}
