using System.Runtime.InteropServices;
using CsCheck;
using Mmm.Hosting;
using Mmm.Protocol;

namespace Mmm.Tests;

/// <summary>Frames from <see cref="ClientAudio"/> to <see cref="ClientPcm"/>.</summary>
public sealed class SoundTests : IDisposable
{
    private readonly MmmDirectory _directory = new();
    private readonly MmmClient _client;
    private readonly ClientFile _file;
    private readonly ClientPcm _pcm;

    public SoundTests()
    {
        _client = _directory.OpenClient();
        _file = MmmDirectory.OpenFile(_client.FilePath);
        _pcm = _file.OpenPcm()!;
    }

    public void Dispose()
    {
        _pcm.Dispose();
        _file.Dispose();
        _client.Dispose();
        _directory.Dispose();
    }

    private byte[] TakeAll()
    {
        var all = new List<byte>();
        var some = new byte[40_000];
        while (true)
        {
            Assert.True(_pcm.TryRead(out var state));
            Assert.Null(state.Fault());
            var n = _pcm.Take(state, some);
            if (n == 0)
                return [.. all];
            all.AddRange(some[..(n * PcmRing.BytesPerFrame(state.Format))]);
            _client.TryReadEvent(out _); // moves the backlog
        }
    }

    [Theory]
    [InlineData(PcmFormat.F32Mono)]
    [InlineData(PcmFormat.F32Stereo)]
    [InlineData(PcmFormat.S16Mono)]
    [InlineData(PcmFormat.S16Stereo)]
    public void Frames_arrive_bit_for_bit_in_order_across_the_rings_end(PcmFormat format)
    {
        _client.Audio.Format = format;
        TakeAll();
        int bytes = PcmRing.BytesPerFrame(format), total = PcmRing.Total(format);
        var model = new Queue<byte>();
        var random = new Random(7);
        Gen.Int[-total, total].Array[1, 12].Sample(steps =>
        {
            foreach (var step in steps)
            {
                if (step >= 0)
                {
                    var frames = new byte[step * bytes + random.Next(bytes)]; // part of a frame is left alone
                    random.NextBytes(frames);
                    var room = total - 2 - model.Count / bytes;
                    Assert.Equal(room, _client.Audio.FreeFrames);
                    Assert.Equal(Math.Min(step, room), _client.Audio.Queue(frames));
                    foreach (var b in frames.AsSpan(0, Math.Min(step, room) * bytes))
                        model.Enqueue(b);
                }
                else
                {
                    Assert.True(_pcm.TryRead(out var state));
                    Assert.Equal((format, 48000, model.Count / bytes), (state.Format, state.SampleRate, state.Queued));
                    var to = new byte[-step * bytes];
                    var n = _pcm.Take(state, to);
                    Assert.Equal(Math.Min(-step, state.Queued), n);
                    for (var i = 0; i < n * bytes; i++)
                        Assert.Equal(model.Dequeue(), to[i]);
                }
                Assert.Equal(model.Count / bytes, _client.Audio.QueuedFrames);
            }
        }, iter: 60, threads: 1);
    }

    [Fact]
    public void A_new_client_has_48000_Hz_16_bit_stereo_and_nothing_queued()
    {
        Assert.True(_pcm.TryRead(out var state));
        Assert.Equal(new PcmState(PcmFormat.S16Stereo, 48000, 0, 0), state);
        Assert.Null(state.Fault());
    }

    [Fact]
    public void A_new_rate_or_format_leaves_one_frame_and_it_is_silent()
    {
        _client.Audio.Play(Enumerable.Repeat((short)1234, 4000).ToArray());
        _client.Audio.SampleRate = 44100;
        Assert.True(_pcm.TryRead(out var state));
        Assert.Equal(new PcmState(PcmFormat.S16Stereo, 44100, 0, 1), state);
        Assert.Equal(new byte[4], TakeAll());
        _client.Audio.Play(Enumerable.Repeat((short)1234, 4000).ToArray());
        _client.Audio.Format = PcmFormat.F32Stereo;
        Assert.Equal(new byte[8], TakeAll());
    }

    [Fact]
    public void Rates_and_formats_that_do_not_exist_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _client.Audio.SampleRate = 7999);
        Assert.Throws<ArgumentOutOfRangeException>(() => _client.Audio.SampleRate = 192_001);
        Assert.Throws<ArgumentOutOfRangeException>(() => _client.Audio.Format = (PcmFormat)4);
    }

    [Fact]
    public void A_long_sound_is_played_whole_while_the_client_waits()
    {
        var samples = new short[100_000];
        for (var i = 0; i < samples.Length; i++)
            samples[i] = (short)i;
        _client.Audio.Play(samples.AsSpan(0, 60_000));
        _client.Audio.Play(samples.AsSpan(60_000));
        Assert.Equal(samples, MemoryMarshal.Cast<byte, short>(TakeAll()).ToArray());
    }

    [Fact]
    public void Sound_that_no_host_takes_is_dropped_once_ten_seconds_wait()
    {
        var second = new short[96_000];
        var taken = Enumerable.Range(0, 30).TakeWhile(_ => _client.Audio.Play(second)).Count();
        Assert.InRange(taken, 10, 12); // and what the ring holds
        Assert.False(_client.Audio.Play(second));
    }

    [Fact]
    public void Samples_are_converted_to_the_clients_format()
    {
        _client.Audio.Play([0f, 1f, -1f, 2f, -2f, float.NaN]);
        Assert.Equal([0, 32767, -32767, 32767, -32768, 0], MemoryMarshal.Cast<byte, short>(TakeAll()).ToArray());
        _client.Audio.Format = PcmFormat.F32Mono;
        TakeAll();
        _client.Audio.Play([0, short.MinValue, 16384]);
        Assert.Equal([0f, -1f, 0.5f], MemoryMarshal.Cast<byte, float>(TakeAll()).ToArray());
    }

    [Fact]
    public void Fill_keeps_that_many_frames_queued()
    {
        var asked = 0;
        _client.Audio.Fill += samples => asked += samples.Length;
        _client.TryReadEvent(out _);
        Assert.Equal((1024, 2048), (_client.Audio.QueuedFrames, asked));
        _client.Audio.FillFrames = int.MaxValue;
        _client.TryReadEvent(out _);
        Assert.Equal(8190, _client.Audio.QueuedFrames);
    }

    [Theory]
    [InlineData(-5, 32767)]
    [InlineData(int.MinValue, 0)]
    [InlineData(0, int.MaxValue)]
    [InlineData(0, -100)]
    [InlineData(9000, 0)]
    public void Ring_indices_outside_the_ring_are_never_addresses_and_the_sound_begins_anew(int read, int write)
    {
        using var raw = new RawFile(_client.FilePath);
        raw.Put(0x40700, read).Put(0x40704, write);
        var before = raw.Bytes(0, 0x40700);
        var values = raw.Bytes(0x48748, 0x500);
        Assert.Equal(5000, _client.Audio.Queue(new byte[20_000]));
        _client.Audio.Play(new short[20_000]);
        _client.TryReadEvent(out _);
        Assert.Equal(before, raw.Bytes(0, 0x40700));
        Assert.Equal(values, raw.Bytes(0x48748, 0x500));
    }
}
