using System.Text.Json;
using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace View.Tests;

/// <summary>The request view of the control socket, as a program without mmm-view uses it.</summary>
public sealed unsafe class ViewRequestTests
{
    /// <summary>A connection that receives descriptors.</summary>
    private sealed class Connection : IDisposable
    {
        private readonly View.Host.HostSocket _socket;

        public Connection(MmmHost host) => _socket = View.Host.HostSocket.TryConnect(host.Path)!;

        public int Descriptor { get; private set; } = -1;

        public void Send(params string[] words) => _socket.Send(words);

        public JsonElement Read()
        {
            var line = _socket.ReadLine(out var descriptor);
            if (descriptor >= 0)
                Descriptor = descriptor;
            return JsonDocument.Parse(line!).RootElement;
        }

        public JsonElement Ask(params string[] words)
        {
            Send(words);
            return Read();
        }

        public void Dispose()
        {
            Sys.Close(Descriptor);
            _socket.Dispose();
        }
    }

    private static int[] Numbers(JsonElement notice) => [.. notice.GetProperty("damage").EnumerateArray().Select(n => n.GetInt32())];

    [Fact]
    public void The_pixels_are_the_screens_and_cannot_be_written()
    {
        using var host = new MmmHost();
        using var painter = new Painter(host);
        painter.Draw(Painter.Interface);
        using var view = new Connection(host);
        var answer = view.Ask("view");
        Assert.Equal((true, 320, 200), (answer.GetProperty("ok").GetBoolean(), answer.GetProperty("width").GetInt32(),
            answer.GetProperty("height").GetInt32()));
        Assert.Equal(320 * 200 * 4, Sys.FileLength(view.Descriptor));
        Assert.Equal(-EBADF, Sys.PWrite(view.Descriptor, [1], 0));
        Assert.Equal(-1, ftruncate(view.Descriptor, (off_t)0L));
        var written = Sys.Open($"/proc/self/fd/{view.Descriptor}", O_RDWR); // root may open it anew
        Assert.True(written >= 0);
        Assert.Equal(-EPERM, Sys.PWrite(written, [1], 0));
        Assert.Equal(-1, (nint)mmap(null, (size_t)4096ul, PROT_READ | PROT_WRITE, MAP_SHARED, written, (off_t)0L));
        Assert.True(ftruncate(written, (off_t)0L) != 0);
        Sys.Close(written);
        Assert.Equal(host.Picture(), Pixels(view.Descriptor));
    }

    private static int[] Pixels(int fd)
    {
        var pixels = new int[320 * 200];
        Sys.PRead(fd, System.Runtime.InteropServices.MemoryMarshal.AsBytes(pixels.AsSpan()), 0);
        return [.. pixels.Select(p => p & 0xFFFFFF)];
    }

    [Fact]
    public void One_notice_comes_for_each_next_with_all_damage_since()
    {
        using var host = new MmmHost();
        using var painter = new Painter(host);
        painter.Draw((_, _) => 0x101010);
        using var view = new Connection(host);
        view.Ask("view");
        view.Send("next");
        painter.Draw((_, _) => 0xFF0000, new Mmm.Rect(10, 20, 30, 40));
        Assert.Equal([10, 20, 30, 40], Numbers(view.Read()));
        for (var i = 0; i < 300; i++) // not requested: a queue would be longer than a socket takes
            painter.Draw((_, _) => i, new Mmm.Rect(5, 5, 20, 20));
        view.Send("next");
        Assert.Equal([5, 5, 20, 20], Numbers(view.Read()));
        Assert.Equal(host.Picture(), Pixels(view.Descriptor));
        Assert.True(view.Ask("clients").GetProperty("ok").GetBoolean()); // other requests are answered on the same connection
    }

    [Fact]
    public void Apps_that_come_and_go_are_told()
    {
        using var host = new MmmHost();
        using var view = new Connection(host);
        view.Ask("view");
        view.Send("next");
        using var app = host.Raw("color 00ff00");
        Assert.True(view.Read().GetProperty("changed").GetBoolean());
    }

    [Fact]
    public void Keys_and_pointers_follow_the_rules_and_end_with_the_connection()
    {
        using var host = new MmmHost();
        using var app = host.Raw("color 00ff00");
        host.WaitForClient("raw");
        using (var view = new Connection(host))
        {
            view.Ask("view");
            host.Ask("blank");
            view.Send("point", "10", "20", "1"); // wakes the screen and reaches no app
            view.Send("point", "10", "20", "0");
            view.Send("point", "11", "20", "1");
            view.Send("down", "30");
            view.Send("down", "30"); // no second press
            view.Send("down", "29");
            Wait.Until(() => app.Events.Contains("a"), "the key", () => string.Join(" | ", app.Events));
        }
        Wait.Until(() => app.Events.Contains("mouse-release 11 20"), "the release", () => string.Join(" | ", app.Events));
        Assert.Equal(["mouse-press 11 20", "a", "mouse-release 11 20"],
            app.Events.Where(e => !e.StartsWith("mouse-motion", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("down", "0")]
    [InlineData("down", "768")]
    [InlineData("down", "x")]
    [InlineData("point", "-1", "0", "0")]
    [InlineData("point", "1", "1", "256")]
    [InlineData("wheel", "101", "0")]
    [InlineData("view")]
    public void What_is_not_valid_is_answered_by_an_error(params string[] words)
    {
        using var host = new MmmHost();
        using var view = new Connection(host);
        view.Ask("view");
        Assert.False(view.Ask(words).GetProperty("ok").GetBoolean());
    }

    [Fact]
    public void Input_without_view_is_an_unknown_request()
    {
        using var host = new MmmHost();
        foreach (var words in new string[][] { ["down", "30"], ["point", "1", "1", "0"], ["wheel", "0", "1"] })
            Assert.StartsWith("unknown request", host.Ask(words).GetProperty("error").GetString());
    }

    [Fact]
    public void There_are_eight_viewers_at_most_and_their_memory_goes_with_them()
    {
        using var host = new MmmHost(width: 1000, height: 1000);
        var before = Shared(host);
        var views = Enumerable.Range(0, 8).Select(_ => new Connection(host)).ToList();
        views.ForEach(v => v.Ask("view"));
        using (var one = new Connection(host))
            Assert.Equal("there are 8 viewers already", one.Ask("view").GetProperty("error").GetString());
        Assert.InRange(Shared(host) - before, 3000, 6000); // one copy of 4 MB for all
        views.ForEach(v => v.Dispose());
        Wait.Until(() => Shared(host) - before < 1000, "the copy is freed");

        static int Shared(MmmHost host) => int.Parse(File.ReadLines($"/proc/{host.Process.Pid}/status")
            .Single(l => l.StartsWith("RssShmem:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
    }

    [Fact]
    public void Configured_buttons_are_listed()
    {
        using var host = new MmmHost();
        Assert.Equal(0, host.Ask("buttons").GetProperty("buttons").GetArrayLength());
        Assert.Equal("no buttons are configured", host.Ask("button", "0").GetProperty("error").GetString());
    }
}
