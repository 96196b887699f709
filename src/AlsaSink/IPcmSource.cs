namespace AlsaSink;

/// <summary>
/// Something that sounds: the sink pulls frames from it, one period at a time. All is called on the audio thread only.
/// </summary>
public interface IPcmSource
{
    /// <summary>
    /// Delivers the next frames: interleaved left and right, <see cref="AudioSink.Rate"/> frames a second, full scale -1..1.
    /// Must neither block nor allocate.
    /// </summary>
    /// <param name="stereo">
    /// Two floats a frame, one period long, which may differ from call to call; what it holds beforehand is undefined.
    /// </param>
    /// <returns>
    /// Frames written, 0..stereo.Length/2. Fewer than asked means empty for now: the rest of the period is silence. An empty source
    /// that gets frames again tells the sink by <see cref="AudioSink.Wake"/>.
    /// </returns>
    int Read(Span<float> stereo);

    /// <summary>The source's own volume; null when it has none and is always heard as it is.</summary>
    Gain? Gain => null;

    /// <summary>
    /// The last call, once for every source that was added: after <see cref="AudioSink.Remove"/>, when the sink is disposed, or after
    /// <see cref="Read"/> threw. What the source holds (a mapping, a file) can be freed here.
    /// </summary>
    void Removed();
}
