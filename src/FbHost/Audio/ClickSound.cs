using AlsaSink;

namespace FbHost.Audio;

/// <summary>
/// A short sound that the host plays itself. Each <see cref="Play"/> plays it from its beginning; the sounds of presses in quick succession
/// are mixed. One thread calls Play, and the audio thread reads.
/// </summary>
/// <param name="frames">Interleaved stereo at the sink's rate.</param>
internal sealed class ClickSound(float[] frames) : IPcmSource
{
    private const int Voices = 8;
    private readonly int[] _at = [.. Enumerable.Repeat(int.MaxValue, Voices)]; // used only by the audio thread: samples played, by voice
    private int _asked;
    private int _begun;

    /// <summary>The click's own volume.</summary>
    public Gain Gain { get; } = new();

    /// <summary>Plays the sound from the next period on. The sink must be awake.</summary>
    public void Play() => Interlocked.Increment(ref _asked);

    public int Read(Span<float> stereo)
    {
        // Several presses within one period play the sound once.
        if (Volatile.Read(ref _asked) is var asked && asked != _begun)
            _at[(uint)(_begun = asked) % Voices] = 0;
        var most = 0;
        stereo.Clear();
        for (var voice = 0; voice < Voices; voice++)
        {
            if (_at[voice] >= frames.Length)
                continue;
            var part = frames.AsSpan(_at[voice], Math.Min(stereo.Length, frames.Length - _at[voice]));
            for (var i = 0; i < part.Length; i++)
                stereo[i] += part[i];
            _at[voice] += part.Length;
            most = Math.Max(most, part.Length);
        }
        return most / 2;
    }

    public void Removed() { }
}
