namespace AlsaSink;

/// <summary>
/// A source of sound: the sink pulls frames from it, one period at a time. All members are called on the audio thread only.
/// </summary>
public interface IPcmSource
{
    /// <summary>
    /// Delivers the next frames: interleaved left and right, <see cref="AudioSink.Rate"/> frames a second, full scale -1..1.
    /// Must neither block nor allocate.
    /// </summary>
    /// <param name="stereo">
    /// The room for one period, two floats per frame. Its length may differ from call to call, and its content
    /// before the call is undefined.
    /// </param>
    /// <returns>
    /// The number of frames written, 0..stereo.Length/2. If it is less than requested, the source is empty for now and the rest of the
    /// period is silence. When an empty source has frames again, it must call <see cref="AudioSink.Wake"/>.
    /// </returns>
    int Read(Span<float> stereo);

    /// <summary>The source's own volume; null if it has none and always plays at full volume.</summary>
    Gain? Gain => null;

    /// <summary>
    /// The last call, made once for every source that was added: after <see cref="AudioSink.Remove"/>, when the sink is disposed, or after
    /// <see cref="Read"/> has thrown. The source can free its resources (a mapping, a file) here.
    /// </summary>
    void Removed();
}
