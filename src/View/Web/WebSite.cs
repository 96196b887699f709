using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using FbHost.Images;
using View.Host;
using View.Security;

namespace View.Web;

/// <summary>
/// The HTTP server of the page: its files, the login, and WebSockets. On a loopback address the page is open to the machine's users that
/// may connect; other sites cannot use a browser there, since the host name and the origin are checked.
/// </summary>
internal sealed class WebSite(Options options, ScreenLink link, Func<Stream, Gate?, bool, Task> serveRfb)
{
    private const string SecretCookie = "mmm-view", FormCookie = "mmm-view-form", HandshakeGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(10);
    private readonly WebFiles _files = new();
    private readonly Login _local = new(!options.IsViewOnly, RandomText.Make());

    /// <summary>Serves the requests of a connection.</summary>
    public async Task Serve(Stream stream, Gate? gate)
    {
        var address = (stream as PeerStream)?.Address;
        if (gate is not null)
        {
            using var hello = new CancellationTokenSource(IdleTime);
            stream = await gate.StartTls(stream, hello.Token);
        }
        while (true)
        {
            using var idle = new CancellationTokenSource(IdleTime);
            if (await HttpRequest.TryRead(stream, idle.Token) is not { } request)
                return;
            idle.CancelAfter(Timeout.Infinite);
            if (!IsOwnName(request, gate))
            {
                await Answer(stream, 403, "text/plain", "this server has another name"u8.ToArray());
                return;
            }
            var login = gate is null ? _local : gate.Logins.Find(request.Cookie(SecretCookie));
            if (request.IsWebSocket)
            {
                await ServeWebSocket(stream, request, login);
                return;
            }
            await ServePage(stream, request, gate, login, address);
            if (request.IsLast)
                return;
        }
    }

