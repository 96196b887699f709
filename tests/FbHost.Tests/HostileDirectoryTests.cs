namespace FbHost.Tests;

/// <summary>What happens to the directory itself.</summary>
public class HostileDirectoryTests
{
    [Fact]
    public void Two_thousand_files_do_not_slow_a_client_and_when_they_are_gone_new_ones_are_served()
    {
        using var host = new MmmHost(width: 160, height: 120);
        host.Raw("--title Good --at 80,60 animate");
        host.WaitForClient("Good");
        for (var i = 0; i < 2000; i++)
            File.WriteAllBytes(host[$"junk-{i}"], new byte[100]);
        host.AssertKeepsShowing("Good");
        host.Raw("--title Late color 00ff00");
        for (var i = 0; i < 2000; i++)
            File.Delete(host[$"junk-{i}"]);
        host.WaitForClient("Late");
        host.AssertKeepsShowing("Good");
        Assert.InRange(host.Log.Length, 1, 250);
    }

    [Fact]
    public void A_file_that_comes_and_goes_does_not_flood_the_log()
    {
        using var host = new MmmHost(width: 160, height: 120);
        host.Raw("--title Good animate");
        host.WaitForClient("Good");
        for (var i = 0; i < 2000; i++)
        {
            Directory.CreateDirectory(host["comes-and-goes"]);
            Directory.Delete(host["comes-and-goes"]);
        }
        host.AssertKeepsShowing("Good");
        Assert.InRange(host.CountLog("comes-and-goes"), 1, 250);
    }

    [Fact]
    public void Removing_the_directory_ends_the_host_with_one_line()
    {
        using var host = new MmmHost();
        Directory.Delete(host.Path, recursive: true);
        Assert.Equal(1, host.Process.WaitForEnd());
        Assert.Equal(1, host.CountLog("was removed"));
    }

    [Fact]
    public void A_removed_bell_socket_leaves_the_clients_that_are_there_alone()
    {
        using var host = new MmmHost();
        host.Run(Programs.Hello);
        host.WaitForClient("Hello");
        File.Delete(host[".host"]);
        host.Ask("event", "Hello", "return");
        host.WaitForPixel(1, 1, 0xFFC030);
    }

    [Fact]
    public void More_changes_than_the_kernel_can_tell_of_are_found_by_looking()
    {
        using var host = new MmmHost(width: 160, height: 120);
        host.Raw("--title Good animate");
        using var gone = new HandMade(host, "gone");
        host.WaitForClient("gone");
        host.WaitForClient("Good");
        host.Process.Signal(Child.SIGSTOP);
        for (var i = 0; i < 20_000; i++) // more than fs.inotify.max_queued_events, 16,384
        {
            Directory.CreateDirectory(host["comes-and-goes"]);
            Directory.Delete(host["comes-and-goes"]);
        }
        File.Delete(gone.Path);
        using var late = new HandMade(host, "late");
        host.Process.Signal(Child.SIGCONT);
        host.WaitForClient("late");
        host.WaitForNoClient("gone");
        host.AssertKeepsShowing("Good");
        Assert.InRange(host.Log.Length, 1, 250);
    }
}
