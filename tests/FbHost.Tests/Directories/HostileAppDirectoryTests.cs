using System.Runtime.InteropServices;
using FbHost.Clients;

namespace FbHost.Tests.Directories;

/// <summary>An app can do anything to its own directory, and only its own clients suffer.</summary>
public sealed partial class HostileAppDirectoryTests : IDisposable
{
    private readonly TempDirectory _temp = new();
    private readonly List<IDisposable> _made = [];
    private readonly AppDesk _desk;

    public HostileAppDirectoryTests()
    {
        _desk = new AppDesk(_temp);
        _desk.Clients.HostPid = (_, pid) => pid;
        _desk.Clients.Open();
    }

    public void Dispose()
    {
        _made.ForEach(m => m.Dispose());
        _desk.Dispose();
        _temp.Dispose();
    }

    private HandMade Client(string directory, string name)
    {
        var client = new HandMade(Path.Combine(directory, name), name);
        _made.Add(client);
        return client;
    }

    private void Run(string program, params string[] arguments)
    {
        using var child = new Child(program, arguments);
        Assert.Equal(0, child.WaitForEnd());
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);

    [Fact]
    public void What_is_no_file_of_one_name_is_refused_and_the_client_beside_it_is_served()
    {
        var bad = _desk.Add("bad");
        File.CreateSymbolicLink(Path.Combine(bad, "link"), "/etc/passwd");
        Directory.CreateDirectory(Path.Combine(bad, "directory"));
        Run("mkfifo", Path.Combine(bad, "fifo"));
        Client(bad, "hard");
        Assert.Equal(0, Link(Path.Combine(bad, "hard"), Path.Combine(bad, "harder")));
        Run("sh", "-c", "printf x >\"$0/$(printf '\\377\\376')\"", bad);
        Client(bad, "fb.good");
        _desk.Turn(() => _desk.Served.Contains("bad/fb.good"), "the client");
        foreach (var (name, kind) in new[] { ("link", "a symbolic link"), ("directory", "a directory"), ("fifo", "a FIFO") })
            _desk.WaitForLog($"bad/{name} is not served: {kind}, not a client file");
        Assert.True(File.Exists("/etc/passwd"));
        Run("sh", "-c", "rm -r \"$0\"/*", bad); // .NET cannot name one of them
    }

    [Fact]
    public void A_client_that_makes_its_file_shorter_is_dropped_and_others_of_that_name_are_not()
    {
        string bad = _desk.Add("bad"), good = _desk.Add("good");
        var shrinks = Client(bad, "fb.1");
        Client(good, "fb.1");
        _desk.WaitFor("bad/fb.1", "good/fb.1");
        shrinks.Truncate(100);
        _desk.WaitFor("good/fb.1");
        _desk.WaitForLog("client bad/fb.1 (pid");
    }

    // All apps have the same user here.
    [Fact]
    public void Two_thousand_files_in_one_directory_keep_no_client_out_of_another()
    {
        string bad = _desk.Add("bad"), good = _desk.Add("good");
        Run("sh", "-c", "cd \"$0\" && for i in $(seq 2000); do : >junk-$i; done", bad);
        var pending = Path.Combine(good, "fb.late");
        File.WriteAllText(pending, ""); // not a client yet
        _desk.WaitForLog("bad/junk-");
        Client(good, "fb.1");
        Client(_desk.Path, "fb.2");
        _desk.WaitFor("good/fb.1", "/fb.2");
        File.Delete(pending);
        Client(good, "fb.late");
        Client(bad, "fb.3");
        _desk.WaitFor("good/fb.1", "good/fb.late", "/fb.2", "bad/fb.3");
        Assert.InRange(_desk.Log.Split('\n').Length, 1, 250);
        _desk.Apps.Remove("bad");
        _desk.Turn(() => !Directory.Exists(bad), "the end of the directory");
    }

    [Fact]
    public void An_app_has_32_clients_in_its_directory_and_another_of_the_same_user_has_its_own()
    {
        string bad = _desk.Add("bad"), good = _desk.Add("good");
        for (var i = 0; i < ClientQuota.MostOfApp + 1; i++)
            Client(bad, $"fb.{i}");
        _desk.WaitForLog($"{ClientQuota.MostOfApp} clients of bad are served; bad/fb.");
        Client(good, "fb.1");
        _desk.Turn(() => _desk.Served.Contains("good/fb.1"), "the client");
        Assert.Equal(ClientQuota.MostOfApp, _desk.Served.Count(s => s.StartsWith("bad/", StringComparison.Ordinal)));
        _made[0].Dispose();
        _desk.Turn(() => _desk.Served.Length == ClientQuota.MostOfApp + 1 && !File.Exists(Path.Combine(bad, "fb.0")), "the waiting one");
    }

    [Fact]
    public void Names_that_come_and_go_all_the_time_hold_up_nobody()
    {
        string bad = _desk.Add("bad"), good = _desk.Add("good");
        using var flood = new Child("sh", ["-c", "cd \"$0\" && while :; do mkdir a b c; mv a d; rmdir b c d; done", bad]);
        for (var i = 0; i < 20; i++)
        {
            var client = Client(i % 2 == 0 ? good : _desk.Path, $"fb.{i}");
            _desk.Turn(() => _desk.Clients.Find(client.Name) is [{ Frames: > 0 }], $"client {i}");
            _desk.Turn(() => client.Peek(HandMade.Flip) == HandMade.Neutral, "its frame");
        }
        Assert.False(flood.HasEnded);
        Assert.InRange(_desk.Log.Split('\n').Length, 1, 250);
        _desk.Apps.Remove("bad");
        Client(good, "fb.last");
        _desk.Turn(() => _desk.Served.Contains("good/fb.last"), "the client");
    }

