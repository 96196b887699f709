using System.Diagnostics;
using System.Text;
using FbHost.Logs;

namespace FbHost.Tests.Logs;

/// <summary>The files of the log, in memory and on the disk.</summary>
public sealed class DeviceLogTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private DeviceLog Start(string memory) => new(_directory[memory], _directory["kept"]);

    private static byte[] Lines(params string[] lines) => Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => $"{l}\n")));

    [Fact]
    public void What_was_kept_and_what_is_only_in_memory_are_one_log()
    {
        var log = Start("memory");
        Assert.Null(log.Keep());
        Assert.False(Directory.Exists(_directory["kept"]));
        log.Add(Lines("1", "2"));
        Assert.Equal("1\n2\n", log.All);
        Assert.Null(log.Keep());
        Assert.Equal("2\n", log.LastKept);
        log.Add(Lines("3"));
        Assert.Equal("1\n2\n3\n", log.All);
        Assert.Equal("3\n", log.InMemoryAfter("1\n2\n"));
        Assert.Null(log.Keep());
        Assert.Equal("1\n2\n3\n", File.ReadAllText(_directory["kept/messages"]));
        Assert.Equal("1\n2\n3\n4\n", After("4"));

        string After(string line)
        {
            var next = Start("next start");
            next.Add(Lines(line));
            return next.All;
        }
    }

    [Fact]
    public void A_line_that_a_power_cut_has_torn_does_not_mix_with_the_next()
    {
        Directory.CreateDirectory(_directory["kept"]);
        _directory.Write("kept/messages", "1\n2 is to");
        var log = Start("memory");
        log.Add(Lines("3"));
        Assert.Null(log.Keep());
        Assert.Equal("1\n2 is to\n3\n", log.All);
    }

    [Fact]
    public void A_full_file_becomes_the_older_one_and_both_are_bounded()
    {
        var files = new LogFiles(_directory["log"], 1000);
        for (var i = 0; i < 1000; i++)
            Assert.Null(files.Append(Lines($"line {i:0000}"), toDisk: false));
        Assert.All(["messages", "messages.0"], f => Assert.InRange(new FileInfo(_directory[$"log/{f}"]).Length, 10, 1000));
        Assert.Equal(Enumerable.Range(900, 100).Select(i => $"line {i:0000}"), files.Read().Split('\n')[..^1].TakeLast(100));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_directory["log/messages"]));
    }

    [Fact]
    public void Only_plain_files_are_written_and_links_are_not_followed()
    {
        Directory.CreateDirectory(_directory["log"]);
        var elsewhere = _directory.Write("elsewhere", "mine\n");
        File.CreateSymbolicLink(_directory["log/messages"], elsewhere);
        var files = new LogFiles(_directory["log"], 1000);
        Assert.StartsWith($"{_directory["log/messages"]}: ", files.Append(Lines("1"), toDisk: true));
        Assert.Equal("mine\n", File.ReadAllText(elsewhere));
        File.Delete(_directory["log/messages"]);
        Process.Start("mkfifo", [_directory["log/messages"]]).WaitForExit();
        Assert.NotNull(files.Append(Lines("1"), toDisk: true));
        Assert.Equal("", files.Read());
    }
}
