using FbHost.Loop;

namespace FbHost.Figures;

/// <summary>What was read of /proc and /sys at one time.</summary>
/// <param name="Apps">The figures of apps by the process that leads them.</param>
/// <param name="Host">The host's own.</param>
/// <param name="Board">The board's.</param>
internal sealed record AllFigures(Dictionary<int, ProcessFigures> Apps, HostFigures Host, BoardFigures Board);

/// <summary>
/// Reads figures on a thread of its own, which the first request starts: a driver or a process may block its files in /sys and /proc for
/// ever, and that must stop neither the loop nor the host's other slow work. Used only by the loop's thread.
/// </summary>
/// <param name="loop">Runs the timer and the callbacks.</param>
/// <param name="patienceMs">How long a request waits, in ms.</param>
internal sealed class FiguresReader(EventLoop loop, long patienceMs = 2000) : IDisposable
{
    private List<Action<AllFigures?>> _waiting = [];
    private LoopTimer? _timer; // runs only while a request waits
    private Worker? _worker;
    private bool _isReading;

    /// <summary>Requests figures. A request that comes while others wait gets the same.</summary>
    /// <param name="read">Reads them; called on the other thread, unless a request waits or a reading that is late has not ended.</param>
    /// <param name="then">Called with the figures; with null if they are not there in time.</param>
    public void Ask(Func<AllFigures> read, Action<AllFigures?> then)
    {
        _waiting.Add(then);
        if (_waiting.Count > 1)
            return;
        _timer ??= loop.CreateTimer(() => Answer(null));
        _timer.After(patienceMs);
        if (_isReading)
            return;
        try
        {
            _worker ??= new Worker(loop, TimeSpan.Zero, "figures");
            _isReading = _worker.Run(read, figures =>
            {
                _isReading = false;
                Answer(figures);
            });
        }
        catch (OutOfMemoryException) // no thread can be created
        {
            Answer(null);
        }
    }

    private void Answer(AllFigures? figures)
    {
        _timer!.Cancel();
        var waiting = _waiting;
        _waiting = []; // a callback may request figures again
        waiting.ForEach(then => then(figures));
    }

    public void Dispose()
    {
        if (_timer is not null)
            loop.Remove(_timer);
        _worker?.Dispose();
    }
}
