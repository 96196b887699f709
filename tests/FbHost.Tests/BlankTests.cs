namespace FbHost.Tests;

/// <summary>The screen turned off and on.</summary>
public class BlankTests
{
    private const int EV_KEY = 1, EV_ABS = 3, ABS_X = 0, ABS_Y = 1, BTN_TOUCH = 0x14a, KEY_A = 30, KEY_Q = 16;

    [Fact]
    public void Blank_shows_nothing_and_unblank_the_picture_again()
    {
        using var host = new MmmHost();
        using var client = host.Raw("--size 320x200 color 00ff00");
        host.WaitForPixel(10, 10, 0x00ff00);
        Assert.Equal(0, host.Ctl("blank").WaitForEnd());
        host.WaitForRectangle(0, 0, 320, 200, 0);
        Assert.Equal(0, host.Ctl("unblank").WaitForEnd());
        host.WaitForRectangle(0, 0, 320, 200, 0x00ff00);
    }

    [Fact]
    public void Frames_that_come_while_it_is_off_are_seen_when_it_is_on()
    {
        using var host = new MmmHost();
        host.Ask("blank");
        using var client = host.Raw("--size 320x200 color 00ff00");
        host.WaitForClient("raw");
        Assert.Equal(0, host.Pixel(10, 10));
        host.Ask("unblank");
        host.WaitForPixel(10, 10, 0x00ff00);
    }

    [Fact]
    public void It_goes_off_by_itself_without_input_and_what_wakes_it_reaches_no_app()
    {
        using var host = new MmmHost(config: """{ "display": { "blankAfter": "00:00:01" } }""", input: true);
        using var client = host.Raw("--size 320x200 color 00ff00");
        host.WaitForPixel(10, 10, 0x00ff00);
        host.WaitForPixel(10, 10, 0);
        host.Input((EV_ABS, ABS_X, 5), (EV_ABS, ABS_Y, 5), (EV_KEY, BTN_TOUCH, 1));
        host.WaitForPixel(10, 10, 0x00ff00);
        host.Input((EV_ABS, ABS_X, 50), (EV_ABS, ABS_Y, 50));
        host.Input((EV_KEY, BTN_TOUCH, 0));
        host.Input((EV_KEY, KEY_A, 1), (EV_KEY, KEY_A, 0));
        client.WaitForEvents("a"); // the finger that woke it, down to up, did not
        host.WaitForPixel(10, 10, 0);
        host.Input((EV_KEY, KEY_Q, 1), (EV_KEY, KEY_Q, 0));
        host.WaitForPixel(10, 10, 0x00ff00);
        host.Input((EV_KEY, KEY_A, 1), (EV_KEY, KEY_A, 0));
        client.WaitForEvents("a", "a");
    }

    [Fact]
    public void Clients_that_asked_for_visibility_are_told_and_others_are_not()
    {
        using var host = new MmmHost();
        using var asked = new HandMade(host, "fb.asked");
        host.WaitForClient("fb.asked");
        using var other = new HandMade(host, "fb.other"); // has the focus, coming second
        host.WaitForClient("fb.other");
        asked.SetValue("events", "focus visibility");
        host.Ask("blank");
        host.Ask("unblank");
        Wait.Until(() => asked.Events.SequenceEqual(["hidden", "shown"]), "hidden and shown", () => string.Join(" | ", asked.Events));
        Assert.Empty(other.Events);
    }

    [Fact]
    public void A_brightness_beyond_its_range_is_refused()
    {
        using var host = new MmmHost(); // nothing within the range: that would set this machine's own backlight
        using var ctl = host.Ctl("brightness", "101");
        Assert.Equal(1, ctl.WaitForEnd());
        Assert.Contains("it must be up, down or 0 to 100", Assert.Single(ctl.Errors));
    }
}
