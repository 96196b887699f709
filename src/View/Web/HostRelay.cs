using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using View.Host;

namespace View.Web;

/// <summary>
/// Passes a page's requests to the host, and the host's lines to the page: each a text message. Only requests that a page may make are
/// passed. The host hears nothing of a page that does not read.
/// </summary>
internal sealed class HostRelay(WebSocket socket, ScreenLink link, string directory, bool mayControl) : IDisposable
{
    private const int MostRequest = 4096;
    private static readonly string[] Looks = ["clients", "logs", "follow", "audio", "buttons"];
    private static readonly string[] Controls =
        ["restart", "raise", "volume", "mute", "brightness", "rotate", "blank", "unblank", "button"];
    private readonly SemaphoreSlim _sending = new(1);
    private HostRequests? _host;
    private int _isTelling;

    /// <summary>Serves until the page or the host ends.</summary>
    public async Task Run()
    {
        _host = HostRequests.TryConnect(directory);
        if (_host is null)
        {
            await socket.CloseAsync(WebSocketCloseStatus.EndpointUnavailable, "the host is not running", default);
            return;
        }
        link.ListChanged += TellList;
        try
        {
            var fromHost = PassLines(_host);
            await PassRequests(_host);
            socket.Abort();
            await fromHost.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            link.ListChanged -= TellList;
        }
    }

    private async Task PassRequests(HostRequests host)
    {
        var buffer = new byte[MostRequest];
        while (await Receive(buffer) is { } length and >= 0)
        {
            var words = Words(buffer.AsMemory(0, length));
            if (words is not null && IsAllowed(words))
                await host.Send(words);
            else
                await Send("""{"ok":false,"error":"this page may not request that"}"""u8.ToArray());
        }
        host.Dispose();
    }

    // Returns the length of a message; -1 at the end, and for one that is too long.
    private async Task<int> Receive(byte[] buffer)
    {
        for (var length = 0; length < buffer.Length;)
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(length), default);
            if (result.MessageType == WebSocketMessageType.Close)
                return -1;
            length += result.Count;
            if (result.EndOfMessage)
                return length;
        }
        return -1;
    }

    private static string[]? Words(ReadOnlyMemory<byte> text)
    {
        try
        {
            return JsonSerializer.Deserialize(text.Span, Host.Words.Default.StringArray);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private bool IsAllowed(string[] words) => words.Length > 0 && Array.TrueForAll(words, w => w is not null)
        && (Looks.Contains(words[0]) || words is ["volume"] or ["brightness"] or ["rotate"] || (mayControl && Controls.Contains(words[0])));

    private async Task PassLines(HostRequests host)
    {
        try
        {
            while (await host.ReadLine() is { } line)
                await Send(line);
        }
        finally
        {
            socket.Abort(); // the page connects again when the host is back
        }
    }

    private async Task Send(ReadOnlyMemory<byte> text)
    {
        await _sending.WaitAsync();
        try
        {
            await socket.SendAsync(text, WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, default);
        }
        finally
        {
            _sending.Release();
        }
    }

    // At most one waits to be sent.
    private void TellList()
    {
        if (Interlocked.Exchange(ref _isTelling, 1) == 0)
            _ = TellListOnce();
    }

    private async Task TellListOnce()
    {
        await Task.Yield();
        Volatile.Write(ref _isTelling, 0);
        await Send(Encoding.UTF8.GetBytes("""{"changed":true}""")).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _host?.Dispose();
        _sending.Dispose();
    }
}
