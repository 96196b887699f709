using System.Net.Sockets;
using System.Text;
using Mmm.Hosting;
using Mmm.Protocol;

namespace Mmm.Testing;

/// <summary>
/// A host for unit tests of apps, inside the test's process. It has its own directory, and serves clients of this process or of others. It
/// has no display, input device or sound card: through a <see cref="TestClient"/> the test reads the pictures and the sound of an app, and
/// sends it touches and keys.
/// </summary>
/// <remarks>
/// <code>
/// using var host = new TestHost();
/// using var client = host.Open("Panel");
/// var app = Task.Run(() => Panel.Run(client));
/// var seen = host.WaitForClient();
/// seen.WaitForFrame();
/// seen.Tap(100, 100);
/// seen.WaitFor(picture => picture[100, 100] == PixelColor.White);
/// client.Close();
/// await app;
/// </code>
/// All members may be used from any thread.
/// </remarks>
public sealed class TestHost : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
    private readonly List<TestClient> _clients = [];
    private readonly System.Collections.Concurrent.ConcurrentBag<Socket> _unanswered = [];
    private int _waitedFor; // number of clients that WaitForClient has returned
    private bool _disposed;

    /// <summary>Starts a host.</summary>
    /// <param name="options">Options of the host; null for the defaults, with a screen of 800x480 pixels.</param>
    public TestHost(TestHostOptions? options = null)
    {
        Options = options ?? new TestHostOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(Options.Width, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(Options.Height, 1, nameof(options));
        Directory = System.IO.Directory.CreateTempSubdirectory("mmm-testhost-").FullName;
        _listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(Directory, Rendezvous.BellName)));
        _listener.Listen();
        new Thread(Accept) { IsBackground = true, Name = "TestHost" }.Start();
    }

    /// <summary>The options of this host.</summary>
    public TestHostOptions Options { get; }

    /// <summary>
    /// The directory that the host serves. Clients in this process set it as <see cref="MmmClientOptions.Directory"/>, other processes as
    /// <c>MMM_PATH</c>. Dispose deletes it.
    /// </summary>
    public string Directory { get; }

    /// <summary>Opens a client of this host in the test's process. The client handles no signals.</summary>
    /// <param name="title">The title: see <see cref="MmmClient.Open(string)"/>.</param>
    public MmmClient Open(string title) => MmmClient.Open(new MmmClientOptions { Title = title, Directory = Directory, Signals = [] });

    /// <summary>The clients that the host has accepted, oldest first.</summary>
    public IReadOnlyList<TestClient> Clients
    {
        get
        {
            lock (_clients)
                return [.. _clients];
        }
    }

    /// <summary>Waits for the next client. The first call returns the first client that connects, the second call the second one.</summary>
    /// <exception cref="TimeoutException">No client connected within <see cref="TestHostOptions.Patience"/>.</exception>
    public TestClient WaitForClient()
    {
        lock (_clients)
        {
            Waiting.Until(_clients, () => _clients.Count > _waitedFor, Options.Patience, () => $"client {_waitedFor + 1} did not connect");
            return _clients[_waitedFor++];
        }
    }

    private void Accept()
    {
        try
        {
            while (true)
                Greet(_listener.Accept());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The host was disposed.
        }
    }

    private void Greet(Socket bell)
    {
        var packet = new byte[Bell.MaxPacket];
        var length = bell.Receive(packet);
        if (!Options.Answers)
        {
            _unanswered.Add(bell); // it stays open until the end of the host
            return;
        }
        var answer = Task.Delay(Options.AnswerDelay);
        _ = answer.ContinueWith(_ => Answer(bell, packet.AsSpan(0, length)), TaskScheduler.Default);
    }

    private void Answer(Socket bell, ReadOnlySpan<byte> hello)
    {
        try
        {
            if (!Bell.TryParseHello(hello, out var fileName, out var fault) || (fault = Options.Refusal) is not null)
            {
                bell.Send(Bell.Error(fault!));
                bell.Dispose();
                return;
            }
            var (_, file, reason) = ClientFile.Open(Path.Combine(Directory, fileName));
            if (file is null || !file.TryIdentify(out _) || !file.Refresh())
            {
                bell.Send(Bell.Error($"{fileName} is not a client file {reason}"));
                bell.Dispose();
                return;
            }
            file.SetValue("host-width", $"{Options.Width}");
            file.SetValue("host-height", $"{Options.Height}");
            var client = new TestClient(file, bell, Options);
            lock (_clients)
            {
                if (_disposed)
                {
                    client.Dispose();
                    return;
                }
                _clients.Add(client);
                Monitor.PulseAll(_clients);
            }
            bell.Send(Bell.Ok);
            client.Begin();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client closed the connection first.
        }
    }

    /// <summary>Ends the host and deletes its directory. The clients receive <see cref="HostDisconnected"/>.</summary>
    public void Dispose()
    {
        lock (_clients)
        {
            if (_disposed)
                return;
            _disposed = true;
            _clients.ForEach(c => c.Dispose());
        }
        _listener.Dispose();
        foreach (var bell in _unanswered)
            bell.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
