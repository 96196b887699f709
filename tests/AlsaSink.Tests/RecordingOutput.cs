namespace AlsaSink.Tests;

/// <summary>An output that keeps what it is given, and can fail.</summary>
internal sealed class RecordingOutput : IPcmOutput
{
    public List<string> Calls { get; } = [];

    public List<short> Left { get; } = new(1 << 20);

    public ManualResetEventSlim Stopped { get; } = new();

    public volatile bool FailsToStart;

    public volatile bool FailsToWrite;

    public int PeriodFrames { get; set; } = AudioSink.MaxPeriodFrames;

    public OutputStatus Status => new("recording", "S16", AudioSink.Rate, 2, PeriodFrames, 0, 0, OutputState.Idle);

    public void Start()
    {
        Calls.Add("start");
        if (FailsToStart)
            throw new AudioException("recording: no card; plug it in");
    }

    public void Write(ReadOnlySpan<float> stereo)
    {
        if (FailsToWrite)
            throw new AudioException("recording: card gone; plug it in");
        for (int i = 0; i < stereo.Length; i += 2)
            Left.Add((short)MathF.Round(stereo[i] * 32768));
    }

    public void Stop()
    {
        Calls.Add("stop");
        Stopped.Set();
    }

    public void Drain() => Calls.Add("drain");

    public void Dispose() => Calls.Add("dispose");
}
