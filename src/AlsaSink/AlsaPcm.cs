using static Tmds.Linux.LibC;

namespace AlsaSink;

/// <summary>
/// An ALSA playback device. It is open only while a sound plays: when it is closed, the card makes no interrupts and other programs can use
/// it. Frames are queued a fixed lead ahead of the card. The lead begins as silence, so that frames are pulled from the sources at the
/// card's own pace from their first frame on. A client's jitter is absorbed by the client's ring and not by the card's buffer.
/// </summary>
internal sealed class AlsaPcm : IPcmOutput
{
    private const int WaitMs = 1000;
    private const long XrunsApartNs = 10_000_000_000;
    private const long RetryNs = 1_000_000;
    // After this number of recoveries within one period the card counts as failed.
    private const int MaxRecoveries = 5;

    private sealed record Granted(string Description, string Format, int Channels, int PeriodFrames, double LatencyMs, int Card);

    private readonly CardChoice _choice;
    private readonly AudioLatency _latency;
    private readonly Action<string>? _log;
    private readonly IAlsaCard _card;
    private readonly IAudioClock _clock;
    // A device without a card behind it (null, file) takes any amount at once. Writing is limited to 5 % above the rate.
    private readonly PeriodClock _limit;
    private volatile Granted _granted;
    private bool _open;
    private string _name = "";
    private PcmConverter _converter = new(SampleFormat.S16, 2);
    private byte[] _frames = [];
    private byte[] _silence = [];
    private int _lead;
    private CardSetup _setup;
    private string _description = "";
    private int _number = -1; // the kernel's number of the card
    private bool _isShort; // the card's buffer cannot hold the wanted queue, whatever its periods
    private int _queue; // how many frames are kept queued
    private long _xrunNs = long.MinValue / 2;
    private int _leadDue; // frames of silence that are written before anything else
    private int _xruns;
    private int _xrunsTold;
    private int _recoveries; // since the last period
    private int _before; // the number of frames in the last period
    private bool _woken;
    private long _stalledNs;

    /// <summary>Creates the output. No device is opened yet.</summary>
    /// <param name="choice">The devices to try.</param>
    /// <param name="latency">The latency to request from the device.</param>
    /// <param name="log">
    /// Receives a line when the device is closed after its first xrun, and later each time the number of xruns has doubled.
    /// Called on the audio thread.
    /// </param>
    /// <param name="card">The ALSA calls.</param>
    /// <param name="clock">The clock that sets the pace of a device without a card.</param>
    public AlsaPcm(CardChoice choice, AudioLatency latency, Action<string>? log, IAlsaCard card, IAudioClock clock)
    {
        _choice = choice;
        _latency = latency;
        _queue = latency.QueueFrames;
        _log = log;
        _card = card;
        _clock = clock;
        _limit = new PeriodClock(clock, AudioSink.Rate * 105 / 100);
        _granted = new Granted(choice.Description, "", 0, latency.PeriodFrames, 0, -1);
    }

    /// <inheritdoc/>
    public OutputStatus Status
    {
        get
        {
            Granted granted = _granted;
            return new OutputStatus(granted.Description, granted.Format, AudioSink.Rate, granted.Channels, granted.PeriodFrames,
                granted.LatencyMs, Volatile.Read(ref _xruns), OutputState.Idle) { Card = granted.Card };
        }
    }

    /// <inheritdoc/>
    public int PeriodFrames => _granted.PeriodFrames;

    /// <summary>The priority for the thread that starts the output; null leaves the priority unchanged.</summary>
    public RealTime? Priority { get; init; }

    /// <summary>Opens the device, sets it up and closes it again, to report faults early. Call it before the sink has started.</summary>
    /// <exception cref="AudioException">
    /// There is no libasound, no such device, no permission, or the device cannot play 48 kHz. A busy device is no fault here:
    /// it is tried again later.
    /// </exception>
    public void Probe()
    {
        OpenFirst(acceptBusy: true);
        Close();
    }

    /// <summary>Opens the first device that can be opened. The next write begins with the lead of silence.</summary>
    /// <exception cref="AudioException">None of the devices can be opened.</exception>
    public void Start()
    {
        Priority?.Raise();
        OpenFirst(acceptBusy: false);
        (_leadDue, _before, _woken, _stalledNs) = (_lead, 0, false, 0);
    }

