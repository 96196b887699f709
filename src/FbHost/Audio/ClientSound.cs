using System.Runtime.InteropServices;
using AlsaSink;
using Mmm;
using Mmm.Host;
using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Audio;

/// <summary>
/// One client's sound: takes frames from its ring, at the sink's rate and as stereo floats. Made and removed by the loop's thread, read by
/// the audio thread; both use descriptors of their own.
/// </summary>
internal sealed class ClientSound : IPcmSource
{
    private const int MostFrames = 4 * AudioSink.MaxPeriodFrames + 2; // of a client at 192 kHz, for one period
    private readonly ClientPcm _pcm;
    private readonly int _bell;
    private readonly byte[] _raw = new byte[MostFrames * 8];
    private readonly float[] _frames = new float[(MostFrames + 1) * 2]; // [0] is the last frame of the period before
    private PcmFormat _format = (PcmFormat)(-1);
    private int _rate;
    private double _position; // of the next output frame, in input frames from _frames[0]
    private volatile string? _fault;

    public ClientSound(ClientPcm pcm, int bell)
    {
        _pcm = pcm;
        _bell = bell >= 0 ? fcntl(bell, F_DUPFD_CLOEXEC, 0) : -1;
        pcm.SetHostFormat(PcmFormat.S16Stereo, AudioSink.Rate);
    }

    /// <summary>Why the client is silent, for people; null while all is well. Set by the audio thread.</summary>
    public string? Fault => _fault;

    /// <summary>True when the client has queued more than the one stale frame that setting a format leaves.</summary>
    public static bool HasFrames(ClientPcm pcm, out string? fault)
    {
        fault = null;
        if (!pcm.TryRead(out var state) || state.Read == state.Write || state is { Read: 0, Write: 1 })
            return false;
        fault = state.Fault();
        return fault is null;
    }

    public int Read(Span<float> stereo)
    {
        if (!_pcm.TryRead(out var state) || state.Fault() is { } fault && (_fault = fault) is not null)
            return 0;
        _fault = null;
        if (state.Format != _format || state.SampleRate != _rate)
        {
            (_format, _rate, _position) = (state.Format, state.SampleRate, 1);
            _frames.AsSpan(0, 2).Clear();
            if (state.Read == 0) // the stale frame
                _pcm.Take(state, _raw.AsSpan(0, PcmRing.BytesPerFrame(_format)));
            if (!_pcm.TryRead(out state) || state.Fault() is not null)
                return 0;
        }
        var step = _rate / (double)AudioSink.Rate;
        var wanted = stereo.Length / 2;
        var bytes = PcmRing.BytesPerFrame(_format);
        var most = Math.Min(MostFrames, (int)Math.Ceiling(_position + (wanted - 1) * step));
        var got = most > 0 ? _pcm.Take(state, _raw.AsSpan(0, most * bytes)) : 0;
        Convert(got, _frames.AsSpan(2));
        if (_bell >= 0 && state.Queued - got < PcmRing.Chunk)
            Sys.Send(_bell, [0]);
        return Interpolate(stereo, got, wanted, step);
    }

    // Linear interpolation between neighbours; at the sink's own rate every position is whole and the frames pass unchanged.
    private int Interpolate(Span<float> stereo, int got, int wanted, double step)
    {
        var n = 0;
        for (; n < wanted; n++)
        {
            var i = (int)_position;
            var t = (float)(_position - i);
            if (i + (t > 0 ? 1 : 0) > got)
                break;
            var (l, r) = (_frames[2 * i], _frames[2 * i + 1]);
            if (t > 0)
                (l, r) = (l + (_frames[2 * i + 2] - l) * t, r + (_frames[2 * i + 3] - r) * t);
            (stereo[2 * n], stereo[2 * n + 1]) = (l, r);
            _position += step;
        }
        if (got > 0)
        {
            _frames.AsSpan(2 * got, 2).CopyTo(_frames);
            _position = Math.Max(_position - got, 0);
        }
        return n;
    }

    private void Convert(int frames, Span<float> to)
    {
        var stereo = PcmRing.Channels(_format) == 2;
        var samples = frames * (stereo ? 2 : 1);
        var isFloat = _format is PcmFormat.F32Mono or PcmFormat.F32Stereo;
        var floats = MemoryMarshal.Cast<byte, float>(_raw);
        var shorts = MemoryMarshal.Cast<byte, short>(_raw);
        for (var i = 0; i < samples; i++)
        {
            var v = isFloat ? floats[i] : shorts[i] / 32768f;
            if (!float.IsFinite(v))
                v = 0; // a hostile sample must not live on in the interpolation
            if (stereo)
                to[i] = v;
            else
                to[2 * i] = to[2 * i + 1] = v;
        }
    }

    public void Removed()
    {
        _pcm.Dispose();
        Sys.Close(_bell);
    }
}
