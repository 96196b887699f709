namespace LibMmm.Tests;

/// <summary>C and C# clients on a host that knows nothing of the bell.</summary>
public class LegacyHostTests
{
    [Theory]
    [InlineData("idle")]
    [InlineData("old")]
    public void A_C_client_shows_its_picture_gets_events_and_follows_sizes(string mode)
    {
        using var host = new LegacyHost();
        var app = host.Run(Built.Program(Variant.Sanitized, "app"), mode);
        host.WaitFor("frame 1");
        Assert.EndsWith(" 320x200", app.Output[0]);
        host.WaitForLastPixel(0x4080C0);
        host.Tell("first\nsecond");
        app.WaitForEvents("first", "second");
        host.WaitFor("frame 3");
        host.Tell("size 100 50");
        app.WaitForOutput("size 100x50");
        host.WaitFor("frame 4");
        host.Tell("q");
        Assert.Equal(0, app.WaitForEnd());
        Wait.Until(() => host.Said("gone").Length == 1, "the end of the client");
        Assert.Empty(Directory.GetFileSystemEntries(host.Path));
    }

    // Each client draws the last frame while the host copies the one before.
    [Theory]
    [InlineData("idle")]
    [InlineData("old")]
    public void A_C_client_loses_no_last_frame_to_a_host_that_copies_for_long(string mode)
    {
        using var host = new LegacyHost();
        var app = host.Run(Built.Program(Variant.Sanitized, "app"), mode);
        host.WaitFor("frame 1");
        host.Tell("slow\na\nb");
        app.WaitForEvents("a", "b");
        host.WaitFor("frame 3");
    }

    [Fact]
    public void A_CSharp_client_loses_no_last_frame_to_a_host_that_copies_for_long()
    {
        using var host = new LegacyHost();
        host.Run(Programs.Hello);
        host.WaitForLastPixel(0x203040);
        host.Tell("mouse-press 10 10");
        host.WaitForLastPixel(0xFFC030);
        host.Tell("slow\nsize 100 50\nmouse-press 10 10"); // a frame of the new size, and one after the press
        host.WaitForLastPixel(0x203040);
    }

    [Fact]
    public void A_C_client_sounds()
    {
        using var host = new LegacyHost();
        host.Run(Built.Program(Variant.Sanitized, "app"), "sound");
        Wait.Until(() => host.Said("sound").Length > 50, "25 000 frames of sound");
    }

    [Fact]
    public void A_CSharp_client_shows_its_picture_gets_events_and_follows_sizes()
    {
        using var host = new LegacyHost();
        host.Run(Programs.Hello);
        host.WaitForLastPixel(0x203040);
        host.Tell("mouse-press 10 10");
        host.WaitForLastPixel(0xFFC030);
        host.Tell("size 100 50");
        host.Tell("mouse-press 10 10");
        host.WaitForLastPixel(0x203040);
    }
}
