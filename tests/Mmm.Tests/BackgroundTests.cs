using Mmm.Hosting;

namespace Mmm.Tests;

/// <summary>Work that may wait for others: none waits for another piece, and threads are used again.</summary>
/// <remarks>What a piece sets is not disposed: the piece may still be setting it when the test goes on.</remarks>
public class BackgroundTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public void Pieces_that_never_end_do_not_stop_others()
    {
        var end = new ManualResetEventSlim();
        var begun = new CountdownEvent(20);
        for (var i = 0; i < begun.InitialCount; i++)
        {
            Background.Run(() =>
            {
                begun.Signal();
                end.Wait();
            });
        }
        try
        {
            Assert.True(begun.Wait(Soon), $"{begun.CurrentCount} pieces wait for others");
        }
        finally
        {
            end.Set();
        }
    }

    [Fact]
    public void Each_piece_is_done_once_however_many_give_them()
    {
        const int givers = 4, pieces = 2000;
        var done = new CountdownEvent(givers * pieces);
        var times = new int[givers * pieces];
        Parallel.For(0, givers, g =>
        {
            for (var i = 0; i < pieces; i++)
            {
                var piece = g * pieces + i;
                Background.Run(() =>
                {
                    Interlocked.Increment(ref times[piece]);
                    done.Signal();
                });
            }
        });
        Assert.True(done.Wait(Soon), $"{done.CurrentCount} pieces were not done");
        Assert.All(times, t => Assert.Equal(1, t));
    }

    [Fact]
    public void One_piece_after_the_other_takes_few_threads()
    {
        var threads = new HashSet<Thread>();
        for (var i = 0; i < 200; i++)
        {
            var done = new ManualResetEventSlim();
            Background.Run(() =>
            {
                threads.Add(Thread.CurrentThread);
                done.Set();
            });
            Assert.True(done.Wait(Soon));
        }
        Assert.InRange(threads.Count, 1, 60); // one a piece before; other tests' pieces come between
    }
}
