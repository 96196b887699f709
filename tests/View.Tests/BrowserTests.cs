using System.Runtime.InteropServices;

namespace View.Tests;

/// <summary>A real browser opens the page: it shows each pixel, and what is done there happens on the device.</summary>
[Trait("Needs", "browser")]
public sealed class BrowserTests : IDisposable
{
    private const string Canvas = "document.querySelector('#screen canvas')";
    private readonly Chromium _browser = new();

    // The pixels as numbers 0xRRGGBB.
    private int[] CanvasPixels()
    {
        var text = _browser.Value($$"""
            (() => {
                const c = {{Canvas}}, d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
                let s = "";
                for (let i = 0; i < d.length; i += 4) s += String.fromCharCode(d[i], d[i + 1], d[i + 2]);
                return btoa(s);
            })()
            """).GetString()!;
        var bytes = Convert.FromBase64String(text);
        return [.. Enumerable.Range(0, bytes.Length / 3).Select(i => bytes[3 * i] << 16 | bytes[3 * i + 1] << 8 | bytes[3 * i + 2])];
    }

    private void OpenPage(Viewer viewer)
    {
        _browser.Open(viewer.Page);
        WaitForPage();
    }

    private void WaitForPage()
    {
        _browser.WaitFor("document.body.dataset.state === 'connected'");
        _browser.WaitFor($"{Canvas}.width > 0");
    }

    private void WaitForPicture(MmmHost host) =>
        Wait.Until(() => CanvasPixels().SequenceEqual(host.Picture()), "the canvas is the picture",
            () => string.Join(" | ", _browser.Faults));

    // Where a pixel of the screen is in the page.
    private (double X, double Y) Place(int x, int y)
    {
        var r = _browser.Value($"(() => {{ const r = {Canvas}.getBoundingClientRect(); return [r.x, r.y, r.width / {Canvas}.width]; }})()");
        return (r[0].GetDouble() + (x + .5) * r[2].GetDouble(), r[1].GetDouble() + (y + .5) * r[2].GetDouble());
    }

    [Fact]
    public void The_canvas_is_the_screen()
    {
        using var host = new MmmHost();
        using var painter = new Painter(host);
        painter.Draw(Painter.Interface);
        using var viewer = new Viewer(host);
        OpenPage(viewer);
        WaitForPicture(host);
        painter.Draw((x, y) => x * y % 97 == 0 ? 0xFF0000 : 0x00FF00);
        WaitForPicture(host);
        Assert.Empty(_browser.Faults);
    }