    // A process that lists the directory into memory that nobody serves holds its lock for ever.
    [Fact]
    public void A_directory_whose_lock_is_held_holds_up_no_other_one()
    {
        Programs.NeedRoot();
        string bad = _desk.Add("bad"), good = _desk.Add("good");
        Client(bad, "fb.early");
        _desk.WaitFor("bad/fb.early");
        using (var hold = new Child(Programs.Hold, ["list", bad, "0"]))
        {
            hold.WaitForOutput("holds");
            using var greets = HandMade.Connect(bad);
            greets.Send("mmm 1 not-there"u8.ToArray()); // has the host look for a name
            Client(good, "fb.1");
            Client(_desk.Path, "fb.2");
            Client(_desk.Add("later"), "fb.3");
            _desk.WaitFor("bad/fb.early", "good/fb.1", "/fb.2", "later/fb.3");
            _desk.Apps.Remove("bad");
            _desk.WaitFor("good/fb.1", "/fb.2", "later/fb.3");
            Assert.True(Directory.Exists(bad));
            Assert.StartsWith($"{bad}: is still being removed; ", Assert.Throws<Mmm.MmmException>(() => _desk.Add("bad")).Message);
        }
        _desk.Turn(() => !Directory.Exists(bad), "the end of the directory");
        Client(_desk.Add("bad"), "fb.4");
        _desk.WaitFor("good/fb.1", "/fb.2", "later/fb.3", "bad/fb.4");
    }

    // As when the app has left so many files that it takes long to remove them.
    [Fact]
    public void An_app_whose_directory_is_not_empty_soon_is_started_later()
    {
        Programs.NeedRoot();
        var bad = _desk.Add("bad");
        File.WriteAllText(Path.Combine(bad, "left"), "");
        using (var hold = new Child(Programs.Hold, ["list", bad, "0"]))
        {
            hold.WaitForOutput("holds");
            Assert.Equal($"{bad}: the files that the app has left are still being removed",
                Assert.Throws<Mmm.MmmException>(() => _desk.Add("bad")).Message);
        }
        _desk.Turn(() => !File.Exists(Path.Combine(bad, "left")), "the end of the file");
        Assert.Equal(bad, _desk.Add("bad"));
    }

    [Fact]
    public void A_directory_that_a_former_host_has_left_full_keeps_only_its_app_waiting()
    {
        Programs.NeedRoot();
        var bad = Directory.CreateDirectory(Path.Combine(_desk.Path, ".apps", "bad")).FullName;
        File.WriteAllText(Path.Combine(bad, "left"), "");
        using (var hold = new Child(Programs.Hold, ["list", bad, "0"]))
        {
            hold.WaitForOutput("holds");
            Assert.Equal($"{bad}: the files that the app has left are still being removed",
                Assert.Throws<Mmm.MmmException>(() => _desk.Add("bad")).Message);
            Assert.StartsWith($"{bad}: is still being removed; ", Assert.Throws<Mmm.MmmException>(() => _desk.Add("bad")).Message);
            Client(_desk.Add("good"), "fb.1");
            _desk.WaitFor("good/fb.1");
        }
        _desk.Turn(() => !Directory.Exists(bad), "the end of the directory");
        Client(_desk.Add("bad"), "fb.2");
        _desk.WaitFor("good/fb.1", "bad/fb.2");
    }

    // The clients of the others are shown at once, although an app that the former host has left running holds its directory.
    [Fact]
    public void A_held_directory_of_an_app_that_runs_does_not_keep_the_next_host_from_starting()
    {
        Programs.NeedRoot();
        using var temp = new TempDirectory();
        string bad;
        using (var former = new AppDesk(temp))
        {
            former.Clients.Open();
            bad = former.Add("bad");
            using var stays = new HandMade(Path.Combine(bad, "fb.1"), "stays");
            File.Copy(stays.Path, Path.Combine(bad, "fb.stays"));
        }
        using var hold = new Child(Programs.Hold, ["list", bad, "0"]);
        hold.WaitForOutput("holds");
        using var desk = new AppDesk(temp);
        desk.Clients.HostPid = (_, pid) => pid;
        desk.Add("bad", isRunning: true);
        using var client = new HandMade(Path.Combine(desk.Add("good"), "fb.1"), "good", c => c.Poke(HandMade.Flip, HandMade.Neutral));
        using var main = new HandMade(Path.Combine(desk.Path, "fb.2"), "main", c => c.Poke(HandMade.Flip, HandMade.Neutral));
        desk.Clients.Open();
        Assert.Equal(2, desk.Clients.Stack.Order.Count);
        hold.Dispose();
        desk.Turn(() => desk.Served.Contains("bad/fb.stays"), "the client of the directory that was held");
    }

    [Fact]
    public void Directories_that_are_added_and_removed_leave_no_descriptor()
    {
        for (var i = 0; i < 30; i++)
        {
            var path = _desk.Add("app");
            using var client = new HandMade(Path.Combine(path, "fb.1"), "client");
            _desk.Turn(() => i % 2 == 0 || _desk.Served.Length == 1, "the client");
            _desk.Apps.Remove("app");
        }
        _desk.Turn(() => Open().Length == 0, $"the end of all descriptors: {string.Join(' ', Open())}");

        string[] Open() => [.. Directory.GetFileSystemEntries("/proc/self/fd").Select(fd => new FileInfo(fd).LinkTarget ?? "")
            .Where(link => link.StartsWith(Path.Combine(_desk.Path, ".apps", "app"), StringComparison.Ordinal))];
    }
}
