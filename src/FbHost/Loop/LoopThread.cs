namespace FbHost.Loop;

/// <summary>
/// The thread on which everything of the host's is made, runs and is put back. Made there, too: the kernel may compare who uses a device (a
/// DRM card's mode setting) with the thread that opened it.
/// </summary>
/// <param name="loop">Runs on the thread. Stays the caller's.</param>
/// <param name="make">Makes what the loop runs.</param>
/// <param name="failed">Is told what the loop ended by, when it was an exception; called before <paramref name="putBack"/>.</param>
/// <param name="putBack">Puts back what was made, perhaps in part; called once, however it ends.</param>
internal sealed class LoopThread(EventLoop loop, Action make, Action<Exception> failed, Action putBack)
{
    private readonly TaskCompletionSource _made = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts it. Completes when everything is made; fails with what the making threw, when that is put back.</summary>
    public Task Start()
    {
        new Thread(Live) { Name = "loop" }.Start();
        return _made.Task;
    }

    /// <summary>Ends the loop. Completes when everything is put back. From any thread, also when it has ended before.</summary>
    public Task Stop()
    {
        loop.Post(loop.Stop);
        return _ended.Task;
    }

    private void Live()
    {
        try
        {
            make();
        }
        catch (Exception e)
        {
            putBack();
            _ended.SetResult();
            _made.SetException(e);
            return;
        }
        _made.SetResult();
        try
        {
            loop.Run();
        }
        catch (Exception e)
        {
            failed(e);
        }
        finally
        {
            putBack();
            _ended.SetResult();
        }
    }
}
