using System.Text;
using static AlsaSink.LibAsound;
using static Tmds.Linux.LibC;

namespace AlsaSink;

/// <summary>
/// A playback device of ALSA, held only while something sounds: between sounds it is closed, so the card makes no interrupts and
/// other programs can have it. Frames are queued a fixed lead ahead of the card, which begins as silence: sources are pulled at
/// the card's own pace from their first frame on, and a client's ring, not the card's buffer, takes up the client's jitter.
/// </summary>
public sealed unsafe class AlsaPcm : IPcmOutput
{
    // Two periods underrun on emulated boards, four never did; lead is all but one of them.
    private const int Periods = 4;
    private const int LatencyUs = (int)(Periods * AudioSink.MaxPeriodFrames * 1_000_000L / AudioSink.Rate);
    private const int WaitMs = 1000;
    // A card that fails again at once after so many recoveries within one period is dead.
    private const int MaxRecoveries = 5;

    private readonly string[] _names;
    private readonly string _libraryName;
    private readonly Action<string>? _log;
    // A device without a card behind it (null, file) takes any amount at once: never faster than 5 % above the rate.
    private readonly PeriodClock _limit;
    private readonly short[] _silence = new short[AudioSink.MaxPeriodFrames * 2];
    private readonly short[] _frames = new short[AudioSink.MaxPeriodFrames * 2];
    private LibAsound? _lib;
    private nint _pcm;
    private string _name;
    private int _lead;
    private int _buffer;
    private int _xruns;
    private int _recoveries;

    /// <summary>Names devices; opens nothing.</summary>
    /// <param name="names">ALSA device names such as <c>default</c>, <c>hw:0</c>, <c>plughw:1,3</c>, one or more: the first one that
    /// opens is used.</param>
    /// <param name="description">For people; the first name if null, until <see cref="Probe"/> finds the card's name.</param>
    /// <param name="log">Is given one line after a sound that had xruns; called on the audio thread.</param>
    public AlsaPcm(IEnumerable<string> names, string? description = null, Action<string>? log = null)
        : this(names, description, log, DefaultName, new MonotonicClock())
    {
    }

    internal AlsaPcm(IEnumerable<string> names, string? description, Action<string>? log, string libraryName, IAudioClock clock)
    {
        _names = [.. names];
        _name = _names[0];
        Description = description ?? _name;
        _log = log;
        _libraryName = libraryName;
        _limit = new PeriodClock(clock, AudioSink.Rate * 105 / 100);
    }

    /// <inheritdoc/>
    public OutputStatus Status => new(Description, "S16", AudioSink.Rate, 2, PeriodFrames,
        (_lead + PeriodFrames) * 1000.0 / AudioSink.Rate, _xruns, OutputState.Idle);

    /// <inheritdoc/>
    public int PeriodFrames => AudioSink.MaxPeriodFrames;

    private string Description { get; set; }

    /// <summary>Opens and configures the device, learns the card's name and closes it again. Call it before the sink has started.</summary>
    /// <exception cref="AudioException">No libasound, no such device, busy, no permission, or no 16-bit stereo at 48 kHz.</exception>
    public void Probe()
    {
        OpenFirst();
        Description = CardName() ?? _name;
        Close();
    }

    /// <summary>Opens the first device that can be had and queues silence as the lead.</summary>
    /// <exception cref="AudioException">None of the devices opens.</exception>
    public void Start()
    {
        OpenFirst();
        _recoveries = 0;
        WriteLead();
    }

    private void OpenFirst()
    {
        _lib ??= new LibAsound(_libraryName);
        string? firstError = null;
        foreach (string name in _names)
        {
            _name = name;
            string? error = Open();
            if (error is null)
                return;
            firstError ??= error;
        }
        throw new AudioException(firstError!);
    }

    /// <summary>Waits until the queue is no longer than the lead and adds a period. Recovers from an xrun or a suspend.</summary>
    /// <param name="stereo">Interleaved samples.</param>
    /// <exception cref="AudioException">The card is gone, or took no frames for a second.</exception>
    public void Write(ReadOnlySpan<float> stereo)
    {
        _recoveries = 0;
        Span<short> frames = _frames.AsSpan(0, stereo.Length);
        PcmSamples.ToS16(stereo, frames);
        WaitForRoom();
        Queue(frames);
        _limit.Pace(stereo.Length / 2);
    }

    /// <inheritdoc/>
    public void Stop()
    {
        if (_pcm != 0)
            _lib!.snd_pcm_drop(_pcm);
        Close();
    }

    /// <inheritdoc/>
    public void Drain()
    {
        if (_pcm != 0)
        {
            _lib!.snd_pcm_nonblock(_pcm, 0);
            _lib.snd_pcm_drain(_pcm);
        }
        Close();
    }

    /// <summary>Lets go of the device.</summary>
    public void Dispose() => Close();

