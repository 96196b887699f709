using System.Runtime.InteropServices;
using Mmm.Linux;

namespace Mmm.Tests;

/// <summary>Who can open a client's file: its user, and a host of another user by a group that both are in.</summary>
public sealed class FileModeTests : IDisposable
{
    private const int Somebody = 65534, Group = 4242;
    private readonly MmmDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [DllImport("libc", EntryPoint = "lchown")]
    private static extern int Chown(string path, int user, int group);

    private void Give(string path, int user, int group)
    {
        Assert.True(Sys.EffectiveUserId == 0, "these tests need files of other users: run them as root");
        Assert.Equal(0, Chown(path, user, group));
    }

    // This program where every user can read it: the repository may lie in a home directory.
    private sealed class ProgramCopy : IDisposable
    {
        private readonly string _path = Directory.CreateTempSubdirectory("mmm-test-").FullName;

        public ProgramCopy()
        {
            File.SetUnixFileMode(_path, (UnixFileMode)0x1ED);
            foreach (var file in Directory.GetFiles(AppContext.BaseDirectory, "*", SearchOption.AllDirectories))
            {
                var copy = Path.Combine(_path, Path.GetRelativePath(AppContext.BaseDirectory, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }
        }

        public string Command => Path.Combine(_path, Path.GetFileName(Child.Command));

        public void Dispose() => Directory.Delete(_path, recursive: true);
    }

    private (int Mode, uint Group) Open()
    {
        using var client = _directory.OpenClient();
        Assert.Equal(0, FileStatus.Of(client.FilePath, out var status));
        return ((int)status.Mode, status.Group);
    }

    [Fact]
    public void A_file_in_ones_own_directory_is_for_its_user_only()
    {
        Assert.Equal(0x180, Open().Mode);
        using var host = new FakeHost(_directory);
        Assert.Equal(0x180, Open().Mode);
    }

    [Fact]
    public void A_directory_of_another_user_gets_the_file_by_its_group()
    {
        Give(_directory.Path, Somebody, Group);
        Assert.Equal((0x1B0, (uint)Group), Open());
    }

    [Fact]
    public void A_host_of_another_user_gets_the_file_by_its_group()
    {
        using var host = new FakeHost(_directory);
        Give(_directory[".host"], Somebody, Group);
        Assert.Equal((0x1B0, (uint)Group), Open());
    }

    [Fact]
    public void A_host_of_another_user_that_comes_later_gets_the_file_before_it_is_greeted()
    {
        using var client = _directory.OpenClient();
        Assert.Equal(0x180, (int)File.GetUnixFileMode(client.FilePath));
        var seen = 0;
        using var host = new FakeHost(_directory, listen: false, beforeAnswer: path => seen = (int)File.GetUnixFileMode(path));
        Give(_directory[".host"], Somebody, Group);
        host.Listen();
        Assert.Equal(new HostConnected(), client.WaitEvent(TimeSpan.FromSeconds(20)));
        Assert.Equal(0x1B0, seen);
    }

    // A user's client in the directory of a host that is root: root reads it anyway.
    [Fact]
    public void A_host_that_is_root_needs_no_group()
    {
        Assert.True(Sys.EffectiveUserId == 0, "this test runs a client as another user: run it as root");
        File.SetUnixFileMode(_directory.Path, (UnixFileMode)0x1FF);
        using var copy = new ProgramCopy();
        using var child = Child.Start("setpriv",
            [$"--reuid={Somebody}", $"--regid={Somebody}", "--clear-groups", copy.Command, "--child", "mode"],
            ("MMM_PATH", _directory.Path));
        Assert.StartsWith("open ", child.ReadLine());
        Assert.Equal("mode 600", child.ReadLine());
    }
}
