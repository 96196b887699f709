using Mmm.Hosting;
using Mmm.Protocol;

namespace Mmm.Tests;

/// <summary>What runs for every frame and every event allocates nothing.</summary>
public sealed class AllocationTests : IDisposable
{
    private readonly MmmDirectory _directory = new();
    private readonly MmmClient _client;
    private readonly ClientFile _file;

    public AllocationTests()
    {
        _client = _directory.OpenClient("a title");
        _file = MmmDirectory.OpenFile(_client.FilePath);
    }

    public void Dispose()
    {
        _file.Dispose();
        _client.Dispose();
        _directory.Dispose();
    }

    private static void AssertNone(Func<bool> call)
    {
        var done = true;
        Allocations.AssertNone(() =>
        {
            for (var i = 0; i < 2000; i++)
                done &= call();
        });
        Assert.True(done);
    }

    [Fact]
    public void An_event_on_its_way_allocates_nothing()
    {
        var to = new byte[128];
        AssertNone(() => _file.PushEvent("mouse-motion 100 200"u8) == PushResult.Done && _client.TryReadEventText(to) == 20);
    }

    [Fact]
    public void Writing_an_event_text_allocates_nothing()
    {
        var to = new byte[64];
        AssertNone(() => EventText.Pointer(to, EventText.Drag, -1234, 5678, 3) > 0);
    }

    [Fact]
    public void A_frame_on_its_way_allocates_nothing()
    {
        var pixels = new uint[64 * 48];
        AssertNone(() =>
        {
            using (var frame = _client.BeginFrame(new Rect(0, 0, 64, 48)))
            {
                frame.Fill(PixelColor.Black, new Rect(1, 1, 3, 3));
                frame.Present();
            }
            return _file.Refresh() && _file.State.Flip == FlipState.WaitFlip && _file.State.Fault(_file.Length) == null && _file.BeginFlip()
                && _file.ReadPixels(_file.State, _file.State.DamageInside(), pixels, 64)
                && _file.ReadPixels(_file.State, new Rect(3, 3, 10, 4), pixels, 10) && _file.EndFlip();
        });
    }

    [Fact]
    public void Looking_at_an_unchanged_client_allocates_nothing() =>
        AssertNone(() => _file.Refresh() && !_file.RefreshValues() && !_file.TryTakeMessage(out _, out _) && _file.QueuedEvents == 0);

    [Fact]
    public void Sound_on_its_way_allocates_nothing()
    {
        using var pcm = _file.OpenPcm()!;
        var frames = new byte[480 * 4];
        AssertNone(() => _client.Audio.Queue(frames) == 480 && pcm.TryRead(out var state)
            && state.Fault() == null && pcm.Take(state, frames) == 480);
    }
}
