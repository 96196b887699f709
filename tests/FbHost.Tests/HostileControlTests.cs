namespace FbHost.Tests;

/// <summary>Programs that misuse the control socket while a client animates.</summary>
public class HostileControlTests
{
    private static MmmHost HostWithAnimation()
    {
        var host = new MmmHost();
        host.Raw("--title Good animate");
        host.WaitForClient("Good");
        return host;
    }

    [Theory]
    [InlineData("garbage\n")]
    [InlineData("\0\u0001\u0002\n")]
    [InlineData("{\"clients\":1}\n")]
    [InlineData("[\"clients\",1]\n")]
    [InlineData("[]\n")]
    [InlineData("\n")]
    [InlineData("[\"\\ud800\"]\n")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n")]
    [InlineData("[\"dance\",\"with\",\"me\"]\n")]
    public void A_bad_request_is_answered_and_the_connection_goes_on(string request)
    {
        using var host = HostWithAnimation();
        using var control = new ControlClient(host.Path);
        control.Send(request);
        Assert.Contains("\"ok\":false", control.ReadLine());
        Assert.True(control.Ask("clients").GetProperty("ok").GetBoolean());
        host.AssertKeepsShowing("Good");
    }

    [Fact]
    public void Bytes_that_are_no_text_are_answered()
    {
        using var host = HostWithAnimation();
        using var control = new ControlClient(host.Path);
        control.Send([(byte)'[', (byte)'"', 0xff, 0xfe, 0xc0, (byte)'"', (byte)']', (byte)'\n']);
        Assert.Contains("\"ok\":false", control.ReadLine());
        host.AssertKeepsShowing("Good");
    }

    [Fact]
    public void A_request_without_end_is_refused_and_hung_up()
    {
        using var host = HostWithAnimation();
        using var control = new ControlClient(host.Path);
        try
        {
            control.Send(new byte[1 << 20]);
        }
        catch (System.Net.Sockets.SocketException)
        {
            // It need not take all of it.
        }
        Assert.Contains("a request is at most", control.ReadLine());
        Assert.Null(control.ReadLine());
        host.AssertKeepsShowing("Good");
    }

    [Fact]
    public void Half_a_request_and_a_hang_up_do_no_harm()
    {
        using var host = HostWithAnimation();
        for (var i = 0; i < 50; i++)
        {
            using var control = new ControlClient(host.Path);
            control.Send("[\"quit\"");
        }
        host.AssertKeepsShowing("Good");
        Assert.False(host.Process.HasEnded);
    }

    [Fact]
    public void Two_requests_in_one_packet_have_two_answers()
    {
        using var host = new MmmHost();
        using var control = new ControlClient(host.Path);
        control.Send("[\"clients\"]\n[\"clients\"]\n");
        Assert.Contains("\"ok\":true", control.ReadLine());
        Assert.Contains("\"ok\":true", control.ReadLine());
    }

    [Fact]
    public void Of_a_hundred_connections_the_last_ones_are_refused_and_there_is_room_again_when_they_end()
    {
        using var host = HostWithAnimation();
        var connections = Enumerable.Range(0, 100).Select(_ => new ControlClient(host.Path)).ToList();
        Assert.Contains("more than 32 control connections", connections[99].ReadLine());
        using var refused = host.Ctl("clients");
        BadInputTests.AssertOneLineOf("mmmctl", refused, "more than 32 control connections");
        connections.ForEach(c => c.Dispose());
        Wait.Until(() => host.Ctl("clients").WaitForEnd() == 0, "room for mmmctl");
        host.AssertKeepsShowing("Good");
    }

    [Fact]
    public void A_watcher_that_reads_less_than_there_is_to_tell_is_hung_up_and_the_others_go_on()
    {
        using var host = HostWithAnimation();
        using var slow = new ControlClient(host.Path);
        slow.Send("[\"watch\"]\n[\"watch\"]\n");
        using var other = new ControlClient(host.Path);
        host.Raw("--title Flood flood-messages");
        // One line of many that the host has for it in the time of an answer.
        for (var lines = 0; slow.ReadLine() is not null; lines++)
        {
            Assert.True(lines < 100_000, "the slow watcher was not hung up");
            Assert.True(other.Ask("clients").GetProperty("ok").GetBoolean());
        }
        host.AssertKeepsShowing("Good");
    }

    [Fact]
    public void Somebody_who_asks_for_screenshots_without_reading_them_costs_bounded_memory()
    {
        using var host = new MmmHost(width: 1920, height: 1080);
        host.Raw("--title Good animate");
        host.WaitForClient("Good");
        using var greedy = new ControlClient(host.Path);
        for (var i = 0; i < 100; i++)
        {
            try
            {
                greedy.Send("[\"screenshot\"]\n");
            }
            catch (System.Net.Sockets.SocketException)
            {
                break;
            }
        }
        host.AssertKeepsShowing("Good");
        var status = File.ReadLines($"/proc/{host.Process.Pid}/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        Assert.InRange(int.Parse(status.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1]), 0, 200_000);
    }

    [Fact]
    public void Another_user_cannot_control_the_host()
    {
        Programs.NeedRoot();
        using var host = new MmmHost();
        File.SetUnixFileMode(host.Temp.Path, (UnixFileMode)0x1ED);
        File.SetUnixFileMode(host.Path, (UnixFileMode)0x1FF);
        string[] asNobody = ["--reuid=65534", "--regid=65534", "--clear-groups", Programs.Mmmctl, "quit"];
        using var ctl = host.Run("setpriv", asNobody);
        BadInputTests.AssertOneLineOf("mmmctl", ctl, "only the host's user and root may control it");
        File.SetUnixFileMode(host[".control"], (UnixFileMode)0x1B6); // and also when the file's mode lets him
        using var again = host.Run("setpriv", asNobody);
        BadInputTests.AssertOneLineOf("mmmctl", again, "only the host's user and root may control it");
        Assert.False(host.Process.HasEnded);
    }

    [Fact]
    public void Answers_come_in_the_order_of_their_requests()
    {
        using var host = new MmmHost(config: """
            { "apps": [ { "name": "slow", "sandbox": "none", "command": ["/bin/sh", "-c", "sleep 0.3; exec $RAW color 00ff00"] } ] }
            """);
        host.WaitForClient("raw");
        using var control = new ControlClient(host.Path);
        using var other = new ControlClient(host.Path);
        // The one in the middle is of no app: its answer is known at once.
        control.Send("[\"restart\",\"slow\"]\n[\"restart\",\"nobody\"]\n[\"clients\"]\n[\"screenshot\"]\n");
        Assert.True(other.Ask("clients").GetProperty("ok").GetBoolean());
        Assert.Equal("{\"ok\":true}", control.ReadLine());
        Assert.Contains("no app is named nobody", control.ReadLine());
        Assert.Contains("\"clients\":[", control.ReadLine());
        Assert.Contains("\"width\":320", control.ReadLine());
    }

    [Fact]
    public void Somebody_who_hangs_up_while_an_answer_is_owed_or_asks_on_is_no_load()
    {
        using var host = new MmmHost(config: """{ "apps": [ { "name": "never", "sandbox": "none", """
            + """ "command": ["/bin/sh", "-c", "sleep 1000"] } ] }""");
        host.Raw("--title Good animate");
        host.WaitForClient("Good");
        for (var i = 0; i < 100; i++) // more than there may be connections
        {
            using var control = new ControlClient(host.Path);
            control.Send("[\"restart\",\"never\"]\n");
        }
        using var waits = new ControlClient(host.Path);
        waits.Send("[\"restart\",\"never\"]\n");
        var request = System.Text.Encoding.UTF8.GetBytes("[\"clients\"]\n");
        Assert.Throws<System.Net.Sockets.SocketException>(() =>
        {
            // Until the socket takes no more: the host does not read on.
            for (var i = 0; i < 100_000; i++)
                waits.TrySend(request);
        });
        host.AssertKeepsShowing("Good");
    }

    private static int Rss(MmmHost host) => // kB
        int.Parse(File.ReadLines($"/proc/{host.Process.Pid}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal))
            .Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1]);

    [Fact]
    public void Slow_readers_of_screenshots_share_one_budget_and_leave_nothing_behind()
    {
        using var host = new MmmHost(width: 1280, height: 720);
        host.Raw("--title Good animate");
        host.WaitForClient("Good");
        using (var first = new ControlClient(host.Path))
            Assert.True(first.Ask("screenshot").GetProperty("ok").GetBoolean());
        var before = Rss(host);
        var readers = Enumerable.Range(0, 30).Select(_ => new ControlClient(host.Path)).ToList();
        var answers = readers.ConvertAll(r => r.Ask("screenshot"));
        Assert.InRange(Rss(host) - before, 0, 60_000);
        var refused = answers.FindAll(a => !a.GetProperty("ok").GetBoolean());
        Assert.InRange(refused.Count, 10, 29);
        Assert.All(refused, a => Assert.Contains("there is no memory for one more; ask again", a.GetProperty("error").GetString()));
        host.AssertKeepsShowing("Good");
        readers.ForEach(r => r.Dispose());
        Wait.Until(() => Rss(host) - before < 10_000, "memory to be given back", () => $"{Rss(host) - before} kB more");
        using var shot = host.Ctl("screenshot", host.Temp["shot.png"]);
        Assert.Equal(0, shot.WaitForEnd());
    }

    [Theory]
    [InlineData("DOTNET_GCHeapHardLimit", "0xC00000")]
    [InlineData("DOTNET_GCHeapHardLimit", "0x1400000")]
    public void A_host_that_may_use_little_memory_says_so_and_goes_on(string variable, string bytes)
    {
        using var host = new MmmHost(width: 1280, height: 720, start: false) { Environment = [(variable, bytes)] };
        host.Start();
        host.Raw("--title Good animate");
        host.WaitForClient("Good");
        var readers = Enumerable.Range(0, 30).Select(_ => new ControlClient(host.Path)).ToList();
        var answers = readers.ConvertAll(r => r.Ask("screenshot"));
        Assert.True(answers[0].GetProperty("ok").GetBoolean());
        Assert.Contains(answers, a => !a.GetProperty("ok").GetBoolean());
        host.AssertKeepsShowing("Good");
        readers.ForEach(r => r.Dispose());
        Assert.Equal(0, host.Stop());
        Assert.All(host.Log, l => Assert.StartsWith("mmm: ", l)); // no stack trace
    }
}
