namespace AlsaSink.Tests;

/// <summary>Delivers the frames it was filled with, all of one value.</summary>
internal sealed class TestSource(float value) : IPcmSource
{
    private int _left;

    public ManualResetEventSlim Empty { get; } = new();

    public ManualResetEventSlim WasRemoved { get; } = new();

    public int RemovedThread { get; private set; }

    public int RemovedCalls { get; private set; }

    public int ReadsAfterRemoved { get; private set; }

    public float Value { get; set; } = value;

    public TestSource Fill(int frames)
    {
        Empty.Reset();
        Interlocked.Add(ref _left, frames);
        return this;
    }

    public int Read(Span<float> stereo)
    {
        if (WasRemoved.IsSet)
            ReadsAfterRemoved++;
        int frames = Math.Min(Volatile.Read(ref _left), stereo.Length / 2);
        stereo[..(frames * 2)].Fill(Value);
        stereo[(frames * 2)..].Fill(float.NaN); // what was not delivered must not be heard
        if (Interlocked.Add(ref _left, -frames) == 0)
            Empty.Set();
        return frames;
    }

    public void Removed()
    {
        RemovedThread = Environment.CurrentManagedThreadId;
        RemovedCalls++;
        WasRemoved.Set();
    }
}
