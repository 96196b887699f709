using System.Runtime.InteropServices;

namespace FbHost.Tests.Audio;

/// <summary>
/// Clients that all play, made by hand: each says that it belongs to a process, which only exists, and to a user. One thread keeps
/// their rings filled.
/// </summary>
internal sealed partial class Musicians : IDisposable
{
    private const int Stereo16 = 3, Total = 8192, Queued = 4000;
    private readonly MmmHost _host;
    private readonly Func<int> _rate;
    private readonly List<Child> _processes = [];
    private readonly List<HandMade> _clients = [];
    private readonly ManualResetEventSlim _done = new();
    private readonly Thread _player;

    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int chown(string path, int user, int group);

    /// <param name="host">Whose clients they are.</param>
    /// <param name="processes">To which they belong.</param>
    /// <param name="each">Clients of each.</param>
    /// <param name="user">Whose files they are.</param>
    /// <param name="rate">The rate at which one plays in the next 100 ms.</param>
    public Musicians(MmmHost host, int processes, int each, int user, Func<int> rate)
    {
        (_host, _rate) = (host, rate);
        for (var p = 0; p < processes; p++)
        {
            _processes.Add(new Child("sleep", ["1000"]));
            for (var i = 0; i < each; i++)
                _clients.Add(Make($"music-{user}-{p}-{i}", _processes[p].Pid, user));
        }
        _player = new Thread(Play);
        _player.Start();
    }

    public IReadOnlyList<HandMade> Clients => _clients;

    private HandMade Make(string name, int pid, int user) => new(_host, name, c =>
    {
        Assert.Equal(0, chown(c.Path, user, user));
        c.Poke(HandMade.PcmFormat, Stereo16);
        c.Poke(HandMade.PcmRate, _rate());
        c.Poke(HandMade.PcmWrite, Queued);
        c.Poke(HandMade.Pid, pid);
    });

    private void Play()
    {
        while (!_done.Wait(100))
        {
            foreach (var client in _clients)
            {
                client.Poke(HandMade.PcmRate, _rate());
                client.Poke(HandMade.PcmWrite, (client.Peek(HandMade.PcmRead) + Queued) % Total);
            }
        }
    }

    /// <summary>How many of them sound.</summary>
    public int Sounding => _host.Clients.Count(c => c.Audio && _clients.Exists(m => m.Name == c.File));

    public void Dispose()
    {
        _done.Set();
        _player.Join();
        _clients.ForEach(c => c.Dispose());
        _processes.ForEach(p => p.Dispose());
    }
}
