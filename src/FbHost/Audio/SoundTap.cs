using System.Runtime.InteropServices;
using AlsaSink;
using FbHost.Loop;

namespace FbHost.Audio;

/// <summary>
/// What is played, for those who listen elsewhere: pieces of 20 ms from the audio thread to the loop by a ring of few places. Nothing is
/// copied while nobody listens. If the loop is late, pieces are left out.
/// </summary>
internal sealed class SoundTap
{
    /// <summary>The frames of a piece.</summary>
    public const int Frames = AudioSink.Rate / 50;

    private const int Places = 8, Channels = 2;
    private readonly EventLoop _loop;
    private readonly SoundOutput _output;
    private readonly short[][] _pieces = new short[Places][];
    private readonly Action _drain;
    private Action<ReadOnlyMemory<byte>>? _heard;
    private int _filled; // samples of the piece that the audio thread fills
    private int _written; // pieces; written by the audio thread
    private int _read; // pieces; written by the loop

    public SoundTap(EventLoop loop, SoundOutput output)
    {
        (_loop, _output) = (loop, output);
        _drain = Drain;
    }

    /// <summary>
    /// A piece was played: 16-bit stereo frames in the order of the machine's bytes, at 48000 Hz. Silence is not reported.
    /// </summary>
    public event Action<ReadOnlyMemory<byte>>? Heard
    {
        add
        {
            _heard += value;
            for (var i = 0; i < Places; i++)
                _pieces[i] ??= new short[Frames * Channels];
            _output.Listen(Take);
        }
        remove
        {
            _heard -= value;
            if (_heard is null)
                _output.Listen(null);
        }
    }

    /// <summary>How many listen.</summary>
    public int Listeners => _heard?.GetInvocationList().Length ?? 0;

    // Called on the audio thread.
    private void Take(ReadOnlySpan<float> mixed)
    {
        foreach (var sample in mixed)
        {
            if (_written - Volatile.Read(ref _read) >= Places)
                return;
            var piece = _pieces[_written % Places];
            piece[_filled++] = (short)MathF.Round(Math.Clamp(sample, -1, 1) * short.MaxValue);
            if (_filled < piece.Length)
                continue;
            _filled = 0;
            Volatile.Write(ref _written, _written + 1);
            _loop.Post(_drain);
        }
    }

    private void Drain()
    {
        for (; _read < Volatile.Read(ref _written); Volatile.Write(ref _read, _read + 1))
            _heard?.Invoke(MemoryMarshal.AsBytes(_pieces[_read % Places].AsSpan()).ToArray());
    }
}
