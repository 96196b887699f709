using Mmm.Protocol;

namespace FbHost.Tests;

/// <summary>Hosts that end and come back.</summary>
public class LifetimeTests
{
    [Fact]
    public void Mmm_COMMAND_in_a_served_directory_is_a_client_of_that_host()
    {
        using var host = new MmmHost();
        using var mmm = host.Run(Programs.Mmm, "--display", "memory:100x80", Programs.RawClient, "--title", "Joined", "color", "00ff00");
        Assert.Equal(mmm.Pid, host.WaitForClient("Joined").Pid); // the process is the client
        host.WaitForPixel(1, 1, 0x00ff00);
        mmm.Signal(Child.SIGTERM);
        Assert.Equal(143, mmm.WaitForEnd());
        host.WaitForNoClient("Joined");
        using var seven = host.Run(Programs.Mmm, "sh", "-c", "exit 7");
        Assert.Equal(7, seven.WaitForEnd());
        using var missing = host.Run(Programs.Mmm, "no-such-program-at-all");
        BadInputTests.AssertOneLine(missing, "no-such-program-at-all: No such file or directory; name a program that can be run");
        using var directory = host.Run(Programs.Mmm, "/tmp");
        BadInputTests.AssertOneLine(directory, "/tmp: is a directory; name a program that can be run");
    }

    // A pipeline ends when its reader ends, as without mmm.
    [Fact]
    public void A_command_that_joins_a_host_ends_by_a_closed_pipe()
    {
        using var host = new MmmHost();
        using var shell = host.Run("bash", "-c", $"{Programs.Mmm} yes | head -n 1; echo ${{PIPESTATUS[0]}}");
        Assert.Equal(0, shell.WaitForEnd());
        Assert.Equal(["y", "141"], shell.Output);
    }

    [Fact]
    public void SIGTERM_ends_the_host_cleanly()
    {
        using var host = new MmmHost();
        Assert.True(File.Exists(host[".host"]) && File.Exists(host[".control"]));
        Assert.Equal(0, host.Stop());
        Assert.Empty(Directory.GetFileSystemEntries(host.Path));
        Assert.Equal("mmm: 0 frames, 0 dropped clients", host.Log[^1]);
    }

    [Fact]
    public void Clients_live_on_without_a_host_and_are_shown_by_the_next_without_drawing()
    {
        using var host = new MmmHost();
        using var raw = host.Raw("--title Low --size 100x100 color ff0000");
        host.WaitForClient("Low");
        using var hello = host.Run(Programs.Hello);
        host.WaitForClient("Hello");
        using var top = host.Raw("--title Top --size 20x20 --at 50,50 color 0000ff");
        host.WaitForPixel(60, 60, 0x0000ff);
        var picture = host.Picture();
        Assert.Equal(0, host.Stop());
        File.Delete(host.FramebufferFile);
        host.Start();
        Wait.Until(() => host.Picture().SequenceEqual(picture), "the same picture");
        Wait.Until(() => host.Client("Hello") is { Bell: true }, "the bell again");
        Assert.Equal(["Low", "Hello", "Top"], host.Clients.Select(c => c.Name));
        host.Ask("event", "Low", "a");
        raw.WaitForEvents("a");
        host.Ask("event", "Hello", "return");
        host.WaitForPixel(150, 2, 0xFFC030);
    }

    [Fact]
    public void A_client_caught_in_the_middle_of_a_flip_by_the_hosts_death_goes_on()
    {
        using var host = new MmmHost();
        host.Raw("--title Good animate");
        for (var i = 0; i < 3; i++)
        {
            host.WaitForClient("Good", c => c.Frames > 10);
            host.Process.Signal(Child.SIGKILL);
            host.Process.WaitForEnd();
            host.Start();
        }
        host.AssertKeepsShowing("Good");
    }

    [Fact]
    public void A_client_whose_process_ended_while_no_host_ran_is_cleared_away()
    {
        using var host = new MmmHost();
        using var raw = host.Raw("color ff0000");
        host.WaitForClient("raw");
        host.Stop();
        raw.Signal(Child.SIGKILL);
        raw.WaitForEnd();
        Assert.Single(Directory.GetFiles(host.Path, "fb.*"));
        host.Start();
        Wait.Until(() => Directory.GetFiles(host.Path, "fb.*").Length == 0, "the file's end");
        host.WaitForRectangle(0, 0, 0, 0, 0);
    }

