using FbHost.Loop;
using GpioButtons;

namespace FbHost.Input;

/// <summary>Connects the configured GPIO buttons to the loop.</summary>
/// <param name="loop">Waits for their events.</param>
/// <param name="seat">Receives the events.</param>
/// <param name="warn">Receives one line if a line fails later.</param>
internal sealed class Buttons(EventLoop loop, Seat seat, Action<string> warn) : IDisposable
{
    private IReadOnlyList<ButtonConfig> _configs = [];
    private ButtonSet? _set;
    private Watch? _watch;

    /// <summary>The buttons.</summary>
    public IReadOnlyList<ButtonConfig> Configs => _configs;

    /// <summary>Opens these buttons instead of the current ones, whose pressed ones are released.</summary>
    /// <exception cref="GpioLineException">A button cannot be opened. The former ones are open again if that is possible.</exception>
    public void Set(IReadOnlyList<ButtonConfig> configs)
    {
        _set?.ReleaseAll(seat.Take);
        Dispose();
        try
        {
            Open(configs);
            _configs = configs;
        }
        catch (GpioLineException)
        {
            Open(_configs);
            throw;
        }
    }

    private void Open(IReadOnlyList<ButtonConfig> configs)
    {
        if (configs.Count == 0)
            return;
        var set = ButtonSet.Open(configs, warn);
        Action<ButtonEvent> take = seat.Take;
        (_set, _watch) = (set, loop.Add(set.FileDescriptor, _ => set.Dispatch(take)));
    }

    public void Dispose()
    {
        _watch?.Dispose();
        _set?.Dispose();
        (_set, _watch) = (null, null);
    }
}