    // The page looks at the canvas each millisecond; both clocks are the machine's.
    [Fact]
    public void A_frame_is_on_the_canvas_soon()
    {
        using var host = new MmmHost();
        using var painter = new Painter(host);
        painter.Draw((_, _) => 0);
        using var viewer = new Viewer(host);
        OpenPage(viewer);
        WaitForPicture(host);
        _browser.Value($$"""
            window.times = {}; const canvas = {{Canvas}}, context = canvas.getContext("2d"); let last = 0;
            setInterval(() => {
                const d = context.getImageData(20, 20, 1, 1).data, colour = d[0] << 16 | d[1] << 8 | d[2];
                if (colour !== last) times[last = colour] = performance.timeOrigin + performance.now();
            }, 1);
            """);
        List<double> latencies = [];
        for (var i = 1; i <= 40; i++)
        {
            var colour = i * 0x050301;
            painter.Draw((_, _) => colour, new Mmm.Rect(10, 10, 64, 64));
            var drawn = (painter.PresentedAt - DateTime.UnixEpoch).TotalMilliseconds;
            _browser.WaitFor($"times[{colour}]");
            latencies.Add(_browser.Value($"times[{colour}]").GetDouble() - drawn);
        }
        latencies.Sort();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"frame to canvas: median {latencies[20]:0.0} ms, {latencies[0]:0.0} to {latencies[^1]:0.0}");
        Assert.InRange(latencies[20], 0, 100);
    }

    [Fact]
    public void Click_wheel_and_keys_reach_the_app()
    {
        using var host = new MmmHost();
        using var app = host.Raw("--size 320x200 color 00ff00");
        host.WaitForClient("raw");
        using var viewer = new Viewer(host);
        OpenPage(viewer);
        var (x, y) = Place(100, 50);
        _browser.Mouse("mouseMoved", x, y);
        _browser.Mouse("mousePressed", x, y, "left", 1);
        _browser.Mouse("mouseReleased", x, y, "left", 1);
        _browser.Key("keyDown", "q", "KeyQ", "q");
        _browser.Key("keyUp", "q", "KeyQ");
        _browser.Key("rawKeyDown", "ArrowUp", "ArrowUp");
        _browser.Key("keyUp", "ArrowUp", "ArrowUp");
        Wait.Until(() => app.Events.Contains("up"), "the keys", () => string.Join(" | ", app.Events));
        Assert.Equal(["mouse-press 100 50", "mouse-release 100 50", "q", "up"],
            app.Events.Where(e => !e.StartsWith("mouse-motion", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_wheel_scrolls()
    {
        using var host = new MmmHost();
        using var client = Mmm.MmmClient.Open(new Mmm.MmmClientOptions
            { Title = "Wheel", Directory = host.Path, Signals = [], Events = Mmm.EventKinds.Scroll });
        using (var frame = client.BeginFrame())
            frame.Present();
        host.WaitForClient("Wheel");
        using var viewer = new Viewer(host);
        OpenPage(viewer);
        var (x, y) = Place(60, 50);
        _browser.Mouse("mouseMoved", x, y);
        _browser.Mouse("mouseWheel", x, y, wheel: 120);
        Mmm.MmmEvent? e = null;
        Wait.Until(() => client.TryReadEvent(out e) && e is Mmm.PointerScrolled, "the wheel");
        Assert.True(((Mmm.PointerScrolled)e!).DeltaY > 0, $"{e}");
    }

    [Fact]
    public void Apps_logs_and_buttons_are_on_the_page()
    {
        using var host = new MmmHost(config: """
            {
              "apps": [ { "name": "one", "sandbox": "none", "command": ["$RAW", "--title", "one", "color", "ff0000"] },
                        { "name": "bad", "sandbox": "none", "command": ["/bin/sh", "-c", "echo lost the sensor; exit 3"] } ]
            }
            """);
        host.WaitForClient("one");
        using var viewer = new Viewer(host);
        OpenPage(viewer);
        _browser.WaitFor("[...document.querySelectorAll('#apps tbody tr')].some(r => r.innerText.includes('code 3'))");
        _browser.WaitFor("document.querySelector('#log').innerText.includes('bad: lost the sensor')");
        _browser.WaitFor("[...document.querySelectorAll('#apps tbody tr')].some(r => /one\\s+running, front/.test(r.innerText))");
        var pid = host.Client("one")!.Pid;
        _browser.Value(
            "[...document.querySelectorAll('#apps tbody tr')].find(r => r.innerText.startsWith('one')).querySelector('button').click()");
        host.WaitForClient("one", c => c.Pid != pid && c.Frames > 0);
        _browser.Value("{ const v = document.querySelector('#volume'); v.value = 35; v.onchange({ target: v }); }");
        Wait.Until(() => host.Ask("volume").GetProperty("volume").GetInt32() == 35, "the volume");
        _browser.Value("document.querySelector('#rotate').click()");
        Wait.Until(() => host.Ask("rotate").GetProperty("degrees").GetInt32() == 90, "the rotation");
        _browser.Value("document.querySelector('#blank').click()");
        Wait.Until(() => CanvasPixels().All(p => p == 0), "the screen is off");
        Assert.Empty(_browser.Faults);
    }

    [Fact]
    public void The_page_plays_what_the_host_plays_on_request()
    {
        using var host = new MmmHost();
        using var app = host.Raw("pcm 3 48000 440 60000");
        host.WaitForClient("raw");
        using var viewer = new Viewer(host);
        OpenPage(viewer);
        Assert.True(_browser.Is("!window.mmm.sound"));
        _browser.Value("document.querySelector('#listen').click()");
        _browser.WaitFor("window.mmm.sound.pieces > 20");
        _browser.Value("document.querySelector('#listen').click()");
        Wait.Until(() => host.Ask("audio").GetProperty("audio").GetProperty("listeners").GetInt32() == 0, "nobody listens");
        Assert.Empty(_browser.Faults);
    }

    [Fact]
    public void The_screenshot_is_the_picture()
    {
        using var host = new MmmHost();
        using var painter = new Painter(host);
        painter.Draw(Painter.Photo);
        using var viewer = new Viewer(host);
        OpenPage(viewer);
        var text = _browser.Value("""
            fetch("screenshot.png").then(r => r.blob()).then(createImageBitmap).then(b => {
                const c = new OffscreenCanvas(b.width, b.height).getContext("2d");
                c.drawImage(b, 0, 0);
                return btoa([...c.getImageData(0, 0, b.width, b.height).data].map(n => String.fromCharCode(n)).join(""));
            })
            """).GetString()!;
        var pixels = MemoryMarshal.Cast<byte, uint>(Convert.FromBase64String(text)).ToArray();
        Assert.Equal(host.Picture(), pixels.Select(p => (int)((p & 255) << 16 | p & 0xFF00 | p >> 16 & 255)));
    }

    [Fact]
    public void On_a_phone_everything_is_within_its_width_and_a_touch_is_a_press()
    {
        using var host = new MmmHost();
        using var app = host.Raw("--size 320x200 color 00ff00");
        host.WaitForClient("raw");
        using var viewer = new Viewer(host);
        _browser.Command("Emulation.setDeviceMetricsOverride", new { width = 360, height = 740, deviceScaleFactor = 2, mobile = true });
        _browser.Command("Emulation.setTouchEmulationEnabled", new { enabled = true, maxTouchPoints = 5 });
        OpenPage(viewer);
        Assert.True(_browser.Is("document.documentElement.scrollWidth <= 360"));
        Assert.True(_browser.Is("""
            [...document.querySelectorAll("button, .button, input[type=range]")].filter(b => b.offsetParent).every(b => {
                const r = b.getBoundingClientRect();
                return r.left >= 0 && r.right <= 360 && (r.height >= 40 || b.tagName === "INPUT");
            })
            """));
        Assert.True(_browser.Is($"{Canvas}.getBoundingClientRect().width > 300"));
        var (x, y) = Place(200, 100);
        _browser.Command("Input.dispatchTouchEvent", new { type = "touchStart", touchPoints = new[] { new { x, y } } });
        _browser.Command("Input.dispatchTouchEvent", new { type = "touchEnd", touchPoints = Array.Empty<object>() });
        Wait.Until(() => app.Events.Contains("mouse-press 200 100"), "the press", () => string.Join(" | ", app.Events));
    }

    [Fact]
    public void The_page_goes_on_when_the_host_starts_again()
    {
        using var host = new MmmHost();
        using var viewer = new Viewer(host);
        OpenPage(viewer);
        host.Stop();
        _browser.WaitFor("document.querySelector('#message').innerText.includes('not running')");
        host.Start("--display", "memory:200x100");
        using var app = host.Raw("--size 200x100 color 00ff00");
        Wait.Until(() => CanvasPixels() is { Length: 200 * 100 } pixels && pixels.All(p => p == 0x00FF00), "the new screen");
        _browser.WaitFor("document.querySelector('#message').innerText === ''");
        _browser.WaitFor("document.querySelector('#apps tbody').innerText.includes('raw')");
    }

    [Fact]
    public void With_a_password_the_page_asks_for_it()
    {
        using var host = new MmmHost();
        using var painter = new Painter(host);
        painter.Draw(Painter.Interface);
        Viewer.SetPassword(host, "correct horse");
        using var viewer = new Viewer(host, "--secure");
        Assert.Equal("https", viewer.Scheme);
        _browser.Open(viewer.Page);
        _browser.WaitFor("document.querySelector('input[name=password]')");
        _browser.Value("document.querySelector('input[name=password]').value = 'wrong guess'; document.forms[0].submit()");
        _browser.WaitFor("document.querySelector('[role=alert]').innerText.includes('wrong')");
        _browser.Value("document.querySelector('input[name=password]').value = 'correct horse'; document.forms[0].submit()");
        WaitForPage();
        WaitForPicture(host);
        _browser.Value("document.querySelector('#logout button').click()");
        _browser.WaitFor("location.pathname === '/login'");
    }

    public void Dispose() => _browser.Dispose();
}
