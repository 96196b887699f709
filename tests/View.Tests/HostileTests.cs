using System.Net.Sockets;
using System.Text;
using CsCheck;
using View.Rfb;

namespace View.Tests;

/// <summary>Whatever a peer sends, or does not send: mmm-view and the host go on and serve others.</summary>
public sealed class HostileTests
{
    private static void AssertServes(MmmHost host, Viewer viewer)
    {
        Assert.False(viewer.Process.HasEnded, string.Join(" | ", viewer.Process.Errors));
        Assert.False(host.Process.HasEnded);
        using var client = Connect(viewer);
        client.SetEncodings(RfbClient.Zrle);
        client.WaitForPicture(host.Picture());
        Assert.Empty(viewer.Process.Errors);
    }

    // Until mmm-view has noticed that the many connections before are closed, it may accept no other one.
    private static RfbClient Connect(Viewer viewer)
    {
        RfbClient? client = null;
        Wait.Until(() =>
        {
            try
            {
                client = new RfbClient(viewer.RfbPort);
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }, "a connection");
        return client!;
    }

    // Sends bytes after a beginning, and reads until the end or for a moment.
    private static void Send(int port, byte[] start, byte[] bytes)
    {
        using var tcp = new TcpClient("127.0.0.1", port) { ReceiveTimeout = 20, LingerState = new LingerOption(true, 0) };
        var stream = tcp.GetStream();
        try
        {
            stream.Write(start);
            stream.Write(bytes);
            while (stream.Read(new byte[65536]) > 0)
            {
            }
        }
        catch (IOException)
        {
        }
    }

    private static readonly byte[][] Messages =
    [
        [0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0], [2, 0, 0, 2, 0, 0, 0, 16, 0, 0, 0, 7],
        [3, 0, 0, 0, 0, 0, 1, 64, 0, 200], [4, 1, 0, 0, 0, 0, 0, 97], [5, 1, 0, 9, 0, 9], [6, 0, 0, 0, 0, 0, 0, 3, 65, 66, 67],
        [150, 1, 0, 0, 0, 0, 1, 64, 0, 200], [248, 0, 0, 0, 128, 0, 0, 1, 2, 1, 2],
        [251, 0, 0, 64, 0, 64, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 64, 0, 64, 0, 0, 0, 0],
        [255, 0, 0, 1, 0, 0, 0, 97, 0, 0, 0, 30],
    ];

    // Good messages with a few bytes changed, in any order.
    private static readonly Gen<byte[]> Streams = Gen.Select(
        Gen.Int[0, Messages.Length - 1].Array[1, 12], Gen.Select(Gen.Int[0, 300], Gen.Byte).Array[0, 4],
        (which, changes) =>
        {
            byte[] all = [.. which.SelectMany(i => Messages[i])];
            foreach (var (at, value) in changes)
                all[at % all.Length] = value;
            return all;
        });

    [Fact]
    public void Changed_rfb_messages()
    {
        using var host = new MmmHost();
        using var viewer = new Viewer(host);
        byte[] hello = [.. "RFB 003.008\n"u8, 1, 1];
        Streams.Sample(bytes => Send(viewer.RfbPort, hello, bytes), iter: 150, threads: 4);
        Gen.Byte.Array[0, 100].Sample(bytes => Send(viewer.RfbPort, [], bytes), iter: 50, threads: 4);
        AssertServes(host, viewer);
    }

    [Fact]
    public void Changed_http_requests_and_web_socket_frames()
    {
        using var host = new MmmHost();
        using var viewer = new Viewer(host);
        var request = Encoding.ASCII.GetBytes(
            $"GET /session?token=1 HTTP/1.1\r\nHost: 127.0.0.1:{viewer.WebPort}\r\nContent-Length: 3\r\n\r\nabc");
        Gen.Select(Gen.Int[0, request.Length - 1], Gen.Byte).Array[0, 5].Sample(changes =>
        {
            var bytes = (byte[])request.Clone();
            foreach (var (at, value) in changes)
                bytes[at] = value;
            Send(viewer.WebPort, [], bytes);
        }, iter: 100, threads: 4);
        using var http = new HttpClient();
        var token = http.GetStringAsync(new Uri(viewer.Page + "session")).Result.Split("\"token\":\"")[1].Split('"')[0];
        foreach (var path in new[] { "rfb", "host" })
        {
            var hello = Encoding.ASCII.GetBytes($"GET /{path}?token={token} HTTP/1.1\r\nHost: 127.0.0.1:{viewer.WebPort}\r\n"
                + $"Origin: http://127.0.0.1:{viewer.WebPort}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
            Gen.Byte.Array[0, 200].Sample(bytes => Send(viewer.WebPort, hello, bytes), iter: 50, threads: 4);
            Gen.Select(Gen.Byte, Gen.Byte, Gen.Byte.Array[0, 130]).Sample((first, second, rest) =>
                Send(viewer.WebPort, hello, [(byte)(first & 0x8F), (byte)(second | 0x80), .. rest]), iter: 50, threads: 4);
        }
        AssertServes(host, viewer);
    }

    [Fact]
    public void No_file_beside_the_pages_is_served()
    {
        using var host = new MmmHost();
        using var viewer = new Viewer(host);
        foreach (var path in new[] { "/../mmm-view", "/novnc/../../mmm-view", "//etc/passwd", "/%2e%2e/mmm-view", "/.", "/novnc" })
        {
            using var tcp = new TcpClient("127.0.0.1", viewer.WebPort);
            var stream = tcp.GetStream();
            stream.Write(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n"));
            using var reader = new StreamReader(stream);
            Assert.Equal("HTTP/1.1 404 Not Found", reader.ReadLine());
        }
    }

    [Fact]
    public void A_thousand_viewers_and_half_open_connections()
    {
        using var host = new MmmHost();
        using var viewer = new Viewer(host);
        AssertServes(host, viewer); // the runtime has loaded what it needs
        var before = Descriptors(viewer);
        List<TcpClient> all = [];
        for (var i = 0; i < 1000; i++)
        {
            var tcp = new TcpClient("127.0.0.1", viewer.RfbPort);
            all.Add(tcp);
            if (i % 2 == 0)
                tcp.GetStream().Write([.. "RFB 003.008\n"u8, 1, 1]); // serves as far as there is room
        }
        for (var i = 0; i < 100; i++)
        {
            var tcp = new TcpClient("127.0.0.1", viewer.WebPort);
            all.Add(tcp);
            tcp.GetStream().Write("GET / HT"u8);
        }
        Assert.InRange(Descriptors(viewer), before, before + 300);
        all.ForEach(t => t.Dispose());
        Wait.Until(() => Descriptors(viewer) <= before + 30, "the connections have ended",
            () => $"{Descriptors(viewer)}, before: {before}");
        Wait.Until(() => HasRoom(viewer), "there is room again");
        AssertServes(host, viewer);
    }

    // A viewer too many gets no security type.
    private static bool HasRoom(Viewer viewer)
    {
        try
        {
            using var client = new RfbClient(viewer.RfbPort);
            return true;
        }
        catch (Exception e) when (e is IOException or Xunit.Sdk.XunitException)
        {
            return false;
        }
    }

    private static int Descriptors(Viewer viewer) => Directory.GetFiles($"/proc/{viewer.Process.Pid}/fd").Length;

    [Fact]
    public void A_connection_that_says_nothing_is_closed()
    {
        using var host = new MmmHost();
        using var viewer = new Viewer(host);
        using var rfb = new TcpClient("127.0.0.1", viewer.RfbPort);
        using var web = new TcpClient("127.0.0.1", viewer.WebPort);
        rfb.GetStream().ReadExactly(new byte[12]);
        foreach (var tcp in new[] { rfb, web })
        {
            tcp.ReceiveTimeout = 30_000;
            Assert.Equal(0, tcp.GetStream().Read(new byte[1]));
        }
    }

    [Fact]
    public void A_viewer_that_sends_fences_and_reads_nothing_ends()
    {
        using var host = new MmmHost();
        using var viewer = new Viewer(host);
        using var client = new RfbClient(viewer.RfbPort);
        client.SetEncodings(RfbClient.Raw, Encodings.Fence);
        byte[] fences = [.. Enumerable.Range(0, 1000).SelectMany(_ => (byte[])[248, 0, 0, 0, 128, 0, 0, 1, 4, 1, 2, 3, 4])];
        Wait.Until(() =>
        {
            try
            {
                client.Send(fences);
                return false;
            }
            catch (IOException)
            {
                return true;
            }
        }, "the end of the connection");
        AssertServes(host, viewer);
    }
}
