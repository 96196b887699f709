using AlsaSink;
using FbHost.Audio;
using Mmm.Protocol;
using Mmm;
using Mmm.Hosting;

namespace FbHost.Tests.Audio;

/// <summary>
/// A client's file with a PCM ring and the host's sound of it, read here period by period in the place of the audio thread: what is heard
/// is the same each time. The other side is poked as the original library does it.
/// </summary>
internal sealed class RingFile : IDisposable, IAudioClock
{
    private readonly TempDirectory _temp = new();
    private readonly FileStream _file;
    private readonly ClientFile _client;
    private readonly float[] _period = new float[2 * AudioSink.MaxPeriodFrames];

    public RingFile()
    {
        _file = new FileStream(_temp["fb.1"], FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        _file.SetLength(Abi.Lp64.FirstPixel + 1);
        Poke(Abi.Pid, Environment.ProcessId);
        Poke(Abi.Lp64.PcmFormat, (int)PcmFormat.S16Stereo);
        Poke(Abi.Lp64.PcmSampleRate, 48000);
        _client = ClientFile.Open(_temp["fb.1"]).File!;
        Assert.True(_client.TryIdentify(out _));
        Sound = new ClientSound(_client.OpenPcm()!, -1, null, () => Notices++, this);
    }

    public ClientSound Sound { get; }

    public long NowNs { get; set; }

    public void SleepUntil(long dueNs) => NowNs = Math.Max(NowNs, dueNs);

    public int Notices { get; private set; }

    public PcmFormat Format { get; private set; } = PcmFormat.S16Stereo;

    /// <summary>Left, of all periods that were read.</summary>
    public List<float> Heard { get; } = [];

    private int Total => PcmRing.Total(Format);

    public int Queued => PcmRing.Queued(Peek(Abi.Lp64.PcmRead), Peek(Abi.Lp64.PcmWrite), Total);

    public void Poke(int at, int value) => Poke(at, BitConverter.GetBytes(value));

    public void Truncate() => _file.SetLength(100);

    private void Poke(int at, byte[] bytes)
    {
        _file.Position = at;
        _file.Write(bytes);
    }

    private int Peek(int at)
    {
        var bytes = new byte[4];
        _file.Position = at;
        _file.ReadExactly(bytes);
        return BitConverter.ToInt32(bytes);
    }

    public void Set(PcmFormat format, int rate)
    {
        Poke(Abi.Lp64.PcmFormat, (int)(Format = format));
        Poke(Abi.Lp64.PcmSampleRate, rate);
        Poke(Abi.Lp64.PcmRead, 0);
        Poke(Abi.Lp64.PcmWrite, 1);
    }

    /// <summary>Queues frames, the same value on all channels.</summary>
    public void Queue(IEnumerable<float> frames)
    {
        var write = Peek(Abi.Lp64.PcmWrite);
        var bytes = PcmRing.BytesPerFrame(Format);
        foreach (var v in frames)
        {
            var sample = Format is PcmFormat.F32Mono or PcmFormat.F32Stereo
                ? BitConverter.GetBytes(v)
                : BitConverter.GetBytes((short)(v * 32768));
            Poke(Abi.Lp64.PcmBuffer + write * bytes, PcmRing.Channels(Format) == 2 ? [.. sample, .. sample] : sample);
            write = (write + 1) % Total;
        }
        Poke(Abi.Lp64.PcmWrite, write);
    }

    /// <summary>Reads one period, as the mixer does; returns what the source says it has.</summary>
    public int Read(int frames = 512)
    {
        Array.Fill(_period, float.NaN); // what is not delivered must not be heard
        var got = Sound.Read(_period.AsSpan(0, 2 * frames));
        NowNs += frames * 1_000_000_000L / AudioSink.Rate;
        for (var i = 0; i < frames; i++)
            Heard.Add(i < got ? _period[2 * i] : 0);
        return got;
    }

    /// <summary>What the loop does at a notice.</summary>
    public void HandOver()
    {
        if (Sound.WantedRate is > 0 and var rate)
            Sound.HandOver(new Resampler(new ResamplerFilter(rate, ResamplerQuality.Default)));
    }

    public void Dispose()
    {
        Sound.Removed();
        _client.Dispose();
        _file.Dispose();
        _temp.Dispose();
    }
}
