namespace FbHost.Loop;

/// <summary>
/// Makes what a loop runs, runs it and puts it back, all on one thread: the kernel may compare who uses a device (a DRM card's mode
/// setting) with the thread that opened it. It is the thread that calls, so that the end needs no other.
/// </summary>
internal static class LoopLife
{
    /// <summary>Returns when the loop was stopped, also while things were made, and everything is put back.</summary>
    /// <param name="loop">Stays the caller's.</param>
    /// <param name="make">Makes what the loop runs; what it throws is thrown on when what was made is put back.</param>
    /// <param name="failed">Is told what the loop ended by, when it was an exception; called before <paramref name="putBack"/>.</param>
    /// <param name="putBack">Puts back what was made, perhaps in part; called once, however it ends.</param>
    public static void Run(EventLoop loop, Action make, Action<Exception> failed, Action putBack)
    {
        try
        {
            make();
            Run(loop, failed);
        }
        finally
        {
            putBack();
        }
    }

    private static void Run(EventLoop loop, Action<Exception> failed)
    {
        try
        {
            loop.Run();
        }
        catch (Exception e)
        {
            failed(e);
        }
    }
}