    private void OpenFirst(bool acceptBusy)
    {
        string? fault = null;
        IReadOnlyList<string> names = _choice.Names();
        foreach (string name in names)
        {
            _name = name;
            int error = _card.Open(name);
            if (error >= 0)
            {
                _open = true;
                error = SetUp();
                if (error >= 0)
                    return;
                fault ??= $"ALSA device {name}: cannot play {AudioSink.Rate} Hz ({_card.ErrorText(error)}); "
                    + (names.Count == 1 ? $"use a converting device such as plug:{name}"
                        : $"{string.Join(", ", names.Where(n => n != name))} cannot either; choose another card (audio.device)") + Said;
                Close();
            }
            else if (acceptBusy && error == -EBUSY)
            {
                return;
            }
            fault ??= $"ALSA device {name}: {_card.ErrorText(error)}; {CardRemedy.Of(-error)}{Said}";
        }
        throw new AudioException(fault ?? _choice.NothingThere);
    }

    private string Said => _card.Message is { } message ? $" (libasound: {message})" : "";

    private int SetUp()
    {
        int error = _card.SetUp(_latency.PeriodFrames, _queue, _latency.MostFrames, out CardSetup granted);
        if (error < 0)
            return error;
        if (_converter.Format != granted.Format || _converter.Channels != granted.Channels || _frames.Length == 0)
        {
            _converter = new PcmConverter(granted.Format, granted.Channels);
            _frames = new byte[AudioSink.MaxPeriodFrames * _converter.FrameBytes];
            _silence = new byte[_frames.Length];
        }
        (_setup, _isShort, _number) = (granted, granted.BufferFrames < _queue, _card.Number);
        _description = _number >= 0 ? SoundCards.Name(_number, _choice.Proc) ?? _name : _choice.Description;
        return SetLead();
    }

    // The queue is as long as the requested latency, but at least two periods of the card, whose periods may be longer than requested
    // (dmix has 1024 frames).
    private int SetLead()
    {
        int buffer = _setup.BufferFrames;
        int period = Math.Clamp(_setup.PeriodFrames, 1, Math.Clamp(buffer / 2, 1, AudioSink.MaxPeriodFrames));
        int queue = Math.Clamp(Math.Max(_queue, 2 * _setup.PeriodFrames), 2 * period, Math.Max(buffer, 2 * period));
        _lead = queue - period;
        _granted = new Granted(_description, $"{_setup.Format}", _setup.Channels, period, queue * 1000.0 / AudioSink.Rate, _number);
        return _card.SetThresholds(_lead, Math.Max(1, buffer - _lead));
    }

    /// <summary>Waits until the queue is not longer than the lead, then adds the frames. Recovers from an xrun or a suspend.</summary>
    /// <param name="stereo">Interleaved samples.</param>
    /// <exception cref="AudioException">The card is gone, or has accepted no frames for a second.</exception>
    public void Write(ReadOnlySpan<float> stereo)
    {
        _limit.Pace(_before);
        _before = stereo.Length / 2;
        _recoveries = 0;
        ReadOnlySpan<byte> left = _frames.AsSpan(0, _converter.Convert(stereo, _frames));
        while (!left.IsEmpty)
        {
            int error = Advance(ref left);
            if (error < 0)
                Recover(error);
        }
    }

    // Does one step: writes silence of the lead, waits, or writes frames. Returns a negative errno if the step failed.
    private int Advance(ref ReadOnlySpan<byte> left)
    {
        int frameBytes = _converter.FrameBytes;
        if (_leadDue > 0)
        {
            nint silent = _card.Write(_silence, Math.Min(_leadDue, AudioSink.MaxPeriodFrames));
            _leadDue -= Math.Max(0, (int)silent);
            return Progress(silent);
        }
        nint room = _card.Room();
        if (room < 0)
            return (int)room;
        if (room < _setup.BufferFrames - _lead)
            return AwaitRoom();
        nint queued = _card.Write(left, left.Length / frameBytes);
        if (queued > 0)
            left = left[((int)queued * frameBytes)..];
        return Progress(queued);
    }

