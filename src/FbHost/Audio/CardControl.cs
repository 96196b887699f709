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
    /// <param name="changed">Called when <see cref="Rest"/> may have changed.</param>
    public CardControl(EventLoop loop, Worker worker, CardVolume card, Action changed)
    {
        (_worker, _card, _changed) = (worker, card, changed);
        _retry = loop.CreateTimer(Begin);
    }

    /// <summary>
    /// The factor by which samples must be multiplied if the control of the card that plays now has been set, 0 to 1; null if it has not,
    /// so that the whole volume is up to the samples.
    /// </summary>
    public float? Rest { get; private set; }

    /// <summary>Sets the control.</summary>
    /// <param name="percent">0 to 100.</param>
    public void Set(int percent) => Want(percent);

    /// <summary>
    /// Sets the control of a card that was just opened and may be another one. <see cref="Rest"/> is null until that is done.
    /// </summary>
    /// <param name="percent">0 to 100.</param>
    public void SetAnew(int percent)
    {
        Rest = null;
        Want(percent);
    }

    /// <summary>Releases a card that no longer plays.</summary>
    public void Release()
    {
        Rest = null;
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

    private float? Apply(int? wanted)
    {
        if (wanted is { } percent)
            _card.Set(percent);
        else
            _card.Release();
        return _card.Rest;
    }

    private void Done(float? rest)
    {
        _isBusy = false;
        if (_isDue)
        {
            Begin(); // a later request may concern another card
            return;
        }
        Rest = rest;
        _changed();
    }

    public void Dispose() => _worker.Run(_card.Dispose);
}
