namespace FbHost.Tests;

/// <summary>A host whose stderr is a pipe that nobody reads goes on.</summary>
public sealed class UnreadLogTests : IDisposable
{
    private readonly TempDirectory _temp = new();
    private readonly FileStream _pipe;

    public UnreadLogTests()
    {
        new Child("mkfifo", [_temp["stderr"]]).WaitForEnd();
        // Read-write: its open waits for nobody.
        _pipe = new FileStream(_temp["stderr"], FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
    }

    public void Dispose()
    {
        _pipe.Dispose();
        _temp.Dispose();
    }

    // Until it takes no more.
    private void Fill()
    {
        using var filler = new Child("dd", ["if=/dev/zero", $"of={_temp["stderr"]}", "bs=4096", "oflag=nonblock", "conv=notrunc"]);
        filler.WaitForEnd();
    }

    [Fact]
    public void Frames_go_on_and_the_host_ends_in_order()
    {
        using var host = new MmmHost(start: false);
        using var mmm = host.Run("sh", "-c", $"exec \"$0\" \"$@\" 2>{_temp["stderr"]}", Programs.Mmm,
            "--display", $"memory:320x200@{host.FramebufferFile}", "--audio", "none", "--input", "none");
        Wait.Until(() => File.Exists(host[".control"]), "the control socket");
        using var client = host.Raw("--size 40x30 animate");
        host.WaitForClient("raw");
        var from = host.Client("raw")!.Frames;
        Thread.Sleep(1000);
        var before = host.Client("raw")!.Frames - from; // in a second
        Fill();
        for (var i = 0; i < 3; i++)
        {
            // A line each: it is no client.
            using (new HandMade(host, $"broken-{i}", c => c.Poke(HandMade.Width, -1)))
                Wait.Until(() => host.Ask("clients").GetProperty("ok").GetBoolean(), "an answer");
        }
        from = host.Client("raw")!.Frames;
        Thread.Sleep(1000);
        Assert.InRange(host.Client("raw")!.Frames - from, before / 2, long.MaxValue);
        mmm.Signal(Child.SIGTERM);
        Assert.Equal(0, mmm.WaitForEnd());
        Assert.False(File.Exists(host[".control"]));
    }
}
