using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Mmm.Protocol;

namespace Mmm.Tests;

/// <summary>The bell's other end: listens on .host, answers each client with one packet and keeps its connection.</summary>
internal sealed class FakeHost : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
    private readonly BlockingCollection<(Socket Bell, string Hello)> _clients = [];
    private readonly string _directory;
    private volatile string _answer;
    private readonly Action<string>? _beforeAnswer;
    private Socket? _bell;
    private volatile bool _hangsUp, _hangsUpAfterAnswer;

    public FakeHost(MmmDirectory directory, string answer = "mmm 1 ok", bool listen = true, Action<string>? beforeAnswer = null)
    {
        (_directory, _answer, _beforeAnswer) = (directory.Path, answer, beforeAnswer);
        File.Delete(directory[".host"]);
        _listener.Bind(new UnixDomainSocketEndPoint(directory[".host"]));
        if (listen)
            Listen();
    }

    public void Listen()
    {
        _listener.Listen();
        new Thread(Serve) { IsBackground = true }.Start();
    }

    private void Serve()
    {
        try
        {
            while (true)
            {
                var bell = _listener.Accept();
                var packet = new byte[300];
                var hello = Encoding.UTF8.GetString(packet, 0, bell.Receive(packet));
                if (_hangsUp)
                {
                    Interlocked.Increment(ref _hungUp);
                    bell.Dispose();
                    continue;
                }
                _beforeAnswer?.Invoke(Path.Combine(_directory, hello[6..]));
                bell.Send(Encoding.UTF8.GetBytes(_answer));
                if (_hangsUpAfterAnswer)
                {
                    Interlocked.Increment(ref _hungUp);
                    bell.Dispose();
                    continue;
                }
                _clients.Add((bell, hello));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // the end of this host
        }
    }

    /// <summary>Waits for a client; later calls are about that one. Returns its first packet.</summary>
    public string AwaitClient()
    {
        Assert.True(_clients.TryTake(out var client, 5000), "no client came");
        _bell = client.Bell;
        return client.Hello;
    }

    private int _hungUp;

    /// <summary>What later clients are answered.</summary>
    public string Answer { set => _answer = value; }

    /// <summary>Clients that were hung up on, while <see cref="HangsUp"/> or <see cref="HangsUpAfterAnswer"/>.</summary>
    public int HungUp => Volatile.Read(ref _hungUp);

    /// <summary>Hangs up on every client that comes; the socket stays.</summary>
    public bool HangsUp { set => _hangsUp = value; }

    /// <summary>Accepts every client that comes, and hangs up on it at once, as a host that crashes.</summary>
    public bool HangsUpAfterAnswer { set => _hangsUpAfterAnswer = value; }

    /// <summary>Closes the client's bell; the socket stays.</summary>
    public void HangUp() => _bell!.Dispose();

    public void Ring() => _bell!.Send([0]);

    /// <summary>Takes all rings that came until now; waits for the first. Returns whether there was one.</summary>
    public bool TakeRings(int milliseconds = 5000)
    {
        var got = false;
        var packet = new byte[300];
        while (_bell!.Poll((got ? 0 : milliseconds) * 1000, SelectMode.SelectRead))
        {
            Assert.Equal(1, _bell.Receive(packet));
            Assert.Equal(0, packet[0]);
            got = true;
        }
        return got;
    }

    public void Dispose()
    {
        _listener.Dispose();
        _bell?.Dispose();
    }
}
