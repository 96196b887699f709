using System.Text;
using static AlsaSink.LibAsound;

namespace AlsaSink;

/// <summary>A device that is opened through libasound. The library is loaded when the device is opened for the first time.</summary>
internal sealed unsafe class AlsaCard(string libraryName = DefaultName) : IAlsaCard
{
    // Ordered by how many of a float's 24 bits the format keeps. Most 24-bit cards take their samples as full-scale 32-bit ones, S32.
    private static readonly SampleFormat[] BestFirst =
        [SampleFormat.S32, SampleFormat.S24_3, SampleFormat.S24, SampleFormat.FLOAT, SampleFormat.S16];

    /// <summary>
    /// Names before which this text stands are played as IEC958 subframes, which some HDMI cards need, without a definition in alsa.conf.
    /// </summary>
    public const string Subframes = "mmm_iec958:";

    private LibAsound? _lib;
    private nint _pcm;
    private int _frameBytes;

    public int Number
    {
        get
        {
            nint info;
            if (_lib!.snd_pcm_info_malloc(&info) < 0)
                return -1;
            int card = _lib.snd_pcm_info(_pcm, info) < 0 ? -1 : _lib.snd_pcm_info_get_card(info);
            _lib.snd_pcm_info_free(info);
            return card;
        }
    }

    public int Open(string name)
    {
        _lib ??= new LibAsound(libraryName);
        _lib.Messages.Listen();
        nint pcm;
        fixed (byte* text = Encoding.UTF8.GetBytes(name + '\0'))
        {
            int error = name.StartsWith(Subframes, StringComparison.Ordinal)
                ? new SubframeDevice(libraryName).Open(&pcm, text)
                : _lib.snd_pcm_open(&pcm, text, SND_PCM_STREAM_PLAYBACK, SND_PCM_NONBLOCK);
            if (error >= 0)
                _pcm = pcm;
            return error;
        }
    }

    public int SetUp(int periodFrames, int queueFrames, int bufferFrames, out CardSetup granted)
    {
        granted = default;
        nint parameters;
        int error = _lib!.snd_pcm_hw_params_malloc(&parameters);
        if (error < 0)
            return error;
        CardSetup found;
        int period = periodFrames, longest = (queueFrames + 1) / 2;
        while ((error = Choose(parameters, period, bufferFrames, out found)) >= 0 && found.BufferFrames < queueFrames && period < longest)
            period = Math.Min(2 * period, longest);
        if (error >= 0)
            error = Apply(parameters, found, ref granted);
        _lib.snd_pcm_hw_params_free(parameters);
        _frameBytes = granted.Channels * PcmConverter.SampleBytes(granted.Format);
        return error;
    }

    private int Choose(nint parameters, int periodFrames, int bufferFrames, out CardSetup found)
    {
        uint channels = 2;
        nuint period = (nuint)periodFrames, buffer = (nuint)bufferFrames;
        SampleFormat format = 0;
        int error = _lib!.snd_pcm_hw_params_any(_pcm, parameters);
        if (error >= 0)
            error = _lib.snd_pcm_hw_params_set_access(_pcm, parameters, SND_PCM_ACCESS_RW_INTERLEAVED);
        if (error >= 0)
        {
            // If no format is supported, setting S16 is tried all the same: a plugin's answer to it is then the error.
            format = Array.Find(BestFirst, f => _lib.snd_pcm_hw_params_test_format(_pcm, parameters, (int)f) >= 0);
            error = _lib.snd_pcm_hw_params_set_format(_pcm, parameters, (int)(format == 0 ? SampleFormat.S16 : format));
        }
        if (error >= 0)
            error = _lib.snd_pcm_hw_params_set_channels_near(_pcm, parameters, &channels);
        if (error >= 0)
            error = _lib.snd_pcm_hw_params_set_rate(_pcm, parameters, AudioSink.Rate, 0);
        if (error >= 0)
            error = _lib.snd_pcm_hw_params_set_period_size_near(_pcm, parameters, &period, null);
        if (error >= 0)
            error = _lib.snd_pcm_hw_params_set_buffer_size_near(_pcm, parameters, &buffer);
        found = new CardSetup(format, (int)channels, (int)period, (int)buffer);
        return error;
    }

    private int Apply(nint parameters, CardSetup chosen, ref CardSetup granted)
    {
        nuint period = 0, buffer = 0;
        int error = _lib!.snd_pcm_hw_params(_pcm, parameters);
        if (error >= 0)
            error = _lib.snd_pcm_get_params(_pcm, &buffer, &period);
        if (error >= 0)
            granted = chosen with { PeriodFrames = (int)period, BufferFrames = (int)buffer };
        return error;
    }

    public int SetThresholds(int startFrames, int roomFrames)
    {
        nint parameters;
        int error = _lib!.snd_pcm_sw_params_malloc(&parameters);
        if (error < 0)
            return error;
        error = _lib.snd_pcm_sw_params_current(_pcm, parameters);
        if (error >= 0)
            error = _lib.snd_pcm_sw_params_set_start_threshold(_pcm, parameters, (nuint)startFrames);
        if (error >= 0)
            error = _lib.snd_pcm_sw_params_set_avail_min(_pcm, parameters, (nuint)roomFrames);
        if (error >= 0)
            error = _lib.snd_pcm_sw_params(_pcm, parameters);
        _lib.snd_pcm_sw_params_free(parameters);
        return error;
    }

    public nint Room() => _lib!.snd_pcm_avail_update(_pcm);

    public int Wait(int timeoutMs) => _lib!.snd_pcm_wait(_pcm, timeoutMs);

    public nint Write(ReadOnlySpan<byte> data, int frames)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(frames * _frameBytes, data.Length);
        fixed (byte* from = data)
            return _lib!.snd_pcm_writei(_pcm, from, (nuint)frames);
    }

    public int Prepare() => _lib!.snd_pcm_prepare(_pcm);

    public int Resume() => _lib!.snd_pcm_resume(_pcm);

    public int Drop() => _lib!.snd_pcm_drop(_pcm);

    public int Drain()
    {
        _lib!.snd_pcm_nonblock(_pcm, 0);
        return _lib.snd_pcm_drain(_pcm);
    }

    public void Close()
    {
        if (_pcm != 0)
            _lib!.snd_pcm_close(_pcm);
        _pcm = 0;
    }

    public string ErrorText(int error) => _lib!.ErrorText(error);

    public string? Message => _lib?.Messages.First;
}
