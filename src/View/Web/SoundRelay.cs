using System.Net.WebSockets;
using System.Text.Json;
using View.Host;

namespace View.Web;

/// <summary>
/// Passes what the host plays to a page: binary messages of 20 ms, 16-bit stereo at 48000 Hz. Nothing is sent while it is silent. A page
/// that does not read is disconnected by the host.
/// </summary>
internal static class SoundRelay
{
    /// <summary>Serves until the page or the host ends.</summary>
    public static async Task Run(WebSocket socket, string directory)
    {
        using var host = HostRequests.TryConnect(directory);
        if (host is null)
            return;
        await host.Send(["listen"]);
        var sending = PassPieces(socket, host);
        while ((await socket.ReceiveAsync(new byte[64].AsMemory(), default)).MessageType != WebSocketMessageType.Close)
        {
        }
        host.Dispose();
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task PassPieces(WebSocket socket, HostRequests host)
    {
        try
        {
            while (await host.ReadLine() is { } line)
            {
                if (PieceOf(line) is { } piece)
                    await socket.SendAsync(piece.AsMemory(), WebSocketMessageType.Binary, WebSocketMessageFlags.EndOfMessage, default);
            }
        }
        finally
        {
            socket.Abort();
        }
    }

    private static byte[]? PieceOf(byte[] line)
    {
        using var json = JsonDocument.Parse(line);
        return json.RootElement.TryGetProperty("sound", out var sound) ? sound.GetBytesFromBase64() : null;
    }
}
