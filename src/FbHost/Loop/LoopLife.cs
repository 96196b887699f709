namespace FbHost.Loop;

/// <summary>
/// Makes the parts that a loop runs, runs the loop, and disposes the parts, all on the calling thread: for some device calls (mode setting
/// of a DRM card), the kernel may check that the thread is the one that opened the device. The end needs no other thread.
/// </summary>
internal static class LoopLife
{
    /// <summary>Returns when the loop was stopped, possibly while the parts were made, and all parts are disposed.</summary>
    /// <param name="loop">The loop. The caller keeps it.</param>
    /// <param name="make">Makes the parts. Its exception is thrown on after <paramref name="putBack"/>.</param>
    /// <param name="failed">Called with the exception by which the loop ended, if any, before <paramref name="putBack"/>.</param>
    /// <param name="putBack">Disposes the parts that were made, possibly not all. Called once in any case.</param>
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
