namespace FbHost.Tests.Windows;

/// <summary>Fingers on a touch screen of an X server.</summary>
public class X11TouchTests
{
    [Fact]
    public void Two_fingers_are_two_fingers()
    {
        using var xorg = new XorgTouch();
        using var host = new MmmHost(window: "x11", start: false) { Environment = xorg.Environment };
        host.Start();
        using var client = new HandMade(host, "touched");
        client.SetValue("events", "multitouch");
        Assert.Equal("mmm 1 ok", client.Connect());
        client.Present();
        client.Ring();
        host.WaitForClient("touched");
        xorg.Down(1, 10, 20);
        xorg.Down(2, 30, 5);
        xorg.Move(1, 11, 21);
        xorg.Up(1, 11, 21);
        xorg.Up(2, 30, 5);
        string[] expected =
        [
            "mouse-press 10 20 0", "mouse-press 30 5 1", "mouse-drag 11 21 0", "mouse-release 11 21 0", "mouse-release 30 5 1",
        ];
        Wait.Until(() => client.Events is { Length: >= 5 } events && events[^5..].SequenceEqual(expected), "the touches",
            () => string.Join(" | ", client.Events) + " " + host.AllLog());
    }
}
