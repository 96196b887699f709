using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using View.Security;

namespace View.Tests;

/// <summary>Who may connect, and what a foreign site, a guesser and a user of the same machine cannot do.</summary>
public sealed class SecurityTests
{
    private const string Password = "correct horse";

    private static HttpClient Browser(out CookieContainer cookies)
    {
        var handler = new HttpClientHandler { AllowAutoRedirect = false, CheckCertificateRevocationList = false };
        handler.ServerCertificateCustomValidationCallback = (_, _, _, _) => true; // its own
        cookies = handler.CookieContainer;
        return new HttpClient(handler);
    }

    private static HttpResponseMessage LogIn(
        HttpClient browser, Viewer viewer, string password, string? origin = null, string? token = null)
    {
        var form = browser.GetStringAsync(new Uri(viewer.Page + "login")).Result;
        token ??= form.Split("name=\"token\" value=\"")[1].Split('"')[0];
        var request = new HttpRequestMessage(HttpMethod.Post, viewer.Page + "login")
        {
            Content = new StringContent($"token={token}&password={Uri.EscapeDataString(password)}", Encoding.UTF8,
                "application/x-www-form-urlencoded"),
        };
        request.Headers.Add("Origin", origin ?? viewer.Page.TrimEnd('/'));
        return browser.Send(request);
    }

