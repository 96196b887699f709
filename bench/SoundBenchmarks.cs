using System.Runtime.InteropServices;
using AlsaSink;
using BenchmarkDotNet.Attributes;
using FbHost.Audio;
using Mmm.Protocol;
using Mmm;
using Mmm.Hosting;

namespace Bench;

/// <summary>
/// Mixes one period of 512 frames (10,667 us of sound) of 16 clients that play stereo, from their files to mixed frames, as the audio
/// thread does. The load of a core is the mean time divided by 10,667 us.
/// </summary>
[MemoryDiagnoser]
[MinColumn]
public class SoundBenchmarks
{
    private const int Clients = 16, Period = 512;
    private readonly string _directory = Directory.CreateTempSubdirectory("mmm-bench").FullName;
    private readonly List<ClientFile> _files = [];
    private readonly List<FileStream> _rings = [];
    private readonly Mixer _mixer = new(Period);
    private IPcmSource[] _sources = [];
    private byte[] _indices = [];
    private PcmState _state;
    private int _needed;

    /// <summary>Sample rate of the clients, Hz.</summary>
    [Params(44100, 48000, 44101, 192000)]
    public int Rate { get; set; }

    /// <summary>Quality of the resampler.</summary>
    [Params(ResamplerQuality.Default, ResamplerQuality.High)]
    public ResamplerQuality Quality { get; set; }

    /// <summary>Creates clients with noise in their rings, and the host's objects for their sound.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var filter = Rate == AudioSink.Rate ? null : new ResamplerFilter(Rate, Quality);
        var noise = new byte[Abi.PcmBufferLength];
        new Random(1).NextBytes(noise);
        for (var i = 0; i < Clients; i++)
        {
            var path = Path.Combine(_directory, $"fb.{i}");
            var ring = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
            ring.SetLength(Abi.Lp64.FirstPixel + 1);
            void Put(int at, byte[] bytes) => RandomAccess.Write(ring.SafeFileHandle, bytes, at);
            Put(Abi.Pid, BitConverter.GetBytes(Environment.ProcessId));
            Put(Abi.Lp64.PcmFormat, BitConverter.GetBytes((int)PcmFormat.S16Stereo));
            Put(Abi.Lp64.PcmSampleRate, BitConverter.GetBytes(Rate));
            Put(Abi.Lp64.PcmBuffer, noise);
            var file = ClientFile.Open(path).File!;
            file.TryIdentify(out _);
            var sound = new ClientSound(file.OpenPcm()!, -1, filter is null ? null : new Resampler(filter),
                () => { }, new MonotonicClock());
            sound.Gain.Target = 0.05f;
            _files.Add(file);
            _rings.Add(ring);
            _sources = [.. _sources, sound];
        }
        _indices = new byte[4];
        _needed = Period * Rate / AudioSink.Rate + 200;
        OnePeriod();
    }

    /// <summary>Removes the clients.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        foreach (var source in _sources)
            source.Removed();
        _files.ForEach(f => f.Dispose());
        _rings.ForEach(r => r.Dispose());
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Mixes one period. Includes one write per client, which marks its ring as full again.</summary>
    [Benchmark]
    public int OnePeriod()
    {
        for (var i = 0; i < Clients; i++)
        {
            ((ClientSound)_sources[i]).TryRead(out _state);
            MemoryMarshal.Write(_indices, (_state.Read + _needed) % PcmRing.Total(PcmFormat.S16Stereo));
            RandomAccess.Write(_rings[i].SafeFileHandle, _indices, Abi.Lp64.PcmWrite);
        }
        return _mixer.Mix(_sources, Period);
    }
}
