using System.Text.Json;

namespace FbHost.Tests;

/// <summary>What clients say to the host and to each other.</summary>
public class MessageTests
{
    private const string AllAllowed = """{ "messages": [ "raise", "lower", "move", "fullscreen", "send", "quit" ] }""";

    [Fact]
    public void Lower_and_raise_change_the_order_and_the_focus()
    {
        using var host = new MmmHost(config: AllAllowed);
        host.Raw("--title Low color ff0000");
        host.WaitForClient("Low");
        host.Raw("--title Top message lower");
        host.WaitForPixel(5, 5, 0xff0000);
        Wait.Until(() => host.Client("Low")!.Focus, "the focus of the client below");
        host.Raw("--title Third --size 10x10 color 0000ff");
        host.WaitForPixel(5, 5, 0x0000ff);
        host.Raw("--title Fourth --size 5x5 --at 20,20 message lower raise");
        host.WaitForPixel(22, 22, 0x336699);
        Assert.True(host.Client("Fourth")!.Focus);
    }

    [Fact]
    public void Move_places_the_picture_and_clears_where_it_was()
    {
        using var host = new MmmHost(config: AllAllowed);
        using var client = host.Run(Programs.RawClient, "message", "move 100 90", "move nonsense", "move 1e999 NaN x");
        host.WaitForRectangle(100, 90, 64, 48, 0x336699);
    }

    [Fact]
    public void Send_reaches_the_client_of_that_title()
    {
        using var host = new MmmHost(config: AllAllowed);
        using var to = host.Raw("--title To color ff0000");
        host.WaitForClient("To");
        using var from = host.Run(Programs.RawClient, "--title", "From", "message", "send To hello you", "send Nobody hello");
        to.WaitForEvents("message hello you");
        Assert.Empty(from.Events);
    }

    [Fact]
    public void Quit_ends_the_host()
    {
        using var host = new MmmHost(config: AllAllowed);
        host.Raw("message quit");
        Assert.Equal(0, host.Process.WaitForEnd());
    }

    [Fact]
    public void Words_that_are_not_configured_do_nothing_but_can_be_watched()
    {
        using var host = new MmmHost(config: """{ "messages": [ "raise" ] }""");
        using var watch = new ControlClient(host.Path);
        Assert.True(watch.Ask("watch").GetProperty("ok").GetBoolean());
        using var to = host.Raw("--title To color ff0000");
        host.WaitForClient("To");
        using var client = host.Run(Programs.RawClient, "--title", "From", "message",
            "quit", "send To x", "move 50 50", "lower", "fullscreen", "free text");
        string[] texts = [.. Enumerable.Range(0, 6)
            .Select(_ => JsonDocument.Parse(watch.ReadLine()!).RootElement.GetProperty("message").GetString()!)];
        Assert.Equal(["quit", "send To x", "move 50 50", "lower", "fullscreen", "free text"], texts);
        Assert.True(host.Client("From") is { X: 0, Width: 64, Focus: true });
        Assert.Empty(to.Events);
        Assert.False(host.Process.HasEnded);
    }

    [Fact]
    public void A_client_that_does_not_read_its_events_is_counted_and_named_once()
    {
        using var host = new MmmHost();
        host.Raw("deaf");
        host.WaitForClient("raw");
        for (var i = 0; i < 1023; i++)
            Assert.True(host.Ask("event", "raw", "a").GetProperty("ok").GetBoolean());
        for (var i = 0; i < 5; i++)
            Assert.Contains("does not read its events", host.Ask("event", "raw", "a").GetProperty("error").GetString());
        Assert.True(host.Client("raw") is { EventsQueued: 1023, EventsDropped: 5 });
        host.WaitForLog("does not read its events");
        Assert.Equal(1, host.CountLog("does not read its events"));
        using var ctl = host.Ctl("clients");
        Assert.Equal(0, ctl.WaitForEnd());
        Assert.Contains(ctl.Output, l => l.Contains("1023/1024", StringComparison.Ordinal));
    }
}
