using Mmm.Linux;

namespace Mmm.Tests;

/// <summary>A client that is started without MMM_PATH makes a directory of its own, and uses nobody else's.</summary>
public sealed class OwnDirectoryTests : IDisposable
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly MmmDirectory _directory = new();
    private readonly List<string> _made = [];

    public OwnDirectoryTests()
    {
        // A host that is ready at once.
        File.WriteAllText(_directory["mmm"], "#!/bin/sh\n: > \"$2/.host\"; exec sleep 1 >/dev/null 2>&1\n");
        File.SetUnixFileMode(_directory["mmm"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    public void Dispose()
    {
        foreach (var path in _made)
        {
            if (Directory.Exists(path) && new FileInfo(path).LinkTarget == null)
                Directory.Delete(path, recursive: true);
            else
                File.Delete(path);
        }
        _directory.Dispose();
    }

    /// <summary>Starts a client after <paramref name="before"/>, in which $$ is its pid. What it printed, and its directory.</summary>
    private (int Pid, string Output, string Directory) Open(string before, string? runtime)
    {
        using var child = Child.Start("sh", ["-c", $"{before}\nexec '{Child.Command}' --child open 2>&1"],
            ("MMM_PATH", null), ("PATH", $"{_directory.Path}:/usr/bin:/bin"), ("XDG_RUNTIME_DIR", runtime));
        _made.Add($"/tmp/mmm-{child.Id}");
        var lines = new List<string>();
        while (child.ReadLine() is { } line)
            lines.Add(line);
        Assert.True(child.WaitExit() == 0, string.Join('\n', lines));
        var directory = Path.GetDirectoryName(lines.Single(l => l.StartsWith("open ", StringComparison.Ordinal))["open ".Length..])!;
        _made.Add(directory);
        return (child.Id, string.Join('\n', lines), directory);
    }

    [Fact]
    public void The_runtime_directory_is_preferred_and_the_directory_is_for_its_user_only()
    {
        var runtime = Directory.CreateDirectory(_directory["runtime"], Own).FullName;
        var (pid, _, directory) = Open("umask 0", runtime);
        Assert.Equal($"{runtime}/mmm-{pid}", directory);
        Assert.Equal(Own, File.GetUnixFileMode(directory));
    }

    [Theory]
    [InlineData("runtime", Own | UnixFileMode.OtherWrite)]
    [InlineData("runtime", Own | UnixFileMode.GroupWrite)]
    [InlineData(null, Own)] // a relative path
    public void A_runtime_directory_that_others_can_write_is_not_used(string? name, UnixFileMode mode)
    {
        var runtime = Directory.CreateDirectory(_directory["runtime"]).FullName;
        File.SetUnixFileMode(runtime, mode);
        var (pid, _, directory) = Open($"cd '{_directory.Path}'; umask 0", name == null ? "runtime" : runtime);
        Assert.Equal($"/tmp/mmm-{pid}", directory);
        Assert.Equal(Own, File.GetUnixFileMode(directory));
    }

    [Theory]
    [InlineData("mkdir -m 700 trap; ln -s \"$PWD/trap\" /tmp/mmm-$$")]
    [InlineData("mkdir -m 777 /tmp/mmm-$$")]
    [InlineData("mkdir -m 770 /tmp/mmm-$$")]
    [InlineData(": > /tmp/mmm-$$")]
    [InlineData("mkdir -m 700 /tmp/mmm-$$; chown 65534 /tmp/mmm-$$")]
    public void A_directory_that_somebody_else_made_is_not_used_and_one_line_says_so(string trap)
    {
        Assert.True(Sys.EffectiveUserId == 0 || !trap.Contains("chown", StringComparison.Ordinal),
            "this test makes a directory of another user: run it as root");
        var (pid, output, directory) = Open($"cd '{_directory.Path}'; {trap}", null);
        Assert.Matches($"^/tmp/mmm-{pid}-[0-9a-f]{{6}}$", directory);
        Assert.Equal(Own, File.GetUnixFileMode(directory));
        Assert.Equal($"mmm: /tmp/mmm-{pid}: exists and is not a directory that only this user can write; {directory} is used instead",
            output.Split('\n')[0]);
        Assert.True(OwnDirectory.IsName(directory));
    }

    [Fact]
    public void A_directory_of_the_same_user_that_an_earlier_process_left_is_used_again()
    {
        var (pid, _, directory) = Open("mkdir -m 700 /tmp/mmm-$$", null);
        Assert.Equal($"/tmp/mmm-{pid}", directory);
    }

    [Theory]
    [InlineData("/tmp/mmm-1", true)]
    [InlineData("/tmp/mmm-123-0a1b2c", true)]
    [InlineData("/tmp/mmm-x", false)]
    [InlineData("/tmp/mmm-", false)]
    [InlineData("/tmp/mmm--1", false)]
    [InlineData("/tmp/mmm-12-", false)]
    [InlineData("/tmp/mmm-12-0a1b2c3", false)]
    [InlineData("/tmp/mmm-12-kiosk1", false)]
    [InlineData("/srv/mmm-1", false)]
    [InlineData("/tmp/sub/mmm-1", false)]
    public void Names_of_own_directories_are_known(string path, bool own) => Assert.Equal(own, OwnDirectory.IsName(path));
}