    private int Progress(nint frames)
    {
        if (frames > 0)
            (_woken, _stalledNs) = (false, 0);
        return frames == 0 ? -EAGAIN : (int)Math.Min(0, frames);
    }

    private int AwaitRoom()
    {
        // The last wait has returned and there is still no room. Waiting again at once could become a busy loop, so pause first.
        if (_woken)
            return -EAGAIN;
        int result = _card.Wait(WaitMs);
        if (result == 0)
            throw TookNothing();
        _woken = result > 0;
        return Math.Min(0, result);
    }

    // After an xrun the queue is empty. The lead of silence is written again; otherwise the card would play each period without a reserve.
    private void Recover(int error)
    {
        if (error == -EAGAIN || error == -EINTR)
        {
            Pause();
            return;
        }
        if (error != -EPIPE && error != -ESTRPIPE && error != -EBADFD)
            throw new AudioException($"ALSA device {_name}: {_card.ErrorText(error)}; {CardRemedy.Of(-error)}");
        int result = ++_recoveries > MaxRecoveries ? error : error == -ESTRPIPE ? Resume() : _card.Prepare();
        if (result >= 0 && error == -EPIPE)
            result = CountXrun();
        if (result < 0)
            throw new AudioException($"ALSA device {_name}: {_card.ErrorText(result)} repeatedly; check the card and its cable");
        (_leadDue, _woken) = (_lead, false);
    }

    // The second xrun within ten seconds lengthens the queue: this machine cannot keep such a short queue filled, and a longer latency
    // is better than gaps in the sound.
    private int CountXrun()
    {
        Volatile.Write(ref _xruns, _xruns + 1);
        long before = _xrunNs;
        _xrunNs = _clock.NowNs;
        if (_xrunNs - before > XrunsApartNs)
            return 0;
        _queue = Math.Min(_queue + _latency.QueueFrames, _latency.MostFrames);
        return _queue > _setup.BufferFrames && !_isShort ? OpenAgain() : SetLead();
    }

    // A card that allows few periods has to be set up anew with longer ones.
    private int OpenAgain()
    {
        PcmConverter before = _converter;
        _card.Close();
        int error = _card.Open(_name);
        _open = error >= 0;
        if (_open)
            error = SetUp();
        // The period that waits to be written is in the former format.
        return error >= 0 && _converter != before ? -EBADFD : error;
    }

    private int Resume()
    {
        for (;;)
        {
            int result = _card.Resume();
            if (result != -EAGAIN)
            {
                // Whether the device has resumed or not, the queue is started again, because its frames are late by the time of the
                // suspend. A running device cannot be prepared, so it is stopped first.
                if (result == 0)
                    _card.Drop();
                return _card.Prepare();
            }
            Pause();
        }
    }

    private void Pause()
    {
        long now = _clock.NowNs;
        if (_stalledNs == 0)
            _stalledNs = now;
        if (now - _stalledNs > WaitMs * 1_000_000L)
            throw TookNothing();
        _clock.SleepUntil(now + RetryNs);
        _woken = false;
    }

    private AudioException TookNothing() => new($"ALSA device {_name}: took no frames for {WaitMs} ms; check the card's driver");

    /// <inheritdoc/>
    public void Stop()
    {
        if (_open)
            _card.Drop();
        Close();
    }

    /// <inheritdoc/>
    public void Drain()
    {
        if (_open)
            _card.Drain();
        Close();
    }

    /// <summary>Closes the device.</summary>
    public void Dispose() => Close();

    private void Close()
    {
        if (!_open)
            return;
        _open = false;
        _card.Close();
        // One line for the first xrun, and then one each time their number has doubled, so that a bad card does not fill the log.
        if (_xruns == 0 || _xruns < 2 * _xrunsTold)
            return;
        _log?.Invoke($"ALSA device {_name}: {_xruns} xruns so far; the latency is now {_granted.LatencyMs:0.#} ms. "
            + (_isShort ? "The card's buffer holds no more; if gaps are audible, use ALSA's default device, or give the host more time "
                + "(audio.priority, fewer programs)" : "If gaps are audible, increase audio.latencyMs"));
        _xrunsTold = _xruns;
    }
}