    [Fact]
    public void A_second_host_is_refused_and_the_first_undisturbed()
    {
        using var host = new MmmHost();
        host.Raw("color ff0000");
        host.WaitForRectangle(0, 0, 64, 48, 0xff0000);
        using var second = host.Run(Programs.Mmm, "--display", $"memory:50x50@{host.FramebufferFile}",
            "--input", "none", "--audio", "none");
        BadInputTests.AssertOneLine(second, $"{host.Path}: another host serves it (pid {host.Process.Pid})");
        host.WaitForRectangle(0, 0, 64, 48, 0xff0000);
        Assert.True(File.Exists(host[".host"]) && File.Exists(host[".control"]));
        using var ctl = host.Ctl("clients");
        Assert.Equal(0, ctl.WaitForEnd());
    }

    // Whoever may read a directory may lock it. That of the directory's owner is a host's.
    [Theory]
    [InlineData(0, true)]
    [InlineData(65534, false)]
    public void A_lock_on_the_directory_of_another_user_keeps_no_host_from_it_unless_it_is_that_users_own(int owner, bool isServed)
    {
        Programs.NeedRoot();
        using var host = new MmmHost(start: false);
        File.SetUnixFileMode(host.Temp.Path, (UnixFileMode)0x1ED);
        File.SetUnixFileMode(host.Path, (UnixFileMode)0x1ED);
        using (var chown = new Child("chown", [$"{owner}", host.Path]))
            Assert.Equal(0, chown.WaitForEnd());
        using var stranger = new Child("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups",
            "flock", "--exclusive", "--no-fork", host.Path, "sh", "-c", "echo holds; exec sleep 1000"]);
        stranger.WaitForOutput("holds");
        if (isServed)
        {
            host.Start();
            Assert.Equal(2, host.Log.Length); // this, and the ready line
            var line = $"mmm: {host.Path}: is locked by process {stranger.Pid} of another user; this host serves it nevertheless";
            Assert.Equal(line, host.Log[0]);
            host.Raw("color ff0000");
            host.WaitForRectangle(0, 0, 64, 48, 0xff0000);
            return;
        }
        using var refused = host.Run(
            Programs.Mmm, "--display", $"memory:50x50@{host.FramebufferFile}", "--input", "none", "--audio", "none");
        BadInputTests.AssertOneLine(refused, $"{host.Path}: another host serves it (pid {stranger.Pid})");
    }

    [Fact]
    public void A_directory_with_a_very_long_path_is_served()
    {
        using var temp = new TempDirectory();
        var path = Path.Combine(temp.Path, new string('x', 120), new string('y', 120));
        using var mmm = new Child(Programs.Mmm,
            ["--display", $"memory:64x48@{temp["fb"]}", "--input", "none", "--audio", "none", "--path", path]);
        Wait.Until(() => mmm.Errors.Any(l => l.StartsWith("mmm: ready", StringComparison.Ordinal)),
            "ready", () => string.Join(" | ", mmm.Errors));
        using var hello = new Child(Programs.Hello, [], ("MMM_PATH", path));
        Wait.Until(() => mmm.Errors.Any(l => l.EndsWith("64x48, bell", StringComparison.Ordinal)),
            "the client", () => string.Join(" | ", mmm.Errors));
        using var ctl = new Child(Programs.Mmmctl, ["quit"], ("MMM_PATH", path));
        Assert.Equal(0, ctl.WaitForEnd());
        Assert.Equal(0, mmm.WaitForEnd());
    }

    [Fact]
    public void A_host_started_with_closed_standard_streams_writes_its_log_into_no_other_file()
    {
        using var host = new MmmHost(start: false);
        using var mmm = host.Run("sh", "-c", "exec \"$@\" <&- >&- 2>&-", "sh",
            Programs.Mmm, "--display", $"memory:320x200@{host.FramebufferFile}", "--input", "none", "--audio", "none");
        Wait.Until(() => File.Exists(host[".control"]) && File.Exists(host[".host"]), "the host");
        host.Raw("color ff0000");
        host.WaitForRectangle(0, 0, 64, 48, 0xff0000);
        mmm.Signal(Child.SIGTERM);
        Assert.Equal(0, mmm.WaitForEnd());
        Assert.Single(Directory.GetFileSystemEntries(host.Path));
        Assert.DoesNotContain("mmm: ", System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(host.FramebufferFile)));
    }
}