    // A name of the loopback address, through whichever port a tunnel has: another name is a site's that points here (DNS rebinding).
    private static bool IsOwnName(HttpRequest request, Gate? gate)
    {
        var host = request["Host"]!;
        var name = host.LastIndexOf(':') is var colon && colon > host.LastIndexOf(']') ? host[..colon] : host;
        return gate is not null || name == "localhost"
            || (IPAddress.TryParse(name.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
    }

    private async Task ServePage(Stream stream, HttpRequest request, Gate? gate, Login? login, IPAddress? address)
    {
        switch (request.Method, request.Path)
        {
            case ("GET", "/login") when gate is not null:
                await ShowForm(stream, 200, "");
                break;
            case ("POST", "/login") when gate is not null:
                await LogIn(stream, request, gate, address);
                break;
            case ("POST", "/logout") when gate is not null && login is not null && request.Fields.GetValueOrDefault("token") == login.Token:
                gate.Logins.Remove(request.Cookie(SecretCookie));
                await Redirect(stream, "/login", $"{SecretCookie}=; Max-Age=0; {CookieRules}");
                break;
            case ("GET", "/style.css"):
                await ServeFile(stream, request.Path);
                break;
            case ("GET", "/metrics") when options.HasMetrics:
                await ShowMetrics(stream, login is not null || await Metrics.MayRead(request, gate!, address));
                break;
            case ("GET", _) when login is null:
                await Redirect(stream, "/login", null);
                break;
            case ("GET", "/session"):
                await Answer(stream, 200, "application/json", Encoding.UTF8.GetBytes(
                    $$"""{"control":{{Json(login.MayControl)}},"token":"{{login.Token}}","login":{{Json(gate is not null)}}}"""));
                break;
            case ("GET", "/screenshot.png"):
                await Screenshot(stream);
                break;
            case ("GET", _):
                await ServeFile(stream, request.Path);
                break;
            default:
                await Answer(stream, 405, "text/plain", "not allowed"u8.ToArray());
                break;
        }
    }

    private static string Json(bool value) => value ? "true" : "false";

    private async Task ServeFile(Stream stream, string path)
    {
        if (_files.Read(path, out var type) is { } content)
            await Answer(stream, 200, type, content);
        else
            await Answer(stream, 404, "text/plain", "there is no such file"u8.ToArray());
    }

    private async Task ShowForm(Stream stream, int status, string message)
    {
        var token = RandomText.Make();
        var page = Encoding.UTF8.GetString(_files.Read("/login.html", out var type) ?? []);
        page = page.Replace("$TOKEN", token).Replace("$MESSAGE", message);
        await Answer(stream, status, type, Encoding.UTF8.GetBytes(page), $"Set-Cookie: {FormCookie}={token}; {CookieRules}\r\n");
    }

    // Another site can neither read nor set the cookie, so it cannot send the form.
    private async Task LogIn(Stream stream, HttpRequest request, Gate gate, IPAddress? address)
    {
        var token = request.Fields.GetValueOrDefault("token");
        if (!IsSameOrigin(request) || string.IsNullOrEmpty(token) || token != request.Cookie(FormCookie))
            await ShowForm(stream, 403, "The form was not from this page. Try again.");
        else if (await gate.CheckPassword(request.Fields.GetValueOrDefault("password", ""), address) is { } mayControl)
            await Redirect(stream, "/", $"{SecretCookie}={gate.Logins.Add(mayControl && !options.IsViewOnly)}; {CookieRules}");
        else
            await ShowForm(stream, 429, "The password is wrong, or too many were tried. Wait a few seconds.");
    }

    private const string CookieRules = "Path=/; HttpOnly; Secure; SameSite=Strict";

    private static bool IsSameOrigin(HttpRequest request) =>
        Uri.TryCreate(request["Origin"], UriKind.Absolute, out var origin) && origin.Authority == request["Host"];

    private async Task Screenshot(Stream stream)
    {
        using var host = HostRequests.TryConnect(options.Path);
        if (host is not null)
        {
            await host.Send(["screenshot"]);
            if (await host.ReadLine() is { } line && ReadSize(line) is var (width, height, bytes))
            {
                var pixels = await host.ReadBytes(bytes);
                using var png = new MemoryStream();
                PngWriter.Write(png, width, height, pixels);
                await Answer(stream, 200, "image/png", png.ToArray());
                return;
            }
        }
        await Answer(stream, 503, "text/plain", "the host is not running, or has no memory for a screenshot"u8.ToArray());
    }

    private async Task ShowMetrics(Stream stream, bool isAllowed)
    {
        if (!isAllowed)
            await Answer(stream, 401, "text/plain", "a password is needed"u8.ToArray(), "WWW-Authenticate: Basic realm=\"mmm-view\"\r\n");
        else if (await Metrics.Read(options.Path) is { } text)
            await Answer(stream, 200, Metrics.ContentType, text);
        else
            await Answer(stream, 503, "text/plain", "the host does not answer"u8.ToArray());
    }

    private static (int Width, int Height, int Bytes)? ReadSize(byte[] line)
    {
        using var json = JsonDocument.Parse(line);
        var answer = json.RootElement;
        return answer.GetProperty("ok").GetBoolean()
            ? (answer.GetProperty("width").GetInt32(), answer.GetProperty("height").GetInt32(), answer.GetProperty("bytes").GetInt32())
            : null;
    }

    private async Task ServeWebSocket(Stream stream, HttpRequest request, Login? login)
    {
        if (login is null || !IsSameOrigin(request) || request.Fields.GetValueOrDefault("token") != login.Token)
        {
            await Answer(stream, 403, "text/plain", "log in on this server's page"u8.ToArray());
            return;
        }
        if (request.Path is not ("/rfb" or "/host" or "/sound"))
        {
            await Answer(stream, 404, "text/plain", "there is no such WebSocket"u8.ToArray());
            return;
        }
        var accept = Convert.ToBase64String(Sha1.Hash(Encoding.Latin1.GetBytes(request["Sec-WebSocket-Key"] + HandshakeGuid)));
        var protocol = request["Sec-WebSocket-Protocol"] is { } names && names.Split(',').Any(n => n.Trim() == "binary")
            ? "Sec-WebSocket-Protocol: binary\r\n" : "";
        await stream.WriteAsync(Encoding.Latin1.GetBytes(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + $"Sec-WebSocket-Accept: {accept}\r\n{protocol}\r\n"));
        using var socket = WebSocket.CreateFromStream(stream, isServer: true, null, Timeout.InfiniteTimeSpan);
        if (request.Path == "/rfb")
        {
            await serveRfb(new WebSocketStream(socket), null, login.MayControl);
            return;
        }
        if (request.Path == "/sound")
        {
            await SoundRelay.Run(socket, options.Path);
            return;
        }
        using var relay = new HostRelay(socket, link, options.Path, login.MayControl);
        await relay.Run();
    }

    private static Task Redirect(Stream stream, string to, string? cookie) => Answer(stream, 303, "text/plain", [],
        $"Location: {to}\r\n{(cookie is null ? "" : $"Set-Cookie: {cookie}\r\n")}");

    private static async Task Answer(Stream stream, int status, string type, byte[] content, string more = "")
    {
        var text = status switch
        {
            200 => "OK",
            303 => "See Other",
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "Not Found",
            405 => "Method Not Allowed",
            429 => "Too Many Requests",
            _ => "Service Unavailable",
        };
        var head = $"HTTP/1.1 {status} {text}\r\nContent-Type: {type}\r\nContent-Length: {content.Length}\r\n{more}"
            + "Cache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\nReferrer-Policy: same-origin\r\n"
            + "Content-Security-Policy: default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
            + "frame-ancestors 'none'\r\n\r\n";
        await stream.WriteAsync((byte[])[.. Encoding.Latin1.GetBytes(head), .. content]);
    }
}
