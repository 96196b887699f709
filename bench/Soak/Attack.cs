using System.Net.Sockets;

namespace Soak;

/// <summary>
/// One hostile process. Its threads break the rules of the protocol until the process is killed. It changes only its own files, and uses
/// the host's two sockets.
/// </summary>
internal abstract class Attack(string directory, Random random)
{
    private static int s_files;

    /// <summary>The kinds of attacks. Each kind is a class, and each process has one kind.</summary>
    public static readonly string[] Kinds = ["headers", "files", "bells", "control", "sound"];

    protected string Directory => directory;

    protected Random Random => random;

    /// <summary>Attacks until the process is killed.</summary>
    /// <param name="directory">The host's directory (MMM_PATH).</param>
    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="seed">Seed of all random numbers in this process. The order of the threads is not determined by it.</param>
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
                _ => throw new ArgumentException($"there is no attack {kind}; the attacks are {string.Join(", ", Kinds)}"),
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
                // Errors are expected: the host refuses or hangs up, and files disappear.
            }
            Pause(20);
        }
    }

    /// <summary>Runs one attack, which takes at most about a second.</summary>
    protected abstract void Step();

    /// <summary>Returns a file name that no other process uses.</summary>
    protected string NewName() => $"a-{Environment.ProcessId}-{Interlocked.Increment(ref s_files)}";

    protected string NewPath() => Path.Combine(directory, NewName());

    /// <summary>Creates a valid client, which the host shows.</summary>
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

    /// <summary>Sleeps 1 to <paramref name="most"/> ms, so that two cores have time left for the well-behaved client.</summary>
    protected void Pause(int most) => Thread.Sleep(1 + Random.Next(most));
}
