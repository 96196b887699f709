using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace View.Tests;

/// <summary>mmm-view's /metrics, as a collector reads it.</summary>
public class MetricsTests
{
    private const string Password = "correct horse";

    private static HttpClient Collector() => new(new HttpClientHandler
    {
        AllowAutoRedirect = false,
        CheckCertificateRevocationList = false,
        ServerCertificateCustomValidationCallback = (_, _, _, _) => true, // its own
    });

    private static HttpResponseMessage Get(HttpClient collector, Viewer viewer, string? credentials = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, viewer.Page + "metrics");
        if (credentials is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", credentials);
        return collector.Send(request);
    }

    private static string Basic(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    [Fact]
    public void Without_the_switch_there_is_no_such_page()
    {
        using var host = new MmmHost();
        using var viewer = new Viewer(host);
        using var collector = Collector();
        Assert.Equal(HttpStatusCode.NotFound, Get(collector, viewer).StatusCode);
    }

    [Fact]
    public void With_the_switch_the_figures_are_those_of_mmmctl_metrics()
    {
        using var host = new MmmHost(config: """
            { "apps": [ { "name": "a\"b", "command": [ "$RAW", "--title", "Shown", "color", "00ff00" ] } ] }
            """);
        host.WaitForClient("Shown");
        using var viewer = new Viewer(host, "--metrics");
        using var collector = Collector();
        for (var i = 0; i < 50; i++) // each with a connection of its own to the host, of 32
        {
            using var answer = Get(collector, viewer);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
            var metrics = new Exposition(answer.Content.ReadAsStringAsync().Result);
            Assert.Equal(1, metrics["mmm_healthy"]);
            Assert.Equal(1, metrics["mmm_app_frames_total", ("app", "a\"b")]);
            if (i > 0)
                continue;
            using var ctl = host.Ctl("metrics");
            ctl.WaitForEnd();
            Assert.Equal(new Exposition(string.Join('\n', ctl.Output) + "\n").Metrics, metrics.Metrics);
        }
    }

    [Fact]
    public void A_host_that_does_not_run_or_does_not_answer_is_503()
    {
        using var host = new MmmHost();
        using var viewer = new Viewer(host, "--metrics");
        using var collector = Collector();
        host.Process.Signal(Child.SIGSTOP);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, Get(collector, viewer).StatusCode);
        host.Process.Signal(Child.SIGCONT);
        Assert.Equal(HttpStatusCode.OK, Get(collector, viewer).StatusCode);
        host.Stop();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, Get(collector, viewer).StatusCode);
        host.Start();
        Assert.Equal(HttpStatusCode.OK, Get(collector, viewer).StatusCode);
    }

    [Fact]
    public void Where_a_password_is_needed_a_collector_sends_it()
    {
        using var host = new MmmHost();
        Viewer.SetPassword(host, Password);
        Viewer.SetPassword(host, "only look", "--view-only");
        using var viewer = new Viewer(host, "--secure", "--metrics");
        using var collector = Collector();
        using var refused = Get(collector, viewer);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("Basic", Assert.Single(refused.Headers.WwwAuthenticate).Scheme);
        Assert.DoesNotContain("mmm_", refused.Content.ReadAsStringAsync().Result);
        foreach (var credentials in new[] { "", "!", Basic("x"), Basic("x:"), Basic("x:wrong guess"), new string('A', 8000) })
            Assert.Equal(HttpStatusCode.Unauthorized, Get(collector, viewer, credentials).StatusCode);
        foreach (var password in new[] { Password, "only look" })
        {
            using var answer = Get(collector, viewer, Basic($"anyone:{password}"));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(1, new Exposition(answer.Content.ReadAsStringAsync().Result)["mmm_healthy"]);
        }
        using var page = new HttpRequestMessage(HttpMethod.Get, viewer.Page + "screenshot.png");
        page.Headers.Authorization = new AuthenticationHeaderValue("Basic", Basic($"anyone:{Password}"));
        Assert.Equal("/login", collector.Send(page).Headers.Location!.ToString()); // for the figures only
    }

    [Fact]
    public void A_foreign_name_gets_no_figures()
    {
        using var host = new MmmHost();
        using var viewer = new Viewer(host, "--metrics");
        using var collector = Collector();
        using var request = new HttpRequestMessage(HttpMethod.Get, viewer.Page + "metrics");
        request.Headers.Host = "evil.example";
        Assert.Equal(HttpStatusCode.Forbidden, collector.Send(request).StatusCode);
    }
}
