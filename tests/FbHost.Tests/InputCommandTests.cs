namespace FbHost.Tests;

/// <summary>mmmctl touches and types as a person does.</summary>
public sealed class InputCommandTests
{
    private static string[] Do(MmmHost host, params string[] words)
    {
        var answer = host.Ask(words);
        return answer.GetProperty("ok").GetBoolean() ? [] : [answer.GetProperty("error").GetString()!];
    }

    [Theory]
    [InlineData(0)]
    [InlineData(90)]
    [InlineData(180)]
    [InlineData(270)]
    public void A_tap_is_at_that_pixel_of_the_screen_as_it_is_seen(int rotate)
    {
        using var host = new MmmHost(config: $$"""{ "display": { "rotate": {{rotate}} } }""");
        using var client = host.Raw("color 00ff00");
        host.WaitForClient("raw");
        Assert.Empty(Do(host, "tap", "10", "20"));
        Assert.Empty(Do(host, "drag", "0", "0", "60", "40"));
        Wait.Until(() => client.Events.Length >= 14, "the events", () => string.Join(" | ", client.Events));
        Assert.Equal(["mouse-press 10 20", "mouse-release 10 20", "mouse-press 0 0", "mouse-drag 6 4"], client.Events[..4]);
        Assert.Equal("mouse-release 60 40", client.Events[^1]);
    }

    [Fact]
    public void Text_and_keys_are_typed_for_the_client_with_the_focus()
    {
        using var host = new MmmHost();
        using var client = host.Raw("color 00ff00");
        host.WaitForClient("raw");
        Assert.Empty(Do(host, "type", "aÅ b\n"));
        Assert.Empty(Do(host, "key", "control-shift-left"));
        string[] expected = ["a", "Å", "space", "b", "return", "control-shift-left"];
        Wait.Until(() => client.Events.Length >= expected.Length, "the events", () => string.Join(" | ", client.Events));
        Assert.Equal(expected, client.Events);
        Assert.StartsWith("no key is named lefft; ", Assert.Single(Do(host, "key", "lefft")));
        Assert.Equal("320 is not a position on the screen, which is 320x200", Assert.Single(Do(host, "tap", "320", "1")));
        Assert.Equal("x is not a position on the screen, which is 320x200", Assert.Single(Do(host, "tap", "1", "x")));
        using var ctl = host.Ctl("tap", "1");
        Assert.Equal(1, ctl.WaitForEnd());
    }

    [Fact]
    public void A_tap_wakes_a_blanked_screen_and_reaches_no_app()
    {
        using var host = new MmmHost();
        using var client = host.Raw("color 00ff00");
        host.WaitForClient("raw");
        host.Ask("blank");
        Assert.Empty(Do(host, "tap", "10", "20"));
        Assert.Empty(Do(host, "tap", "11", "21"));
        Wait.Until(() => client.Events.Length >= 2, "the events");
        Assert.Equal(["mouse-press 11 21", "mouse-release 11 21"], client.Events);
    }
}
