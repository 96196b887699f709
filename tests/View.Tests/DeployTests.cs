using System.Net;
using System.Net.Sockets;

namespace View.Tests;

/// <summary>deploy/view with a real ssh server: what it prints is the device's page, and what it started ends with it.</summary>
public sealed class DeployTests
{
    private static void Do(string program, params string[] arguments)
    {
        using var child = new Child(program, arguments);
        Assert.Equal(0, child.WaitForEnd());
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [Fact]
    public void Deploy_view_opens_a_tunnel_and_ends_what_it_started()
    {
        Programs.NeedRoot();
        using var host = new MmmHost();
        using var app = host.Raw("--size 320x200 color 00ff00");
        host.WaitForClient("raw");
        var temp = host.Temp;
        foreach (var key in new[] { "host", "user" })
            Do("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", temp[key]);
        Directory.CreateDirectory(temp["bin"]);
        File.CreateSymbolicLink(Path.Combine(temp["bin"], "mmm-view"), Viewer.Program); // its files are beside the program, not the link
        Directory.CreateDirectory("/run/sshd"); // where the server gives up its rights
        var port = FreePort();
        using var server = new Child("/usr/sbin/sshd", ["-D", "-e", "-f", temp.Write("sshd.conf", $"""
            ListenAddress 127.0.0.1:{port}
            HostKey {temp["host"]}
            AuthorizedKeysFile {temp["user"]}.pub
            StrictModes no
            PidFile none
            SetEnv PATH={temp["bin"]}:/usr/bin:/bin MMM_PATH={host.Path}
            """)]);
        Wait.Until(() => server.Errors.Any(l => l.Contains("listening on", StringComparison.Ordinal)), "the ssh server",
            () => string.Join(" | ", server.Errors));
        using var view = new Child(Path.Combine(Repository.Root, "deploy/view"),
            ["127.0.0.1", "--port", $"{port}", "--identity", temp["user"], "--known-hosts", temp["known"]]);
        Wait.Until(() => view.Output.Length >= 3 || view.HasEnded, "the addresses",
            () => string.Join(" | ", view.Errors.Concat(server.Errors)));
        Assert.False(view.HasEnded, string.Join(" | ", view.Errors));
        using var http = new HttpClient();
        Assert.Contains("\"control\":true", http.GetStringAsync(new Uri(view.Output[0] + "session")).Result);
        using (var client = new RfbClient(new Uri(view.Output[1]).Port))
            client.WaitForPicture(host.Picture());
        view.Signal(Child.SIGTERM);
        view.WaitForEnd();
        Wait.Until(() => Viewers(host) == 0, "the end of mmm-view on the device");
    }

    private static int Viewers(MmmHost host) => Directory.GetDirectories("/proc").Count(d =>
    {
        try
        {
            return File.ReadAllText(d + "/comm") == "mmm-view\n"
                && File.ReadAllText(d + "/environ").Contains($"MMM_PATH={host.Path}\0");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    });

    [Theory]
    [InlineData("deploy/view: HOST is required", "")]
    [InlineData("deploy/view: x/y is not a host name", "x/y")]
    [InlineData("deploy/view: cannot reach 127.0.0.1 port 1", "127.0.0.1 --port 1")]
    public void A_fault_is_one_line(string expected, string arguments)
    {
        using var view = new Child(
            Path.Combine(Repository.Root, "deploy/view"), arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(1, view.WaitForEnd());
        Assert.StartsWith(expected, Assert.Single(view.Errors));
    }
}
