using System.Net.WebSockets;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace View.Tests;

/// <summary>A page that listens gets what the host plays, in pieces of 20 ms.</summary>
public sealed class SoundTests
{
    private const int PieceBytes = 960 * 4, Hz = 440;

    private static ClientWebSocket Listen(Viewer viewer)
    {
        using var http = new HttpClient();
        using var session = JsonDocument.Parse(http.GetStringAsync(new Uri(viewer.Page + "session")).Result);
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", viewer.Page.TrimEnd('/'));
        var token = session.RootElement.GetProperty("token").GetString();
        socket.ConnectAsync(new Uri($"ws://127.0.0.1:{viewer.WebPort}/sound?token={token}"), default).Wait();
        return socket;
    }

    // Where the left channel goes from below zero to above.
    private static int Rises(short[] frames) =>
        Enumerable.Range(1, frames.Length / 2 - 1).Count(i => frames[2 * i - 2] < 0 && frames[2 * i] >= 0);

    [Fact]
    public void A_tone_is_heard_elsewhere()
    {
        using var host = new MmmHost();
        using var viewer = new Viewer(host);
        using var socket = Listen(viewer);
        Wait.Until(() => Listeners(host) == 1, "the page listens");
        using var app = host.Raw($"pcm 3 48000 {Hz} 1000");
        List<short> samples = [];
        while (samples.Count < 48000) // half a second
        {
            var buffer = new byte[PieceBytes + 1];
            using var patience = new CancellationTokenSource(Wait.Patience);
            var piece = socket.ReceiveAsync(buffer, patience.Token).Result;
            Assert.Equal((PieceBytes, true, WebSocketMessageType.Binary), (piece.Count, piece.EndOfMessage, piece.MessageType));
            samples.AddRange(MemoryMarshal.Cast<byte, short>(buffer.AsSpan(0, piece.Count)));
        }
        short[] frames = [.. samples];
        Assert.InRange(frames.Max(), 15000, 17000); // half of the full scale
        Assert.InRange(Rises(frames), Hz / 2 - 8, Hz / 2 + 8);
    }

    private static int Listeners(MmmHost host)
    {
        using var ask = new ControlClient(host.Path);
        return ask.Ask("audio").GetProperty("audio").GetProperty("listeners").GetInt32();
    }

    [Fact]
    public void Nothing_is_tapped_when_the_page_has_left()
    {
        using var host = new MmmHost();
        using var viewer = new Viewer(host);
        using (Listen(viewer))
            Wait.Until(() => Listeners(host) == 1, "the page listens");
        Wait.Until(() => Listeners(host) == 0, "the page has left");
    }
}
