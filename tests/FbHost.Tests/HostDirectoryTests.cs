using FbHost.State;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Tests;

/// <summary>Where the host keeps what is its own.</summary>
public sealed class HostDirectoryTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    private HostDirectory? Open(string clients, out string fault, params string[] own)
    {
        Directory.CreateDirectory(_temp[clients]);
        var fd = Sys.Open(_temp[clients], O_PATH | O_DIRECTORY);
        try
        {
            return HostDirectory.Open(fd, out fault, own.Select(o => (_temp.Path, o)));
        }
        finally
        {
            Sys.Close(fd);
        }
    }

    private HostDirectory Open(string clients = "clients")
    {
        var directory = Open(clients, out var fault, "host");
        Assert.True(directory is not null, fault);
        return directory;
    }

    [Fact]
    public void What_was_written_is_read_by_the_next_host_of_the_same_directory_only()
    {
        var first = Open();
        Assert.Equal(0, first.Replace("apps", "one"u8));
        Assert.Equal(0, first.Replace("apps", "two"u8));
        Assert.Equal("rwx------", Mode(first.Path));
        Assert.Equal("rw-------", Mode(Path.Combine(first.Path, "apps")));
        Assert.Equal("two"u8.ToArray(), first.Read("apps", 100));
        first.Dispose();
        using (var other = Open("others"))
            Assert.Null(other.Read("apps", 100));
        using (var second = Open())
        {
            Assert.Equal("two"u8.ToArray(), second.Read("apps", 3));
            Assert.Null(second.Read("apps", 2)); // longer than that
            second.Remove("apps");
            Assert.Null(second.Read("apps", 100));
        }
        Assert.Empty(Directory.GetFileSystemEntries(_temp["host"]));
    }

    private static string Mode(string path)
    {
        var mode = File.GetUnixFileMode(path);
        return string.Concat("rwxrwxrwx".Select((c, i) => ((int)mode & (256 >> i)) != 0 ? c : '-'));
    }

    [Fact]
    public void A_directory_that_was_removed_and_made_again_is_another()
    {
        using var first = Open();
        Directory.Delete(_temp["clients"]);
        using var second = Open();
        Assert.NotEqual(first.Path, second.Path);
    }

    [Fact]
    public void A_link_or_a_directory_of_others_is_not_used_and_the_next_place_is()
    {
        Programs.NeedRoot();
        Directory.CreateDirectory(_temp["elsewhere"]);
        File.CreateSymbolicLink(_temp["link"], _temp["elsewhere"]);
        Directory.CreateDirectory(_temp["shared"]);
        File.SetUnixFileMode(_temp["shared"], (UnixFileMode)0x1FF);
        Directory.CreateDirectory(_temp["others"]);
        using (var chown = new Child("chown", ["65534", _temp["others"]]))
            Assert.Equal(0, chown.WaitForEnd());
        File.WriteAllText(_temp["file"], "");
        string[] bad = ["link", "shared", "others", "file"];
        Assert.Null(Open("clients", out var fault, bad));
        Assert.Contains($"{_temp["shared"]}: is not a directory that only this user can write", fault);
        Assert.Contains($"{_temp["others"]}: is not a directory that only this user can write", fault);
        Assert.Contains($"{_temp["link"]}: Not a directory", fault);
        Assert.Contains($"{_temp["file"]}: Not a directory", fault);
        using var good = Open("clients", out _, [.. bad, "good"]);
        Assert.StartsWith(_temp["good"], good!.Path);
        Assert.Empty(Directory.GetFileSystemEntries(_temp["elsewhere"]));
    }

    [Fact]
    public void The_clients_directory_is_not_the_hosts_own()
    {
        using var own = Open("run", out var fault, "run", "other"); // as where RUNTIME_DIRECTORY is served
        Assert.True(own is not null, fault);
        Assert.StartsWith(_temp["other"], own.Path);
        Assert.Empty(Directory.GetFileSystemEntries(_temp["run"]));
        Assert.Null(Open("run", out fault, "run"));
        Assert.Equal($"{_temp["run"]}: is the clients' directory", fault);
    }

    [Fact]
    public void What_is_no_plain_file_is_neither_waited_for_nor_followed()
    {
        using var directory = Open();
        using (var mkfifo = new Child("mkfifo", [Path.Combine(directory.Path, "fifo"), Path.Combine(directory.Path, "state.new")]))
            Assert.Equal(0, mkfifo.WaitForEnd());
        _temp.Write("secret", "secret");
        File.CreateSymbolicLink(Path.Combine(directory.Path, "link"), _temp["secret"]);
        Assert.Null(directory.Read("fifo", 100));
        Assert.Null(directory.Read("link", 100));
        Assert.Null(directory.Read("../../secret", 100));
        Assert.Equal(0, directory.Replace("state", "new"u8));
        Assert.Equal(0, directory.Replace("link", "new"u8));
        Assert.Equal("new"u8.ToArray(), directory.Read("state", 100));
        Assert.Equal("secret", File.ReadAllText(_temp["secret"]));
    }
}
