using System.Globalization;

namespace View.Tests;

/// <summary>A picture that does not change costs nothing, whoever looks at it.</summary>
public sealed class IdleTests
{
    private static (long Switches, string Threads) Count(int pid)
    {
        var tasks = Directory.GetDirectories($"/proc/{pid}/task").Order(StringComparer.Ordinal).ToArray();
        return (tasks.SelectMany(t => File.ReadLines(t + "/status")).Where(l => l.Contains("ctxt_switches", StringComparison.Ordinal))
            .Sum(l => long.Parse(l.Split(':')[1], CultureInfo.InvariantCulture)), string.Join(' ', tasks));
    }

    // The runtime's worker threads end after some seconds without work.
    private static void AssertSleeps(int pid, string what) => Wait.Until(() =>
    {
        var before = Count(pid);
        Thread.Sleep(3000);
        return Count(pid) == before;
    }, $"{what} does not wake up", patience: TimeSpan.FromSeconds(90));

    [Fact]
    public void Nobody_wakes_up_for_a_picture_that_stays()
    {
        using var host = new MmmHost();
        using var app = host.Raw("color 00ff00");
        host.WaitForClient("raw");
        app.Dispose(); // a raw client is looked at by a timer
        host.WaitForNoClient("raw");
        using var viewer = new Viewer(host);
        using var client = new RfbClient(viewer.RfbPort);
        client.SetEncodings(RfbClient.Zrle);
        client.WaitForPicture(host.Picture());
        client.Request(incremental: true);
        using var http = new HttpClient();
        Assert.Equal(200, (int)http.GetAsync(new Uri(viewer.Page)).Result.StatusCode);
        var received = client.Received;
        AssertSleeps(viewer.Process.Pid, "mmm-view");
        AssertSleeps(host.Process.Pid, "the host");
        Assert.Equal(received, client.Received);
    }

    [Fact]
    public void Mmm_view_without_a_host_and_without_viewers_sleeps()
    {
        using var host = new MmmHost(start: false);
        using var viewer = new Viewer(host);
        using (var client = new RfbClient(viewer.RfbPort))
            Assert.Equal(640, client.Width);
        AssertSleeps(viewer.Process.Pid, "mmm-view");
    }
}
