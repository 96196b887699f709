using System.Text;
using Mmm.Hosting;
using Mmm.Protocol;

namespace Mmm.Tests;

/// <summary>
/// Clients that know nothing of this library: by the numbers of protocol.md, raw LP64 and with the headers of 32-bit arm.
/// </summary>
public sealed class ForeignClientTests : IDisposable
{
    private readonly MmmDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_raw_client_without_block_headers_is_served_whole()
    {
        using var raw = RawFile.RawClient(_directory["fb.4711"]);
        Exercise(raw, 0, Abi.Lp64);
    }

    [Fact]
    public void A_raw_clients_damage_is_its_size_from_the_top_left()
    {
        using var raw = RawFile.RawClient(_directory["fb.4711"]).Put(0x5e8, 8).Put(0x5ec, 2).Put(0x5c0, 3);
        using var file = MmmDirectory.OpenFile(raw.Path);
        Assert.Equal(new Rect(0, 0, 8, 2), file.State.DamageInside());
    }

    [Fact]
    public void An_ARM32_client_is_served_whole()
    {
        const int first = 0x48a70, width = 8, height = 4;
        using var raw = new RawFile(_directory["fb.arm"], first + width * 4 * height + 2)
            .Put(0, [0x4D, 0x4D, 0x4D, 0x20, 0xE2, 0x96, 0x91, 0x20]).Put(8, 0xa0).Put(12, 0xa0)
            .Put(0xa0, "FB      "u8.ToArray()).Put(0xa8, 0x3d0).Put(0xac, 0x470)
            .Put(0xb0, "raw client")
            .Put(0x3b0, width).Put(0x3b4, height).Put(0x3b8, width * 4).Put(0x3bc, first)
            .Put(0x3d8, width).Put(0x3dc, height).Put(0x3c0, 1)
            .Put(0x18, Environment.ProcessId);
        Exercise(raw, 0x200, Abi.Arm32);
    }

    // All that a client and a host do with each other, by LP64 offsets less what the ABI is lower.
    private static void Exercise(RawFile raw, int lower, Abi abi)
    {
        int At(int lp64) => lp64 - lower;
        var pixels = new byte[8 * 4 * 4];
        new Random(5).NextBytes(pixels);
        raw.Put(At(0x48c70), pixels);
        raw.Put(At(0x5c8), 12.0).Put(At(0x5d0), -3.5);
        using var file = MmmDirectory.OpenFile(raw.Path);
        Assert.Same(abi, file.Abi);
        Assert.Equal(Environment.ProcessId, file.Pid);
        Assert.Equal(("raw client", PixelFormat.Bgra), (file.Title, file.PixelFormat));
        Assert.Equal((8, 4, 32, At(0x48c70)), (file.State.Width, file.State.Height, file.State.Stride, file.State.FbOffset));
        Assert.Equal((8, 4, FlipState.Neutral), (file.State.DesiredWidth, file.State.DesiredHeight, file.State.Flip));
        Assert.Equal((12, -3), file.State.Position);
        Assert.Null(file.State.Fault(file.Length));

        raw.Put(At(0x1b0) + lower, "R'G'B'A u8").Put(At(0x5e0), (1, 1, 3, 2)).Put(At(0x5c0), 3);
        Assert.True(file.Refresh());
        Assert.Equal(PixelFormat.Rgba, file.PixelFormat);
        Assert.Equal((FlipState.WaitFlip, new Rect(1, 1, 3, 2)), (file.State.Flip, file.State.DamageInside()));
        Assert.True(file.BeginFlip());
        Assert.Equal(4, raw.Get<int>(At(0x5c0)));
        var seen = new uint[6];
        Assert.True(file.ReadPixels(file.State, new Rect(1, 1, 3, 2), seen, 3));
        Assert.Equal(BitConverter.ToUInt32(pixels, 32 + 4), seen[0]);
        Assert.Equal(BitConverter.ToUInt32(pixels, 64 + 12), seen[5]);
        Assert.True(file.EndFlip());
        Assert.Equal((1, (0, 0, 0, 0)), (raw.Get<int>(At(0x5c0)), raw.Get<(int, int, int, int)>(At(0x5e0))));

        Assert.True(file.SetDesiredSize(100, 50) && file.SetZ(2.5) && file.SetPosition(7, 8));
        Assert.Equal((100, 50, 2.5, 7.0, 8.0), (raw.Get<int>(At(0x5d8)), raw.Get<int>(At(0x5dc)), raw.Get<double>(At(0x5f0)),
            raw.Get<double>(At(0x5c8)), raw.Get<double>(At(0x5d0))));

        Assert.Equal(PushResult.Done, file.PushEvent("mouse-press 1 2"u8));
        Assert.Equal(((short)0, (short)1, "mouse-press 1 2"),
            (raw.Get<short>(At(0x680)), raw.Get<short>(At(0x682)), raw.Text(At(0x6a4) + 128, 128)));
        raw.Put(At(0x206dc) + 128, "hello host").Put(At(0x206ba), (short)1);
        Assert.True(file.TryTakeMessage(out var message, out _));
        Assert.Equal(("hello host", (short)1), (message, raw.Get<short>(At(0x206b8))));

        Assert.True(file.SetValue("host-width", "1920"));
        Assert.Equal(("host-width", "1920", 1), (raw.Text(At(0x48758), 16), raw.Text(At(0x48858), 64), raw.Get<int>(At(0x48c58))));
        raw.Put(At(0x48758) + 16, "borderless").Put(At(0x48858) + 64, "1").Put(At(0x48c58), 2);
        Assert.True(file.RefreshValues());
        Assert.Equal("1", file.Values["borderless"]);

        raw.Put(At(0x406f0), 2).Put(At(0x406f4), 44100).Put(At(0x40700), 16382).Put(At(0x40704), 2)
            .Put(At(0x40748) + 16382 * 2, (short)11).Put(At(0x40748) + 16383 * 2, (short)22).Put(At(0x40748), (33, 44));
        using var pcm = file.OpenPcm()!;
        pcm.SetHostFormat(PcmFormat.S16Stereo, 48000);
        Assert.Equal((3, 48000), (raw.Get<int>(At(0x406f8)), raw.Get<int>(At(0x406fc))));
        Assert.True(pcm.TryRead(out var sound));
        Assert.Equal((PcmFormat.S16Mono, 44100, 4), (sound.Format, sound.SampleRate, sound.Queued));
        var frames = new byte[8];
        Assert.Equal(4, pcm.Take(sound, frames));
        Assert.Equal([11, 0, 22, 0, 33, 0, 0, 0], frames);
        Assert.Equal(2, raw.Get<int>(At(0x40700)));
    }
}
