using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Mmm;
using View.Host;
using View.Rfb;
using View.Security;
using View.Web;

namespace View;

/// <summary>The composition of mmm-view: listens on the two addresses, and serves each connection by a task of its own.</summary>
internal sealed class Server : IDisposable
{
    private const int MostConnections = 128, MostViewers = 32;
    private static readonly TimeSpan HelloTime = TimeSpan.FromSeconds(10);
    private readonly Options _options;
    private readonly ScreenLink _link;
    private readonly LocalUsers _users;
    private readonly Gate? _gate; // for connections from other machines; null if there are none
    private readonly WebSite _site;
    private readonly List<Socket> _listeners = [];
    private int _connections;
    private int _viewers;

    /// <exception cref="MmmException">An address needs what is not there: a password, TLS. One line.</exception>
    public Server(Options options)
    {
        _options = options;
        _users = new LocalUsers(options.Users);
        if (NeedsGate(options.Web) || NeedsGate(options.Rfb))
            _gate = Gate.Open(options);
        _link = new ScreenLink(options.Path);
        _site = new WebSite(options, _link, ServeRfb);
    }

    private bool NeedsGate(IPEndPoint? address) => address is not null && (_options.IsSecure || !IPAddress.IsLoopback(address.Address));

    /// <summary>Serves until SIGTERM or SIGINT.</summary>
    /// <returns>The exit code.</returns>
    public int Run()
    {
        using var end = new ManualResetEventSlim(false, spinCount: 0);
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        var web = Listen("--web", _options.Web, (stream, gate) => _site.Serve(stream, gate));
        var rfb = Listen("--rfb", _options.Rfb, (stream, gate) => ServeRfb(stream, gate, mayControl: true));
        if (_gate?.Fingerprint is { } fingerprint)
            Console.WriteLine($"mmm-view: certificate SHA-256 {fingerprint}");
        var scheme = NeedsGate(_options.Web) ? "https" : "http";
        List<string> where = [];
        if (web is not null)
            where.Add($"{scheme}://{web}/");
        if (rfb is not null)
            where.Add($"vnc://{rfb}");
        Console.WriteLine($"mmm-view: ready: {string.Join(" and ", where)}, host in {_options.Path}");
        end.Wait();
        return 0;

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            end.Set();
        }
    }

    private IPEndPoint? Listen(string option, IPEndPoint? address, Func<Stream, Gate?, Task> serve)
    {
        if (address is null)
            return null;
        var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listeners.Add(listener);
        try
        {
            listener.Bind(address);
            listener.Listen();
        }
        catch (SocketException e)
        {
            throw new MmmException($"{option} {address}: {e.Message}; choose another address, or port 0 for any");
        }
        _ = Accept(listener, NeedsGate(address) ? _gate : null, serve);
        return (IPEndPoint)listener.LocalEndPoint!;
    }

    private async Task Accept(Socket listener, Gate? gate, Func<Stream, Gate?, Task> serve)
    {
        const int shortageMs = 100;
        while (true)
        {
            try
            {
                var socket = await listener.AcceptAsync();
                if (Interlocked.Increment(ref _connections) <= MostConnections)
                    _ = Serve(socket, gate, serve);
                else
                    Close(socket);
            }
            catch (SocketException e) when (e.SocketErrorCode != SocketError.OperationAborted)
            {
                await Task.Delay(shortageMs); // no descriptor is left, or the connection is gone already
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Close(Socket socket)
    {
        socket.Dispose();
        Interlocked.Decrement(ref _connections);
    }

    private async Task Serve(Socket socket, Gate? gate, Func<Stream, Gate?, Task> serve)
    {
        await Task.Yield();
        try
        {
            if (gate is null && !_users.MayConnect(socket))
                return;
            socket.NoDelay = true;
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 60);
            await using var stream = new PeerStream(socket);
            await serve(stream, gate);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The connection's fault, and its end. Peers may cause any number, so they are not logged.
        }
        finally
        {
            Close(socket);
        }
    }

    /// <summary>Serves an RFB viewer.</summary>
    private async Task ServeRfb(Stream stream, Gate? gate, bool mayControl)
    {
        try
        {
            var refusal = Interlocked.Increment(ref _viewers) > MostViewers ? $"there are {MostViewers} viewers already" : null;
            using var hello = new CancellationTokenSource(HelloTime);
            var secure = gate?.ForPeer((stream as PeerStream)?.Address);
            (stream, var reader, var isAllowed) = await Handshake.Run(stream, secure, refusal, hello.Token);
            await RfbSession.Run(stream, reader, _link, mayControl && isAllowed && !_options.IsViewOnly, hello.Token);
        }
        finally
        {
            Interlocked.Decrement(ref _viewers);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listeners.ForEach(l => l.Dispose());
        _link.Dispose();
    }
}

/// <summary>A TCP connection, which knows its other end.</summary>
internal sealed class PeerStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    /// <summary>The other end's address.</summary>
    public IPAddress Address { get; } = ((IPEndPoint)socket.RemoteEndPoint!).Address;
}
