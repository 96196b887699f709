namespace FbHost.Tests;

/// <summary>Which of several clients is in front and has the focus.</summary>
public class FrontTests
{
    private const int EV_KEY = 1, KEY_A = 30, KEY_Q = 16;
    private const int Red = 0xff0000, Green = 0x00ff00, Blue = 0x0000ff;

    // An app that shows its picture when the test says so.
    private static string App(string name, string color) => $$"""
        { "name": "{{name}}", "sandbox": "none", "command": [ "sh", "-c",
          "while ! [ -e $TEMP/go-{{name}} ]; do sleep 0.02; done; exec $RAW --title {{name}} --size 100x80 color {{color}}" ] }
        """;

    private static void Show(MmmHost host, string name)
    {
        File.WriteAllText(host.Temp[$"go-{name}"], "");
        host.WaitForClient(name);
    }

    [Theory]
    [InlineData("", "first", "second", "first")]
    [InlineData("", "second", "first", "first")]
    [InlineData("\"front\": \"second\",", "first", "second", "second")]
    [InlineData("\"front\": \"second\",", "second", "first", "second")]
    public void The_configuration_says_which_app_is_in_front_and_not_who_shows_its_picture_first(
        string front, string early, string late, string expected)
    {
        using var host = new MmmHost(config: $$"""{ {{front}} "apps": [ {{App("first", "ff0000")}}, {{App("second", "00ff00")}} ] }""");
        Show(host, early);
        Assert.True(host.Client(early)!.Focus);
        Show(host, late);
        Assert.Equal(expected, host.Clients[^1].Name);
        Assert.True(host.Clients[^1].Focus);
        Assert.False(host.Clients[0].Focus);
        host.WaitForRectangle(0, 0, 100, 80, expected == "first" ? Red : Green);
    }

    [Fact]
    public void A_client_of_no_app_is_before_the_apps_but_not_before_the_one_that_is_named_as_front()
    {
        using var host = new MmmHost(config: $$"""
            { "front": "third", "apps": [ {{App("first", "ff0000")}}, {{App("second", "00ff00")}}, {{App("third", "0000ff")}} ] }
            """);
        using var client = host.Raw("--title None --size 100x80 color ffffff");
        host.WaitForClient("None");
        Show(host, "second");
        Show(host, "first");
        Assert.Equal(["second", "first", "None"], host.Clients.Select(c => c.Name));
        host.WaitForRectangle(0, 0, 100, 80, 0xffffff);
        Show(host, "third");
        Assert.Equal(["second", "first", "None", "third"], host.Clients.Select(c => c.Name));
        Assert.True(host.Client("third")!.Focus);
        host.WaitForRectangle(0, 0, 100, 80, Blue);
    }

    [Fact]
    public void A_client_without_a_picture_never_has_the_focus()
    {
        using var host = new MmmHost(input: true);
        using var early = new HandMade(host, "early", c => c.Poke(HandMade.Flip, 0));
        host.WaitForClient("early", c => !c.Focus);
        Type(host, KEY_Q); // nobody's
        using var shown = new HandMade(host, "shown");
        host.WaitForClient("shown", c => c.Focus);
        using var late = new HandMade(host, "late", c => c.Poke(HandMade.Flip, 0));
        host.WaitForClient("late", c => !c.Focus);
        Type(host, KEY_A);
        Assert.True(host.Client("shown")!.Focus);
        Assert.Equal(["a"], shown.Events);
        shown.Dispose();
        host.WaitForNoClient("shown");
        Assert.DoesNotContain(host.Clients, c => c.Focus);
        Type(host, KEY_A); // nobody's
        late.Present();
        host.WaitForClient("late", c => c.Focus);
        Type(host, KEY_Q);
        Assert.Equal(["q"], late.Events);
        Assert.Empty(early.Events);
    }

    // Returns when the host has given the key to whoever gets it: at the latest in the turn in which it answers the first question.
    private static void Type(MmmHost host, int key)
    {
        host.Input((EV_KEY, key, 1), (EV_KEY, key, 0));
        host.Ask("clients");
        host.Ask("clients");
    }
}
