using System.Net.Sockets;
using System.Text;

namespace FbHost.Tests;

/// <summary>What a service manager is told, by sd_notify's datagrams, and that nobody else hears of its socket.</summary>
public class NotifyTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)] // without a file
    public void A_service_manager_is_told_of_the_start_and_the_end(bool isAbstract)
    {
        using var host = new MmmHost(start: false);
        var address = isAbstract ? $"@{host.Path}" : host.Temp["notify"];
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 30_000 };
        manager.Bind(new UnixDomainSocketEndPoint(isAbstract ? "\0" + address[1..] : address));
        host.Environment = [("NOTIFY_SOCKET", address)];
        host.Start();
        Assert.Equal("READY=1", Receive(manager));
        Assert.Equal(0, host.Stop());
        Assert.Equal("STOPPING=1", Receive(manager));
    }

    [Theory]
    [InlineData("/nobody/listens/here")]
    [InlineData("@")]
    [InlineData("")]
    public void A_socket_where_nobody_listens_changes_nothing(string address)
    {
        using var host = new MmmHost(start: false) { Environment = [("NOTIFY_SOCKET", address)] };
        host.Start();
        Assert.Equal(0, host.Stop());
    }

    [Fact]
    public void Apps_do_not_hear_of_the_socket()
    {
        using var temp = new TempDirectory();
        var script = $"env >{temp["new"]}; mv {temp["new"]} {temp["env"]}; sleep 99";
        using var host = new MmmHost(start: false, config: $$"""{ "apps": [{ "name": "env", "sandbox": "none", """
            + $$""" "command": ["sh", "-c", "{{script}}"] }] }""")
        {
            Environment = [("NOTIFY_SOCKET", temp["notify"])],
        };
        host.Start();
        Wait.Until(() => File.Exists(temp["env"]), "the app has written its environment");
        var environment = File.ReadAllText(temp["env"]);
        Assert.Contains("MMM_PATH=", environment);
        Assert.DoesNotContain("NOTIFY_SOCKET", environment);
    }

    private static string Receive(Socket socket)
    {
        var bytes = new byte[100];
        return Encoding.ASCII.GetString(bytes, 0, socket.Receive(bytes));
    }
}