    // The status of a WebSocket handshake: 101 if it is open.
    private static int OpenWebSocket(Viewer viewer, string path, string origin, string host = "", CookieContainer? cookies = null)
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", origin);
        if (host.Length > 0)
            socket.Options.SetRequestHeader("Host", host);
        socket.Options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        socket.Options.Cookies = cookies;
        socket.Options.CollectHttpResponseDetails = true;
        var scheme = viewer.Scheme == "https" ? "wss" : "ws";
        try
        {
            socket.ConnectAsync(new Uri($"{scheme}://127.0.0.1:{viewer.WebPort}/{path}"), default).Wait();
        }
        catch (AggregateException e) when (e.InnerException is WebSocketException)
        {
        }
        return (int)socket.HttpStatusCode;
    }

    [Fact]
    public void A_foreign_site_and_a_foreign_name_get_nothing()
    {
        using var host = new MmmHost();
        using var viewer = new Viewer(host);
        using var browser = Browser(out _);
        using var session = JsonDocument.Parse(browser.GetStringAsync(new Uri(viewer.Page + "session")).Result);
        var rfb = $"rfb?token={session.RootElement.GetProperty("token").GetString()}";
        var own = viewer.Page.TrimEnd('/');
        Assert.Equal(101, OpenWebSocket(viewer, rfb, own));
        Assert.Equal(403, OpenWebSocket(viewer, rfb, "http://evil.example"));
        Assert.Equal(403, OpenWebSocket(viewer, rfb, "null"));
        Assert.Equal(403, OpenWebSocket(viewer, rfb, own + "0"));
        Assert.Equal(403, OpenWebSocket(viewer, "rfb?token=00", own));
        Assert.Equal(403, OpenWebSocket(viewer, "host", own));
        Assert.Equal(403, OpenWebSocket(viewer, rfb, "http://evil.example", "evil.example")); // a name that points here
        var request = new HttpRequestMessage(HttpMethod.Get, viewer.Page + "session");
        request.Headers.Host = "evil.example";
        Assert.Equal(HttpStatusCode.Forbidden, browser.Send(request).StatusCode);
        request = new HttpRequestMessage(HttpMethod.Get, viewer.Page + "session");
        request.Headers.Host = "localhost:1234"; // through a tunnel
        Assert.Equal(HttpStatusCode.OK, browser.Send(request).StatusCode);
    }

    [Fact]
    public void A_page_may_request_only_what_it_shows()
    {
        using var host = new MmmHost();
        using var viewer = new Viewer(host);
        using var browser = Browser(out _);
        using var session = JsonDocument.Parse(browser.GetStringAsync(new Uri(viewer.Page + "session")).Result);
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", viewer.Page.TrimEnd('/'));
        var token = session.RootElement.GetProperty("token").GetString();
        socket.ConnectAsync(new Uri($"ws://127.0.0.1:{viewer.WebPort}/host?token={token}"), default).Wait();
        foreach (var (request, isAllowed) in new[]
        {
            ("""["clients"]""", true), ("""["quit"]""", false), ("""["send","a","b"]""", false), ("""["view"]""", false), ("[]", false),
            ("x", false), ("""[null]""", false), ("""["volume"]""", true),
        })
        {
            socket.SendAsync(Encoding.UTF8.GetBytes(request), WebSocketMessageType.Text, true, default).Wait();
            var buffer = new byte[4096];
            var n = socket.ReceiveAsync(buffer, default).Result.Count;
            var isDone = Encoding.UTF8.GetString(buffer, 0, n).Contains("\"ok\":true", StringComparison.Ordinal);
            Assert.Equal((request, isAllowed), (request, isDone));
        }
        Assert.False(host.Process.HasEnded);
    }

    [Fact]
    public void The_cookie_login_needs_the_password_the_form_and_the_origin()
    {
        using var host = new MmmHost();
        Viewer.SetPassword(host, Password);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(host.Temp["keep"], "passwords")));
        Assert.DoesNotContain(Password, File.ReadAllText(Path.Combine(host.Temp["keep"], "passwords")));
        using var viewer = new Viewer(host, "--secure");
        using var browser = Browser(out var cookies);
        Assert.Equal("/login", browser.GetAsync(new Uri(viewer.Page)).Result.Headers.Location!.ToString());
        Assert.Equal("/login", browser.GetAsync(new Uri(viewer.Page + "screenshot.png")).Result.Headers.Location!.ToString());
        Assert.Equal(403, (int)LogIn(browser, viewer, Password, origin: "https://evil.example").StatusCode);
        Assert.Equal(403, (int)LogIn(browser, viewer, Password, token: "0123").StatusCode);
        Assert.Equal(429, (int)LogIn(browser, viewer, "wrong guess").StatusCode);
        Assert.Equal(303, (int)LogIn(browser, viewer, Password).StatusCode);
        var cookie = cookies.GetCookies(new Uri(viewer.Page))["mmm-view"]!;
        Assert.True(cookie is { Secure: true, HttpOnly: true });
        using var session = JsonDocument.Parse(browser.GetStringAsync(new Uri(viewer.Page + "session")).Result);
        var rfb = $"rfb?token={session.RootElement.GetProperty("token").GetString()}";
        Assert.Equal(101, OpenWebSocket(viewer, rfb, viewer.Page.TrimEnd('/'), cookies: cookies));
        Assert.Equal(403, OpenWebSocket(viewer, rfb, viewer.Page.TrimEnd('/'))); // without the cookie
        Assert.Equal(403, OpenWebSocket(viewer, "rfb", viewer.Page.TrimEnd('/'), cookies: cookies)); // without the token
        Assert.Equal(403, OpenWebSocket(viewer, rfb, "https://evil.example", cookies: cookies));
    }

    [Fact]
    public void A_password_to_see_does_not_control()
    {
        using var host = new MmmHost();
        Viewer.SetPassword(host, Password);
        Viewer.SetPassword(host, "only look", "--view-only");
        using var viewer = new Viewer(host, "--secure");
        using var browser = Browser(out _);
        Assert.Equal(303, (int)LogIn(browser, viewer, "only look").StatusCode);
        Assert.Contains("\"control\":false", browser.GetStringAsync(new Uri(viewer.Page + "session")).Result);
    }

    [Fact]
    public void A_thousand_guesses_are_refused_and_cost_little()
    {
        using var host = new MmmHost();
        Viewer.SetPassword(host, Password);
        using var viewer = new Viewer(host, "--secure");
        using var browser = Browser(out _);
        var start = System.Diagnostics.Process.GetProcessById(viewer.Process.Pid).TotalProcessorTime;
        for (var i = 0; i < 1000; i++)
            Assert.Equal(429, (int)LogIn(browser, viewer, $"guess number {i}").StatusCode);
        Assert.Equal(429, (int)LogIn(browser, viewer, Password).StatusCode); // from this address also the right one, for a few seconds
        var used = System.Diagnostics.Process.GetProcessById(viewer.Process.Pid).TotalProcessorTime - start;
        Assert.InRange(used.TotalSeconds, 0, 30); // all hashes would take minutes
        Wait.Until(() => LogIn(browser, viewer, Password).StatusCode == HttpStatusCode.SeeOther, "the login",
            patience: TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Guesses_are_limited_for_each_address_and_for_all()
    {
        var now = 0L;
        var limit = new LoginLimit(() => now);
        var one = IPAddress.Parse("10.0.0.1");
        Assert.Equal(5, Enumerable.Range(0, 100).Count(_ => limit.TryCount(one)));
        Assert.True(limit.TryCount(IPAddress.Parse("10.0.0.2")));
        now += 5000;
        Assert.Equal(1, Enumerable.Range(0, 100).Count(_ => limit.TryCount(one)));
        limit.Forgive(one);
        Assert.True(limit.TryCount(one));
        now += 3_600_000;
        var all = Enumerable.Range(0, 100_000).Count(i => limit.TryCount(new IPAddress(i + 1)));
        Assert.Equal(20, all);
    }

    [Fact]
    public void Vencrypt_x509plain_has_each_pixel_for_libvncclient()
    {
        using var host = new MmmHost();
        using var painter = new Painter(host);
        painter.Draw(Painter.Interface);
        Viewer.SetPassword(host, Password);
        using var viewer = new Viewer(host, "--secure");
        Assert.Contains(viewer.Process.Output, l => l.StartsWith("mmm-view: certificate SHA-256 ", StringComparison.Ordinal));
        var certificate = Path.Combine(host.Temp["keep"], "certificate.pem");
        Assert.Equal(host.Picture(), VncPeer.Picture(host, viewer, "zrle", 32, Password, certificate));
        Assert.NotEqual(0, VncPeer.Run(host, viewer, "zrle", 32, "wrong guess", certificate));
    }

    [Fact]
    public void A_viewer_without_tls_is_refused_where_it_is_needed()
    {
        using var host = new MmmHost();
        Viewer.SetPassword(host, Password);
        using var viewer = new Viewer(host, "--secure");
        foreach (var (version, expected) in new[] { ("RFB 003.008\n", new byte[] { 1, 19 }), ("RFB 003.003\n", [0, 0, 0, 0]) })
        {
            using var tcp = new TcpClient("127.0.0.1", viewer.RfbPort);
            var stream = tcp.GetStream();
            stream.ReadExactly(new byte[12]);
            stream.Write(Encoding.ASCII.GetBytes(version));
            var answer = new byte[expected.Length];
            stream.ReadExactly(answer);
            Assert.Equal(expected, answer);
            stream.Write([1]); // None, which was not offered
            stream.ReadTimeout = (int)Wait.Patience.TotalMilliseconds;
            using var rest = new MemoryStream();
            try
            {
                stream.CopyTo(rest); // to the end
            }
            catch (IOException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
            {
            }
            Assert.True(rest.Length == 0 || version == "RFB 003.003\n");
        }
    }

    // A board may have none: .NET's own hashes and random numbers end the process there.
    [Fact]
    public void Without_openssl_loopback_works_and_other_addresses_are_refused_in_one_line()
    {
        Programs.NeedRoot();
        using var host = new MmmHost();
        const string hide = "for f in /usr/lib/*/libssl.so* /usr/lib/*/libcrypto.so*; do mount --bind /dev/null $f; done; exec \"$@\"";
        string[] without = ["unshare", "--mount", "sh", "-c", hide, "sh"];
        using var viewer = new Viewer(without, host, []);
        using (var client = new RfbClient(viewer.RfbPort))
            client.WaitForPicture(host.Picture());
        using var browser = Browser(out _);
        using var session = JsonDocument.Parse(browser.GetStringAsync(new Uri(viewer.Page + "session")).Result);
        var token = session.RootElement.GetProperty("token").GetString();
        Assert.Equal(101, OpenWebSocket(viewer, $"rfb?token={token}", viewer.Page.TrimEnd('/')));
        Assert.Equal(101, OpenWebSocket(viewer, $"host?token={token}", viewer.Page.TrimEnd('/')));
        Assert.Equal(200, (int)browser.GetAsync(new Uri(viewer.Page + "screenshot.png")).Result.StatusCode);
        using var refused = new Child(without[0],
            [.. without[1..], Viewer.Program, "--web", "0.0.0.0:0", "--rfb", "none", "--keep", host.Temp["keep"]]);
        Assert.Equal(1, refused.WaitForEnd());
        Assert.StartsWith("mmm-view: TLS and passwords need OpenSSL", Assert.Single(refused.Errors));
        Assert.False(viewer.Process.HasEnded);
    }

    [Fact]
    public void Other_addresses_need_a_password()
    {
        using var host = new MmmHost();
        var child = new Child(Viewer.Program, ["--path", host.Path, "--web", "0.0.0.0:0", "--rfb", "none", "--keep", host.Temp["keep"]]);
        Assert.Equal(1, child.WaitForEnd());
        Assert.Contains("needs a password", Assert.Single(child.Errors));
        child.Dispose();
    }

    // The test itself is root's, as the host is; a user whom nobody named is refused.
    [Fact]
    public void Another_user_of_the_machine_is_refused_unless_named()
    {
        Programs.NeedRoot();
        using var host = new MmmHost();
        using var viewer = new Viewer(host);
        using var open = new Viewer(host, "--user", "nobody");
        Assert.Equal("", Ask(viewer.RfbPort));
        Assert.StartsWith("RFB 003.008", Ask(open.RfbPort));

        static string Ask(int port)
        {
            using var child = new Child("setpriv", ["--reuid", "nobody", "--clear-groups", "bash", "-c",
                $"exec 3<>/dev/tcp/127.0.0.1/{port}; timeout 5 head -c 12 <&3"]);
            child.WaitForEnd();
            return string.Join("\n", child.Output);
        }
    }

    [Theory]
    [InlineData("--rfb", "5900", "it must be ADDRESS:PORT")]
    [InlineData("--web", "localhost:80", "it must be ADDRESS:PORT")]
    [InlineData("--user", "nobody-of-that-name", "there is no such user")]
    [InlineData("--certificate", "/does/not/exist.pem", "exist.pem")]
    public void A_bad_option_is_one_line(string option, string value, string part)
    {
        using var host = new MmmHost();
        Viewer.SetPassword(host, Password);
        using var child = new Child(Viewer.Program,
            ["--path", host.Path, "--web", "127.0.0.1:0", "--rfb", "none", "--secure", "--keep", host.Temp["keep"], option, value]);
        Assert.Equal(1, child.WaitForEnd());
        Assert.Contains(part, Assert.Single(child.Errors));
    }
}
