using System.Text.Json;

namespace FbHost.Tests;

/// <summary>What the clients of one app may, and others may not.</summary>
public class AppRightsTests
{
    private const int Green = 0x00ff00;

    // Shell: the app waits for the test's word, then a client of it says something.
    private static string Say(string name, string text) =>
        $"(while ! [ -e $TEMP/{name} ]; do sleep 0.02; done; exec $RAW --title {name} --size 8x8 message {text}) & ";

    private static string App(string name, string messages, string script) =>
        $$"""{ "name": "{{name}}", "messages": [ {{messages}} ], "sandbox": "none", "command": [ "sh", "-c", "{{script}} wait" ] }""";

    [Fact]
    public void An_app_that_may_blank_the_screen_does_and_another_one_does_not()
    {
        using var host = new MmmHost(config: $$"""
            { "messages": [], "apps": [
              {{App("may", "\"blank\", \"unblank\"", Say("may-blank", "blank") + Say("may-unblank", "unblank"))}},
              {{App("not", "\"raise\"", Say("not-blank", "blank") + Say("not-unblank", "unblank"))}} ] }
            """);
        using var watch = new ControlClient(host.Path);
        Assert.True(watch.Ask("watch").GetProperty("ok").GetBoolean());
        using var none = host.Raw("--title None --size 320x200 color 00ff00");
        host.WaitForPixel(200, 150, Green);
        void Go(string name, string text)
        {
            File.WriteAllText(host.Temp[name], "");
            var said = JsonDocument.Parse(watch.ReadLine()!).RootElement; // the host has read it
            Assert.Equal((name, text), (said.GetProperty("client").GetString(), said.GetProperty("message").GetString()));
            host.Ask("clients"); // and done what it does
        }

        Go("not-blank", "blank");
        Assert.Equal(Green, host.Pixel(200, 150));
        Go("may-blank", "blank");
        host.WaitForRectangle(0, 0, 0, 0, 0);
        Go("not-unblank", "unblank");
        Assert.Equal(0, host.Pixel(200, 150));
        Go("may-unblank", "unblank");
        host.WaitForPixel(200, 150, Green);
    }

    [Fact]
    public void A_client_chooses_its_place_in_its_file_where_its_app_may_move()
    {
        using var host = new MmmHost(config: """
            { "messages": [], "apps": [
              { "name": "may", "messages": [ "move" ],
                "sandbox": "none", "command": [ "$RAW", "--title", "May", "--size", "30x20", "--at", "100,90", "color", "00ff00" ] },
              { "name": "not", "sandbox": "none",
                "command": [ "$RAW", "--title", "Not", "--size", "30x20", "--at", "200,90", "color", "00ff00" ] } ] }
            """);
        host.WaitForClient("May");
        host.WaitForClient("Not");
        Assert.True(host.Client("May") is { X: 100, Y: 90 });
        Assert.True(host.Client("Not") is { X: 0, Y: 0 });
        int[] green = [.. host.Picture().Select((p, i) => (p, i)).Where(p => p.p == Green).Select(p => p.i)];
        Assert.Equal(Rectangle(host, 0, 0).Concat(Rectangle(host, 100, 90)).Order(), green);
    }

    private static IEnumerable<int> Rectangle(MmmHost host, int x, int y) =>
        Enumerable.Range(0, 30 * 20).Select(i => (y + i / 30) * host.Width + x + i % 30);

    [Fact]
    public void A_client_of_another_user_that_says_it_is_the_apps_process_has_none_of_its_rights()
    {
        Programs.NeedRoot();
        using var host = new MmmHost(config: """
            { "messages": [], "apps": [
              { "name": "may", "messages": [ "quit" ], "sandbox": "none",
                "command": [ "sh", "-c", "echo $$ >$TEMP/may; exec sleep 1000" ] } ] }
            """);
        using var watch = new ControlClient(host.Path);
        Assert.True(watch.Ask("watch").GetProperty("ok").GetBoolean());
        var pid = 0;
        Wait.Until(() => File.Exists(host.Temp["may"]) && int.TryParse(File.ReadAllText(host.Temp["may"]), out pid), "the app's pid");
        using var client = new HandMade(host.Temp["forged"], "forged", c => c.Poke(HandMade.Pid, pid));
        client.Say("quit");
        using (var chown = new Child("chown", ["65534", client.Path]))
            Assert.Equal(0, chown.WaitForEnd());
        File.Move(client.Path, host["forged"]);
        Assert.Equal("quit", JsonDocument.Parse(watch.ReadLine()!).RootElement.GetProperty("message").GetString());
        host.WaitForClient("forged"); // the host has done with it, and goes on
        Assert.False(host.Process.HasEnded);
    }

    // By hand, since it changes its place when it has been shown. Its process is the app's.
    [Theory]
    [InlineData("may", 70, 50)]
    [InlineData("not", 0, 0)]
    public void A_client_that_is_shown_moves_by_its_file_where_its_app_may(string app, int x, int y)
    {
        using var host = new MmmHost(config: """
            { "messages": [], "apps": [
              { "name": "may", "messages": [ "move" ], "sandbox": "none",
                "command": [ "sh", "-c", "echo $$ >$TEMP/may; exec sleep 1000" ] },
              { "name": "not", "messages": [ "raise" ], "sandbox": "none",
                "command": [ "sh", "-c", "echo $$ >$TEMP/not; exec sleep 1000" ] } ] }
            """);
        var pid = 0;
        Wait.Until(() => File.Exists(host.Temp[app]) && int.TryParse(File.ReadAllText(host.Temp[app]), out pid), "the app's pid");
        using var client = new HandMade(host, "moves", c => c.Poke(HandMade.Pid, pid));
        host.WaitForRectangle(0, 0, 40, 30, 0xffffff);
        client.Poke(HandMade.X, 70.0);
        client.Poke(HandMade.X + 8, 50.0);
        client.Present(); // taken after the new place was seen
        host.WaitForClient("moves", c => c.Frames > 1);
        host.WaitForRectangle(x, y, 40, 30, 0xffffff);
    }
}