    // A line for people if it cannot be had, else null.
    private string? Open()
    {
        nint pcm;
        int error;
        // Without NONBLOCK the open waits until another program lets go of the card.
        fixed (byte* name = Encoding.UTF8.GetBytes(_name + '\0'))
            error = _lib!.snd_pcm_open(&pcm, name, SND_PCM_STREAM_PLAYBACK, SND_PCM_NONBLOCK);
        if (error < 0)
            return $"ALSA device {_name}: {_lib.ErrorText(error)}; {Remedy(-error)}";
        _pcm = pcm;
        error = _lib.snd_pcm_set_params(pcm, SND_PCM_FORMAT_S16_LE, SND_PCM_ACCESS_RW_INTERLEAVED, 2, AudioSink.Rate, 1, LatencyUs);
        if (error >= 0)
            error = SetLead();
        if (error >= 0)
            return null;
        Close();
        return $"ALSA device {_name}: no 16-bit stereo at {AudioSink.Rate} Hz ({_lib.ErrorText(error)}); "
            + "choose a converting device such as plughw:0";
    }

    private static string Remedy(int error)
    {
        if (error == EBUSY)
            return "end the program that uses it";
        if (error == EACCES || error == EPERM)
            return "add the user to the group \"audio\"";
        return "see /proc/asound/cards for the cards there are, and /usr/share/alsa/alsa.conf for names";
    }

    private int SetLead()
    {
        nuint buffer, period;
        int error = _lib!.snd_pcm_get_params(_pcm, &buffer, &period);
        if (error < 0)
            return error;
        // A device may insist on longer periods (dmix has 1024): then the lead must be as many of those.
        _buffer = (int)buffer;
        _lead = Math.Max(0, Math.Min((Periods - 1) * Math.Max((int)period, AudioSink.MaxPeriodFrames), _buffer - AudioSink.MaxPeriodFrames));
        nint parameters;
        error = _lib.snd_pcm_sw_params_malloc(&parameters);
        if (error < 0)
            return error;
        error = _lib.snd_pcm_sw_params_current(_pcm, parameters);
        if (error >= 0)
            error = _lib.snd_pcm_sw_params_set_start_threshold(_pcm, parameters, (nuint)Math.Min(_lead + AudioSink.MaxPeriodFrames, _buffer));
        if (error >= 0)
            error = _lib.snd_pcm_sw_params_set_avail_min(_pcm, parameters, (nuint)Math.Max(1, _buffer - _lead));
        if (error >= 0)
            error = _lib.snd_pcm_sw_params(_pcm, parameters);
        _lib.snd_pcm_sw_params_free(parameters);
        return error;
    }

    private void WriteLead()
    {
        for (int left = _lead; left > 0; left -= AudioSink.MaxPeriodFrames)
            Queue(_silence.AsSpan(0, Math.Min(left, AudioSink.MaxPeriodFrames) * 2));
    }

    private void WaitForRoom()
    {
        for (;;)
        {
            nint avail = _lib!.snd_pcm_avail_update(_pcm);
            if (avail >= _buffer - _lead)
                return;
            int result = avail < 0 ? (int)avail : _lib.snd_pcm_wait(_pcm, WaitMs);
            if (result == 0)
                throw new AudioException($"ALSA device {_name}: took no frames for {WaitMs} ms; check the card's driver");
            if (result < 0)
                Recover(result);
        }
    }

    private void Queue(ReadOnlySpan<short> stereo)
    {
        while (!stereo.IsEmpty)
        {
            nint frames;
            fixed (short* from = stereo)
                frames = _lib!.snd_pcm_writei(_pcm, from, (nuint)(stereo.Length / 2));
            if (frames == -EAGAIN)
                WaitForRoom();
            else if (frames < 0)
                Recover((int)frames);
            else
                stereo = stereo[((int)frames * 2)..];
        }
    }

    // After an xrun the queue is empty: it gets its lead back, else the card would run from one period to the next without a reserve.
    private void Recover(int error)
    {
        if (error == -EPIPE)
            _xruns++;
        int result = _lib!.snd_pcm_recover(_pcm, error, 1);
        if (result < 0 || ++_recoveries > MaxRecoveries)
            throw new AudioException($"ALSA device {_name}: {_lib.ErrorText(result < 0 ? result : error)}; check the card and its cable");
        WriteLead();
    }

    private string? CardName()
    {
        nint info;
        if (_lib!.snd_pcm_info_malloc(&info) < 0)
            return null;
        int card = _lib.snd_pcm_info(_pcm, info) < 0 ? -1 : _lib.snd_pcm_info_get_card(info);
        _lib.snd_pcm_info_free(info);
        return card < 0 ? null : SoundCards.Name(card);
    }

    private void Close()
    {
        if (_pcm == 0)
            return;
        _lib!.snd_pcm_close(_pcm);
        _pcm = 0;
        if (_xruns > 0)
            _log?.Invoke($"ALSA device {_name}: {_xruns} xruns");
        _xruns = 0;
    }
}
