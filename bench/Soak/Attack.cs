using System.Net.Sockets;

namespace Soak;

/// <summary>
/// One hostile process: threads that do what no decent client would until they are killed. It touches its own files only, besides the
/// host's two sockets.
/// </summary>
internal abstract class Attack(string directory, Random random)
{
    private static int s_files;

    /// <summary>Kinds, each a class of its own; a process has one.</summary>
    public static readonly string[] Kinds = ["headers", "files", "bells", "control", "sound"];

    protected string Directory => directory;

    protected Random Random => random;

    /// <summary>Attacks until the process is killed.</summary>
    /// <param name="directory">MMM_PATH.</param>
    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="seed">Of everything that is random in this process but the scheduler.</param>
    public static int Run(string directory, string kind, int seed)
    {
        Native.EndWithParent();
        Attack Make(int thread)
        {
            var random = new Random(seed * 31 + thread);
            return kind switch
            {
                "headers" => new HeaderAttack(directory, random),
                "files" => new FileAttack(directory, random),
                "bells" => new BellAttack(directory, random),
                "control" => new ControlAttack(directory, random),
                "sound" => new SoundAttack(directory, random),
                _ => throw new ArgumentException($"no attack is called {kind}; there is {string.Join(", ", Kinds)}"),
            };
        }
        Thread[] threads = [.. Enumerable.Range(0, 2).Select(i => new Thread(Make(i).Repeat))];
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());
        return 0;
    }

    private void Repeat()
    {
        while (true)
        {
            try
            {
                Step();
            }
            catch (Exception e) when (e is IOException or SocketException or UnauthorizedAccessException or ObjectDisposedException
                or ArgumentException)
            {
                // Refused, hung up on, gone or in the way: that is what it is for.
            }
            Pause(20);
        }
    }

    /// <summary>One attack, of a second or less.</summary>
    protected abstract void Step();

    /// <summary>A name of this process's own.</summary>
    protected string NewName() => $"a-{Environment.ProcessId}-{Interlocked.Increment(ref s_files)}";

    protected string NewPath() => Path.Combine(directory, NewName());

    /// <summary>A client that the host shows.</summary>
    protected HandMade NewClient(Action<HandMade>? more = null)
    {
        var path = NewPath();
        return new HandMade(path, Path.GetFileName(path), c =>
        {
            c.Poke(HandMade.X, (double)Random.Next(0, 760));
            c.Poke(HandMade.X + 8, (double)Random.Next(0, 450));
            c.Poke(HandMade.PcmFormat, 3);
            c.Poke(HandMade.PcmRate, 48000);
            more?.Invoke(c);
        });
    }

    protected T Any<T>(params ReadOnlySpan<T> of) => of[Random.Next(of.Length)];

    protected bool OneIn(int n) => Random.Next(n) == 0;

    protected byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        Random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Sleeps 1 to <paramref name="most"/> ms: two cores are to be left something for whoever behaves.</summary>
    protected void Pause(int most) => Thread.Sleep(1 + Random.Next(most));
}
