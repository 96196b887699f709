using CsCheck;
using FbHost.Clients;
using Mmm;

namespace FbHost.Tests.Directories;

/// <summary>Each app has a directory of clients of its own, and the directory tells which app a client belongs to.</summary>
public sealed class AppDirectoriesTests : IDisposable
{
    private readonly TempDirectory _temp = new();
    private readonly List<IDisposable> _made = [];
    private AppDesk _desk;

    public AppDirectoriesTests()
    {
        _desk = new AppDesk(_temp);
        _desk.Clients.Open();
    }

    public void Dispose()
    {
        _made.ForEach(m => m.Dispose());
        _desk.Dispose();
        _temp.Dispose();
    }

    // A client made by hand, whose pid is this process's, also for the app that is asked for it.
    private HandMade Client(string directory, string name, Action<HandMade>? spoil = null)
    {
        _desk.Clients.HostPid = (_, pid) => pid;
        var client = new HandMade(Path.Combine(directory, name), name, spoil);
        _made.Add(client);
        return client;
    }

    private Child Process()
    {
        var process = new Child("sleep", ["1000"]);
        _made.Add(process);
        return process;
    }

    private static UnixFileMode ModeOf(string path) => File.GetUnixFileMode(path);

    [Fact]
    public void A_client_belongs_to_the_app_in_whose_directory_it_is_whatever_process_it_names()
    {
        string one = _desk.Add("one"), two = _desk.Add("two");
        _desk.Clients.AppOfProcess = _ => new ClientApp("of-process", 0, false, new HashSet<string>(), new HashSet<string>(), IsNew: false);
        Client(one, "fb.same");
        Client(two, "fb.same");
        Client(_desk.Path, "fb.same");
        _desk.WaitFor("one/fb.same", "two/fb.same", "of-process/fb.same");
        Assert.Equal(3, _desk.Clients.Find("fb.same").Count);
        Assert.Equal(["fb.same", "one/fb.same", "two/fb.same"], _desk.Clients.Serving.Select(s => s.Label).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_file_that_goes_ends_no_client_of_the_same_name_in_another_directory()
    {
        string one = _desk.Add("one"), two = _desk.Add("two");
        var client = Client(one, "fb.same");
        Client(two, "fb.same");
        Client(_desk.Path, "fb.same");
        _desk.WaitFor("one/fb.same", "two/fb.same", "/fb.same");
        client.Dispose();
        _desk.WaitFor("two/fb.same", "/fb.same");
        Client(one, "fb.same");
        _desk.WaitFor("one/fb.same", "two/fb.same", "/fb.same");
    }

    [Fact]
    public void A_greeting_is_for_the_file_in_the_directory_of_its_bell()
    {
        string one = _desk.Add("one"), two = _desk.Add("two");
        Client(one, "fb.same");
        Client(two, "other");
        _desk.WaitFor("one/fb.same", "two/other");
        Assert.Equal("mmm 1 error fb.same is not a client file that this host serves", Hello(two));
        Assert.Equal("mmm 1 ok", Hello(one));
        Assert.NotNull(_desk.Session("one/fb.same").Bell);
        Assert.Null(_desk.Session("two/other").Bell);

        string Hello(string directory)
        {
            var bell = HandMade.Connect(directory);
            _made.Add(bell);
            bell.Send("mmm 1 fb.same"u8.ToArray());
            _desk.Turn(() => bell.Poll(0, System.Net.Sockets.SelectMode.SelectRead), "the answer");
            return HandMade.Answer(bell);
        }
    }

    [Fact]
    public void The_folder_lets_an_app_s_user_pass_and_the_directory_is_only_that_user_s()
    {
        var path = _desk.Add("app");
        Assert.Equal(Path.Combine(_desk.Path, ".apps", "app"), path);
        Assert.Equal((UnixFileMode)0x1C9, ModeOf(Path.GetDirectoryName(path)!));
        Assert.Equal((UnixFileMode)0x1C0, ModeOf(path));
        Assert.Equal((UnixFileMode)0x1B6, ModeOf(Path.Combine(path, ".host")));
        Assert.DoesNotContain("not served", _desk.Log);
    }

    [Fact]
    public void Another_user_s_client_in_its_own_directory_gets_a_bell()
    {
        Programs.NeedRoot();
        File.SetUnixFileMode(_temp.Path, (UnixFileMode)0x1ED);
        File.SetUnixFileMode(_desk.Path, (UnixFileMode)0x1ED);
        var path = _desk.Add("app", user: 65534);
        using var setpriv = new Child("setpriv",
            ["--reuid=65534", "--regid=65534", "--clear-groups", Programs.RawClient, "--title", "Other", "deaf"], ("MMM_PATH", path));
        _desk.Clients.HostPid = (_, pid) => pid;
        _desk.Turn(() => _desk.Clients.Find("Other").Count == 1, "the client");
        var client = _desk.Clients.Find("Other")[0];
        Assert.Equal(("app", 65534u, setpriv.Pid), (client.App?.Name, client.User, client.Pid));
        using var hello = new Child("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups",
            Programs.RawClient, "bell", Path.Combine(path, ".host"), $"mmm 1 {client.FileName}"]);
        _desk.Turn(() => hello.Output.Length > 0, "the answer");
        Assert.Equal("mmm 1 ok", hello.Output[0]);
    }

    // Another process's pid, as a process of the app writes it, is only looked for among the app's.
    [Fact]
    public void A_pid_of_no_process_of_the_app_is_looked_for_a_few_times_and_never_opened()
    {
        var asked = new List<(string, int)>();
        var path = _desk.Add("app");
        var client = Client(path, "fb.lies", c => c.Poke(HandMade.Pid, 1)); // init, or what is 1 here
        _desk.Clients.HostPid = (app, pid) =>
        {
            asked.Add((app, pid));
            return 0;
        };
        _desk.WaitForLog("app/fb.lies is not served: app app has no process 1; the file is not deleted");
        Assert.InRange(asked.Count, 3, 12);
        Assert.All(asked, a => Assert.Equal(("app", 1), a));
        Assert.True(File.Exists(client.Path));
    }

    [Fact]
    public void A_process_of_another_user_than_the_file_s_is_not_the_client_s()
    {
        Programs.NeedRoot();
        var path = _desk.Add("app", user: 65534);
        var client = Client(path, "fb.lies");
        using (var chown = new Child("chown", ["65534", client.Path]))
            Assert.Equal(0, chown.WaitForEnd());
        _desk.WaitForLog("app/fb.lies is not served: app app has no process");
    }

    [Fact]
    public void A_client_whose_process_has_ended_is_gone_with_its_file_also_without_a_client_s_name()
    {
        var path = _desk.Add("app");
        var process = Process();
        var client = Client(path, "clock", c => c.Poke(HandMade.Pid, process.Pid));
        _desk.WaitFor("app/clock");
        process.Signal(Child.SIGKILL);
        _desk.WaitFor();
        _desk.Turn(() => !File.Exists(client.Path), "the end of the file");
    }

    [Fact]
    public void The_directory_of_an_app_that_does_not_run_is_emptied_and_of_one_that_runs_kept()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_desk.Path, ".apps")).FullName;
        foreach (var app in new[] { "fresh", "runs" })
        {
            Directory.CreateDirectory(Path.Combine(folder, app, "empty"));
            for (var i = 0; i < 3; i++)
            {
                var deep = Directory.CreateDirectory(Path.Combine([folder, app, $"full{i}", .. Enumerable.Repeat("deep", 100)])).FullName;
                File.WriteAllText(Path.Combine(deep, "file"), "");
                File.CreateSymbolicLink(Path.Combine(deep, "outside"), _temp.Path);
            }
            File.WriteAllText(Path.Combine(folder, app, ".hidden"), "");
            File.CreateSymbolicLink(Path.Combine(folder, app, "link"), "/etc/passwd");
            Client(Path.Combine(folder, app), "fb.former");
        }
        var fresh = _desk.Add("fresh");
        var runs = _desk.Add("runs", isRunning: true);
        _desk.WaitFor("runs/fb.former");
        Assert.Equal([".host"], Directory.GetFileSystemEntries(fresh).Select(Path.GetFileName));
        Assert.Equal([".hidden", ".host", "empty", "fb.former", "full0", "full1", "full2", "link"],
            Directory.GetFileSystemEntries(runs).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.True(File.Exists("/etc/passwd") && Directory.Exists(_temp.Path));
    }

    [Fact]
    public void A_stale_bell_of_an_app_that_runs_is_replaced()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_desk.Path, ".apps", "runs")).FullName;
        File.WriteAllText(Path.Combine(folder, ".host"), "");
        _desk.Add("runs", isRunning: true);
        _desk.Turn(() => CanConnect(folder), "a bell");
    }

    private bool CanConnect(string directory)
    {
        try
        {
            _made.Add(HandMade.Connect(directory));
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    [Fact]
    public void An_app_that_is_left_out_loses_its_clients_and_its_directory_and_no_other_does()
    {
        string one = _desk.Add("one"), two = _desk.Add("two");
        Client(one, "fb.1");
        Client(two, "fb.2");
        Client(_desk.Path, "fb.3");
        Directory.CreateDirectory(Path.Combine(one, "empty"));
        _desk.WaitFor("one/fb.1", "two/fb.2", "/fb.3");
        _desk.Apps.Remove("one");
        _desk.WaitFor("two/fb.2", "/fb.3");
        _desk.Turn(() => !Directory.Exists(one), "the end of the directory");
        Assert.Equal(one, _desk.Add("one"));
        Client(one, "fb.1");
        _desk.WaitFor("one/fb.1", "two/fb.2", "/fb.3");
    }

    [Fact]
    public void A_directory_that_is_removed_is_made_anew_and_the_app_must_be_restarted()
    {
        var lost = new List<string>();
        _desk.Apps.Lost += lost.Add;
        string one = _desk.Add("one"), two = _desk.Add("two");
        Client(one, "fb.1");
        Client(two, "fb.2");
        _desk.WaitFor("one/fb.1", "two/fb.2");
        Directory.Delete(one, recursive: true);
        _desk.Turn(() => lost.Count > 0, "the loss");
        _desk.WaitFor("two/fb.2");
        Assert.Equal((UnixFileMode)0x1C0, ModeOf(one));
        _desk.Turn(() => CanConnect(one), "a bell");
        Client(one, "fb.1");
        _desk.WaitFor("one/fb.1", "two/fb.2");
        Directory.Move(one, one + ".moved");
        _desk.Turn(() => lost.Count > 1, "the loss");
        Client(one, "fb.3");
        _desk.WaitFor("one/fb.3", "two/fb.2");
        Assert.Equal(["one", "one"], lost);
        Assert.False(_desk.IsLost);
        _desk.WaitForLog($"{one} was removed; there is a new one, which app one sees when it is restarted");
    }

    [Fact]
    public void A_bell_that_the_app_removes_comes_back()
    {
        var one = _desk.Add("one");
        File.Delete(Path.Combine(one, ".host"));
        _desk.Turn(() => CanConnect(one), "a bell");
        Client(one, "fb.1");
        _desk.WaitFor("one/fb.1");
    }

    [Theory]
    [InlineData("link", "is not a directory that only the host's user can write; remove it")]
    [InlineData("file", "is not a directory that only the host's user can write; remove it")]
    [InlineData("writable", "is not a directory that only the host's user can write; remove it")]
    public void A_folder_that_somebody_else_can_write_is_refused(string kind, string reason)
    {
        var folder = Path.Combine(_desk.Path, ".apps");
        if (kind == "link")
            File.CreateSymbolicLink(folder, Directory.CreateDirectory(_temp["elsewhere"]).FullName);
        else if (kind == "file")
            File.WriteAllText(folder, "");
        else
            Directory.CreateDirectory(folder, (UnixFileMode)0x1FF);
        if (kind == "writable")
            File.SetUnixFileMode(folder, (UnixFileMode)0x1FF);
        Assert.Equal($"{folder}: {reason}", Assert.Throws<MmmException>(() => _desk.Add("app")).Message);
        using (var rm = new Child("rm", ["-rf", folder]))
            Assert.Equal(0, rm.WaitForEnd());
        Client(_desk.Add("app"), "fb.1");
        _desk.WaitFor("app/fb.1");
    }

    [Theory]
    [InlineData("link")]
    [InlineData("file")]
    public void An_app_s_directory_that_is_something_else_is_refused_in_one_line(string kind)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_desk.Path, ".apps")).FullName;
        var path = Path.Combine(folder, "app");
        if (kind == "link")
            File.CreateSymbolicLink(path, Directory.CreateDirectory(_temp["elsewhere"]).FullName);
        else
            File.WriteAllText(path, "");
        var fault = Assert.Throws<MmmException>(() => _desk.Add("app")).Message;
        Assert.StartsWith($"{path}: the directory of app app cannot be opened: Not a directory; ", fault);
        Assert.Throws<MmmException>(() => _desk.Add("../app"));
        Assert.Throws<MmmException>(() => _desk.Add(".."));
    }

    [Fact]
    public void Clients_of_the_former_host_are_shown_in_its_order_whatever_directory_they_are_in()
    {
        // Of the same rank as the other apps.
        var main = new ClientApp("main", 0, false, new HashSet<string>(), new HashSet<string>(), IsNew: false);
        _desk.Clients.AppOfProcess = _ => main;
        string[] directories = [_desk.Add("one"), _desk.Path, _desk.Add("two"), _desk.Path, _desk.Add("one")];
        for (var i = 0; i < directories.Length; i++)
        {
            Client(directories[i], $"fb.{i}");
            _desk.Turn(() => _desk.Clients.Stack.Order.Count == i + 1, "the picture");
        }
        _desk.Clients.Stack.Restack(_desk.Session("fb.1"), toTop: true);
        _desk.Clients.Stack.Restack(_desk.Session("one/fb.0"), toTop: true);
        _desk.Clients.Settle();
        string[] order = [.. _desk.Clients.Stack.Order.Select(s => s.FileName)];
        _desk.Dispose();
        _desk = new AppDesk(_temp);
        (_desk.Clients.HostPid, _desk.Clients.AppOfProcess) = ((_, pid) => pid, _ => main);
        _desk.Add("two", isRunning: true);
        _desk.Add("one", isRunning: true);
        _desk.Clients.Open();
        Assert.Equal(["fb.2", "fb.3", "fb.4", "fb.1", "fb.0"], order);
        Assert.Equal(order, _desk.Clients.Stack.Order.Select(s => s.FileName));
        Assert.All(_desk.Clients.Serving, s => Assert.Equal(s.Label.Contains('/') ? s.Label.Split('/')[0] : "main", s.App?.Name));
    }

    [Fact]
    public void At_the_end_nothing_is_left_of_clients_that_have_ended()
    {
        var process = Process();
        Client(_desk.Add("one"), "fb.1", c => c.Poke(HandMade.Pid, process.Pid));
        Client(_desk.Path, "fb.2", c => c.Poke(HandMade.Pid, process.Pid));
        _desk.Add("two");
        _desk.WaitFor("one/fb.1", "/fb.2");
        process.Dispose();
        _desk.Dispose();
        Assert.False(Directory.Exists(_desk.Path));
        _desk = new AppDesk(_temp);
    }

    [Fact]
    public void A_file_of_a_client_that_ended_without_a_host_is_deleted_by_the_next_one()
    {
        var process = Process();
        var client = Client(_desk.Add("one"), "fb.1", c => c.Poke(HandMade.Pid, process.Pid));
        var kept = Client(_desk.Path, "fb.2");
        _desk.WaitFor("one/fb.1", "/fb.2");
        _desk.Dispose();
        process.Dispose();
        _desk = new AppDesk(_temp, _desk.Seen);
        _desk.Add("one", isRunning: true);
        _desk.Clients.Open();
        _desk.Turn(() => !File.Exists(client.Path), "the deletion");
        Assert.True(File.Exists(kept.Path));
    }

    private enum Act
    {
        Create,
        Remove,
        AddApp,
        RemoveApp,
        Turn,
    }

    [Fact]
    public void Exactly_the_clients_whose_files_exist_are_served_each_with_its_app() =>
        Gen.Select(Gen.Frequency((6, Gen.Const(Act.Create)), (3, Gen.Const(Act.Remove)), (2, Gen.Const(Act.AddApp)),
                (1, Gen.Const(Act.RemoveApp)), (3, Gen.Const(Act.Turn))), Gen.Int[0, 4], Gen.Int[0, 3]).Array[1, 40]
            .Sample(acts =>
            {
                using var temp = new TempDirectory();
                using var desk = new AppDesk(temp);
                desk.Clients.HostPid = (_, pid) => pid;
                desk.Clients.Open();
                var paths = new Dictionary<string, string> { [""] = desk.Path };
                var files = new Dictionary<string, HandMade>();
                foreach (var (act, a, f) in acts)
                {
                    var app = a == 0 ? "" : $"app{a}";
                    var name = $"{app}/fb.{f}";
                    if (act == Act.AddApp && a > 0)
                        AddApp(app);
                    else if (act == Act.Create && paths.TryGetValue(app, out var path) && !files.ContainsKey(name))
                        files[name] = new HandMade(Path.Combine(path, $"fb.{f}"), "client");
                    else if (act == Act.Remove && files.Remove(name, out var file))
                        file.Dispose();
                    else if (act == Act.RemoveApp && a > 0 && paths.Remove(app))
                        RemoveApp(app);
                    else if (act == Act.Turn)
                        desk.Turn(() => true);
                }
                desk.WaitFor([.. files.Keys]);
                Assert.All(desk.Clients.Serving, s => Assert.True(files.ContainsKey($"{s.App?.Name}/{s.FileName}")));
                foreach (var file in files.Values)
                    file.Dispose();
                desk.WaitFor();

                // The app starts, for the first time or again: its directory is empty then.
                void AddApp(string app)
                {
                    foreach (var name in files.Keys.Where(k => k.StartsWith($"{app}/", StringComparison.Ordinal)).ToList())
                    {
                        files.Remove(name, out var file);
                        file!.Dispose();
                    }
                    paths[app] = desk.Add(app);
                }

                void RemoveApp(string app)
                {
                    desk.Apps.Remove(app);
                    foreach (var name in files.Keys.Where(k => k.StartsWith($"{app}/", StringComparison.Ordinal)).ToList())
                    {
                        files.Remove(name, out var file);
                        file!.Dispose();
                    }
                }
            }, iter: 60, threads: 1);
}
