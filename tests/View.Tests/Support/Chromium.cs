using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace View.Tests.Support;

/// <summary>A headless browser with one page, driven by the DevTools protocol over a WebSocket.</summary>
internal sealed class Chromium : IDisposable
{
    private readonly TempDirectory _profile = new();
    private readonly Child _process;
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[1 << 20];
    private int _lastId;

    public Chromium()
    {
        _process = new Child("chromium", ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--ignore-certificate-errors",
            "--autoplay-policy=no-user-gesture-required",
            "--remote-debugging-port=0", $"--user-data-dir={_profile.Path}", "about:blank"], ("HOME", _profile.Path));
        const string says = "DevTools listening on ";
        var line = "";
        Wait.Until(() => (line = _process.Errors.FirstOrDefault(l => l.StartsWith(says, StringComparison.Ordinal))) is not null,
            "the browser", () => string.Join(" | ", _process.Errors), TimeSpan.FromSeconds(60));
        var port = new Uri(line![says.Length..]).Port;
        using var http = new HttpClient();
        using var pages = JsonDocument.Parse(http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/json/list")).Result);
        var page = pages.RootElement.EnumerateArray().First(p => p.GetProperty("type").GetString() == "page");
        _socket.ConnectAsync(new Uri(page.GetProperty("webSocketDebuggerUrl").GetString()!), default).Wait();
        Command("Page.enable");
        Command("Runtime.enable");
    }

    /// <summary>Exceptions and errors of the page's console.</summary>
    public List<string> Faults { get; } = [];

    public JsonElement Command(string method, object? parameters = null)
    {
        var id = ++_lastId;
        var text = JsonSerializer.Serialize(new { id, method, @params = parameters ?? new { } });
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, patience.Token).Wait(patience.Token);
        while (true)
        {
            var message = Receive(patience.Token);
            if (message.TryGetProperty("method", out var name) && name.GetString() == "Runtime.exceptionThrown")
                Faults.Add(message.GetRawText());
            if (!message.TryGetProperty("id", out var answered) || answered.GetInt32() != id)
                continue;
            Assert.False(message.TryGetProperty("error", out var error), $"{method}: {error}");
            return message.GetProperty("result");
        }
    }

    private JsonElement Receive(CancellationToken patience)
    {
        using var whole = new MemoryStream();
        while (true)
        {
            var part = _socket.ReceiveAsync(_buffer, patience).Result;
            whole.Write(_buffer, 0, part.Count);
            if (part.EndOfMessage)
                return JsonDocument.Parse(whole.ToArray()).RootElement;
        }
    }

    /// <summary>Opens an address.</summary>
    public void Open(string address) => Command("Page.navigate", new { url = address });

    /// <summary>The value of an expression, which may be a promise.</summary>
    public JsonElement Value(string expression)
    {
        var result = Command("Runtime.evaluate", new { expression, returnByValue = true, awaitPromise = true });
        Assert.False(result.TryGetProperty("exceptionDetails", out var fault), $"{expression}: {fault}");
        return result.GetProperty("result").TryGetProperty("value", out var value) ? value : default;
    }

    /// <summary>Whether an expression is true now; false while the page is being loaded.</summary>
    public bool Is(string expression) =>
        Value($"(() => {{ try {{ return !!({expression}); }} catch {{ return false; }} }})()").ValueKind == JsonValueKind.True;

    public void WaitFor(string expression) => Wait.Until(() => Is(expression), expression,
        () => $"{Value("document.body?.innerText")} {string.Join(" | ", Faults)}", TimeSpan.FromSeconds(30));

    public void Mouse(string type, double x, double y, string button = "none", int clicks = 0, int wheel = 0) =>
        Command("Input.dispatchMouseEvent",
            new { type, x, y, button, buttons = button == "left" ? 1 : 0, clickCount = clicks, deltaX = 0, deltaY = wheel });

    public void Key(string type, string key, string code, string text = "") =>
        Command("Input.dispatchKeyEvent",
            new { type, key, code, text, windowsVirtualKeyCode = key.Length == 1 ? char.ToUpperInvariant(key[0]) : 0 });

    public void Dispose()
    {
        _socket.Dispose();
        Child.Kill(_process.Pid);
        _process.Dispose();
        Wait.Until(() =>
        {
            try
            {
                _profile.Dispose();
                return true;
            }
            catch (IOException)
            {
                return false; // a process of the browser is just ending
            }
        }, "the end of the browser");
    }
}
