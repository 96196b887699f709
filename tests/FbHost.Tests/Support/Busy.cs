namespace FbHost.Tests.Support;

/// <summary>Does something again and again, on a thread of its own, until it is disposed.</summary>
internal sealed class Busy : IDisposable
{
    private readonly Thread _thread;
    private volatile bool _done;

    public Busy(Action action)
    {
        _thread = new Thread(() =>
        {
            while (!_done)
                action();
        });
        _thread.Start();
    }

    public void Dispose()
    {
        _done = true;
        _thread.Join();
    }
}
