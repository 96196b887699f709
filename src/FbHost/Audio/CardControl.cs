using AlsaSink;
using FbHost.Loop;

namespace FbHost.Audio;

/// <summary>
/// Sets a control of the card's own mixer, on the worker: a USB card may take seconds to answer, and neither the loop nor the audio thread
/// waits for it. While the card is busy, only the newest volume is kept. Used only by the loop's thread.
/// </summary>
internal sealed class CardControl : IDisposable
{
    private const long RetryMs = 100;
    private readonly CardVolume _card; // used only on the worker
    private readonly Worker _worker;
    private readonly Action _changed;
    private readonly LoopTimer _retry;
    private int? _wanted; // percent; null: release the card
    private bool _isDue;
    private bool _isBusy;

    /// <param name="loop">Runs the timer and <paramref name="changed"/>.</param>
    /// <param name="worker">Calls the card.</param>
    /// <param name="card">The card's volume control. This object owns it, and from here on only the worker uses it.</param>
    /// <param name="changed">Called when <see cref="Works"/> may have changed.</param>
    public CardControl(EventLoop loop, Worker worker, CardVolume card, Action changed)
    {
        (_worker, _card, _changed) = (worker, card, changed);
        _retry = loop.CreateTimer(Begin);
    }

    /// <summary>True if the control of the card that plays now has the requested value. Otherwise the samples must be multiplied.</summary>
    public bool Works { get; private set; }

    /// <summary>Sets the control.</summary>
    /// <param name="percent">0 to 100.</param>
    public void Set(int percent) => Want(percent);

    /// <summary>
    /// Sets the control of a card that was just opened and may be another one. <see cref="Works"/> is false until that is done.
    /// </summary>
    /// <param name="percent">0 to 100.</param>
    public void SetAnew(int percent)
    {
        Works = false;
        Want(percent);
    }

    /// <summary>Releases a card that no longer plays.</summary>
    public void Release()
    {
        Works = false;
        Want(null);
    }

    private void Want(int? percent)
    {
        (_wanted, _isDue) = (percent, true);
        if (!_isBusy)
            Begin();
    }

    private void Begin()
    {
        if (_isBusy || !_isDue)
            return;
        var wanted = _wanted;
        _isBusy = _worker.Run(() => Apply(wanted), Done);
        if (_isBusy)
            _isDue = false;
        else
            _retry.After(RetryMs); // the worker's queue is full
    }

    private bool Apply(int? wanted)
    {
        if (wanted is { } percent)
            _card.Set(percent);
        else
            _card.Release();
        return _card.Works;
    }

    private void Done(bool works)
    {
        _isBusy = false;
        if (_isDue)
        {
            Begin(); // a later request may concern another card
            return;
        }
        Works = works;
        _changed();
    }

    public void Dispose() => _worker.Run(_card.Dispose);
}
