using FbHost.Clients;

namespace FbHost.Tests.Directories;

/// <summary>Real clients in sandboxes that see only the directory of their app, and have other pids there than here.</summary>
public sealed class SandboxedClientTests : IDisposable
{
    private readonly TempDirectory _temp = new();
    private readonly Dictionary<string, Sandbox> _running = [];
    private AppDesk _desk;

    public SandboxedClientTests()
    {
        _desk = new AppDesk(_temp) { IsNew = true };
        Follow();
        _desk.Clients.Open();
    }

    private void Follow() => _desk.Clients.HostPid =
        new NamespacePid(app => _running.TryGetValue(app, out var sandbox) ? sandbox.Processes : []).Find;

    public void Dispose()
    {
        foreach (var sandbox in _running.Values)
            sandbox.Dispose();
        _desk.Dispose();
        _temp.Dispose();
    }

    private Sandbox Start(string app, params string[] command) => _running[app] = new Sandbox(_desk.Add(app), command);

    private ClientSession Await(string title)
    {
        _desk.Turn(() => _desk.Clients.Find(title) is [{ Frames: > 0 }], $"client {title}: "
            + string.Join(" | ", _running.Values.Select(s => s.Errors)));
        return _desk.Clients.Find(title)[0];
    }

    [Fact]
    public void A_client_without_a_bell_is_served_as_its_process_here()
    {
        var sandbox = Start("raw", Programs.RawClient, "--title", "Raw", "color", "00ff00");
        var client = Await("Raw");
        Assert.Equal(("raw", sandbox.CommandPid, 2), (client.App?.Name, client.Pid, client.File!.Pid));
        Assert.Null(client.Bell);
        Child.Kill(client.Pid);
        _desk.WaitFor();
        _desk.Turn(() => Directory.GetFiles(_temp["mmm/.apps/raw"], "fb.*").Length == 0, "the end of the file");
    }

    [Fact]
    public void A_client_with_a_bell_is_served_as_its_process_here()
    {
        var sandbox = Start("hello", Programs.Hello);
        var client = Await("Hello");
        _desk.Turn(() => client.Bell is not null, "its bell");
        Assert.Equal(("hello", sandbox.CommandPid, 2), (client.App?.Name, client.Pid, client.File!.Pid));
        _desk.Clients.Events.To(client)!.Offer("return"u8);
        var before = client.Frames;
        _desk.Turn(() => client.Frames > before, "the frame after an event");
        Child.Kill(client.Pid);
        _desk.WaitFor();
    }

    [Fact]
    public void Two_processes_of_one_sandbox_are_two_clients()
    {
        Start("two", "sh", "-c", "\"$0\" --title First color 00ff00 & exec \"$0\" --title Second color 00ff00", Programs.RawClient);
        ClientSession first = Await("First"), second = Await("Second");
        Assert.NotEqual(first.Pid, second.Pid);
        Child.Kill(first.Pid);
        _desk.WaitFor($"two/{second.FileName}");
    }

    [Fact]
    public void Processes_of_two_sandboxes_have_the_same_pid_and_neither_is_the_other_s()
    {
        Start("one", Programs.RawClient, "--title", "One", "color", "00ff00");
        Start("two", Programs.RawClient, "--title", "Two", "color", "00ff00");
        ClientSession one = Await("One"), two = Await("Two");
        Assert.Equal((2, 2, "one", "two"), (one.File!.Pid, two.File!.Pid, one.App?.Name, two.App?.Name));
        Child.Kill(one.Pid);
        _desk.WaitFor($"two/{two.FileName}");
    }

    [Fact]
    public void After_a_restart_the_process_of_the_same_pid_is_another_client()
    {
        var former = Start("raw", Programs.RawClient, "--title", "Former", "color", "00ff00");
        var pid = Await("Former").Pid;
        former.Dispose();
        Start("raw", Programs.RawClient, "--title", "Next", "color", "00ff00");
        var next = Await("Next");
        _desk.WaitFor($"raw/{next.FileName}");
        Assert.Equal(2, next.File!.Pid);
        Assert.NotEqual(pid, next.Pid);
        Assert.Single(Directory.GetFiles(_temp["mmm/.apps/raw"], "fb.*"));
    }

    // The host was killed, and its apps with it. The next host starts them anew.
    [Fact]
    public void A_file_that_a_former_process_of_the_same_pid_has_left_is_nobody_s()
    {
        var folder = Directory.CreateDirectory(_temp["mmm/.apps/raw"]).FullName;
        using var left = new HandMade(Path.Combine(folder, "fb.2"), "Left", c => c.Poke(HandMade.Pid, 2));
        Start("raw", Programs.RawClient, "--title", "Next", "color", "00ff00");
        var next = Await("Next");
        _desk.WaitFor($"raw/{next.FileName}");
        Assert.False(File.Exists(left.Path));
    }

    // A client that names its file by its pid finds its former file, if the host has not served that one.
    [Theory]
    [InlineData("rm \"$MMM_PATH\"/fb.2; cp \"$0\" \"$MMM_PATH\"/fb.2; exec sleep 1000")]
    [InlineData("cat \"$0\" > \"$MMM_PATH\"/fb.2; exec sleep 1000")]
    public void A_file_that_is_made_or_written_again_under_the_same_name_is_a_new_client(string command)
    {
        var path = _desk.Add("raw");
        using (var dead = new HandMade(Path.Combine(path, "fb.2"), "Dead", c => c.Poke(HandMade.Pid, 2)))
        {
            _desk.WaitForLog("raw/fb.2 is not served: app raw has no process 2");
            Start("raw", "sh", "-c", command, Copy(dead, "Again"));
            _desk.Turn(() => _desk.Clients.Find("Again").Count == 1, "the client: " + _running["raw"].Errors);
        }
        _desk.WaitFor();
    }

    private string Copy(HandMade client, string title)
    {
        var copy = _temp["copy"];
        File.Copy(client.Path, copy);
        using var file = File.OpenHandle(copy, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.Write(file, System.Text.Encoding.UTF8.GetBytes(title + "\0"), HandMade.Title);
        return copy;
    }

    [Fact]
    public void The_next_host_shows_the_clients_that_live_on_and_deletes_the_files_of_the_others()
    {
        Start("hello", Programs.Hello);
        Start("raw", Programs.RawClient, "--title", "Raw", "color", "00ff00");
        var ended = Start("ended", Programs.RawClient, "--title", "Ended", "color", "00ff00");
        Await("Hello");
        Await("Raw");
        Await("Ended");
        _desk.Dispose();
        ended.Dispose();
        _running.Remove("ended");
        Assert.Single(Directory.GetFiles(_temp["mmm/.apps/ended"], "fb.*"));
        _desk = new AppDesk(_temp, _desk.Seen);
        Follow();
        foreach (var app in new[] { "hello", "raw", "ended" })
            _desk.Add(app, isRunning: true);
        _desk.Clients.Open();
        Assert.Equal(["hello", "raw"], _desk.Clients.Stack.Order.Select(s => s.App!.Name).Order());
        _desk.Turn(() => _desk.Clients.Find("Hello") is [{ Bell: not null }], "the bell");
        _desk.Turn(() => Directory.GetFiles(_temp["mmm/.apps/ended"], "fb.*").Length == 0, "the deletion");
    }
}
