namespace Mmm.Tests;

public sealed class PostTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private readonly Mmm.Testing.TestHost _host = new(new Mmm.Testing.TestHostOptions { Patience = Soon });

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Posts_from_eight_threads_run_in_order_on_the_client_s_thread_while_frames_are_drawn()
    {
        const int each = 500;
        using var client = _host.Open("post");
        var seen = new List<int>[8];
        var here = Environment.CurrentManagedThreadId;
        var strangers = 0;
        var threads = Enumerable.Range(0, seen.Length).Select(t =>
        {
            seen[t] = [];
            return new Thread(() =>
            {
                for (var i = 0; i < each; i++)
                {
                    var n = i;
                    client.Post(() =>
                    {
                        strangers += Environment.CurrentManagedThreadId == here ? 0 : 1;
                        seen[t].Add(n);
                    });
                }
            });
        }).ToArray();
        Array.ForEach(threads, t => t.Start());
        var frames = 0;
        foreach (var _ in client.Frames())
        {
            using (var frame = client.BeginFrame())
            {
                frame.Fill(new PixelColor((uint)frames));
                frame.Present();
            }
            frames++;
            if (seen.All(s => s.Count == each) && frames > 3)
                break;
        }
        Array.ForEach(threads, t => t.Join());
        Assert.Equal(0, strangers);
        Assert.All(seen, s => Assert.Equal(Enumerable.Range(0, each), s));
    }

    [Fact]
    public void A_post_wakes_a_sleeping_client()
    {
        using var client = _host.Open("post");
        var wait = Task.Run(() => client.WaitEvent(Timeout.InfiniteTimeSpan));
        var ran = new TaskCompletionSource();
        client.Post(ran.SetResult);
        Assert.True(ran.Task.Wait(Soon));
        client.Close();
        Assert.True(wait.Wait(Soon));
        Assert.IsType<QuitRequested>(wait.Result);
    }

    [Fact]
    public void What_a_post_posts_runs_too_and_one_that_throws_is_not_run_again()
    {
        using var client = _host.Open("post");
        var ran = 0;
        client.Post(() => throw new InvalidTimeZoneException());
        client.Post(() => client.Post(() =>
        {
            ran++;
            client.Close();
        }));
        Assert.Throws<InvalidTimeZoneException>(() => client.WaitEvent(Soon));
        Assert.IsType<QuitRequested>(client.WaitEvent(Soon));
        Assert.Equal(1, ran);
    }

    // BeginFrame sleeps for the host, and takes the wake-up of the post.
    [Fact]
    public void A_post_while_BeginFrame_waits_leaves_PollHandle_readable()
    {
        using var client = _host.Open("post");
        var seen = _host.WaitForClient();
        seen.TakesFrames = false;
        using (var frame = client.BeginFrame())
            frame.Present();
        var ran = false;
        var later = Task.Run(() =>
        {
            Thread.Sleep(30);
            client.Post(() => ran = true);
        });
        client.BeginFrame().Dispose(); // after 150 ms
        later.Wait();
        Assert.True(Mmm.Linux.Sys.PollIn(client.PollHandle, 0));
        while (client.TryReadEvent(out _))
        {
        }
        Assert.True(ran);
    }

    [Fact]
    public void A_cancelled_frame_and_one_that_throws_are_not_shown()
    {
        using var client = _host.Open("post");
        var seen = _host.WaitForClient();
        var frame = client.BeginFrame();
        frame.Fill(PixelColor.White);
        frame.Cancel();
        try
        {
            frame.Cancel();
            Assert.Fail("a frame that is over was cancelled");
        }
        catch (InvalidOperationException)
        {
        }
        Assert.Throws<InvalidTimeZoneException>((Action)(() =>
        {
            using var other = client.BeginFrame(new Rect(1, 1, 2, 2));
            throw new InvalidTimeZoneException();
        }));
        Assert.Null(seen.Picture);
        using (var last = client.BeginFrame(new Rect(5, 5, 1, 1)))
            last.Present();
        Assert.Equal(new Rect(0, 0, 800, 480), seen.WaitForFrame().Damage); // what was left unfinished is shown with it
    }
}
