using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace FbHost.Tests;

/// <summary>The log is written in order, and nobody waits for it.</summary>
public sealed partial class LogWriterTests : IDisposable
{
    private const int F_SETPIPE_SZ = 1031;
    private readonly int[] _pipe = new int[2];
    private readonly StreamReader _reader;

    [LibraryImport("libc", EntryPoint = "pipe")]
    private static partial int pipe([Out] int[] fds);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int close(int fd);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int fcntl(int fd, int command, int argument);

    public LogWriterTests()
    {
        Assert.Equal(0, pipe(_pipe));
        fcntl(_pipe[1], F_SETPIPE_SZ, 4096);
        _reader = new StreamReader(new FileStream(new SafeFileHandle(_pipe[0], ownsHandle: true), FileAccess.Read));
    }

    public void Dispose() => _reader.Dispose();

    private string[] ReadToEnd()
    {
        close(_pipe[1]);
        return _reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    [Fact]
    public void Lines_are_written_in_order_before_the_writer_ends()
    {
        var reading = Task.Run(_reader.ReadToEnd);
        var writer = new LogWriter(_pipe[1], Wait.Patience);
        var lines = Enumerable.Range(0, 500).Select(i => $"line {i}").ToArray();
        Array.ForEach(lines, line => writer.Write(line));
        writer.Dispose();
        close(_pipe[1]);
        Assert.Equal(lines.Select(l => $"mmm: {l}\n"), reading.Result.Split("\n")[..^1].Select(l => l + "\n"));
    }

    [Fact]
    public void A_pipe_that_nobody_reads_holds_up_nobody_and_what_was_lost_is_counted_in_its_place()
    {
        var writer = new LogWriter(_pipe[1], Wait.Patience);
        const int written = 5000;
        for (var i = 0; i < written; i++)
            writer.Write($"line {i}");
        var first = new List<string>();
        while (first.Count == 0 || !first[^1].Contains("lost"))
            first.Add(_reader.ReadLine()!);
        writer.Write("after");
        writer.Dispose();
        Assert.Equal(["mmm: after"], ReadToEnd());
        var kept = first.Count - 1;
        Assert.InRange(kept, LogWriter.MostLines, written - 1);
        Assert.Equal(Enumerable.Range(0, kept).Select(i => $"mmm: line {i}"), first[..^1]);
        Assert.Equal($"mmm: {written - kept:N0} lines of the log were lost because they were not read in time", first[^1]);
    }

    [Fact]
    public void The_bytes_that_wait_are_bounded_too()
    {
        var writer = new LogWriter(_pipe[1], Wait.Patience);
        var line = new string('x', 3000);
        for (var i = 0; i < 300; i++)
            writer.Write(line);
        var lines = new List<string>();
        while (lines.Count == 0 || !lines[^1].Contains("lost"))
            lines.Add(_reader.ReadLine()!);
        Assert.InRange(lines.Sum(l => l.Length), LogWriter.MostBytes - 4096, LogWriter.MostBytes + 3 * 4096);
        writer.Dispose();
    }

    [Fact]
    public void The_end_waits_only_so_long_for_a_pipe_that_nobody_reads()
    {
        var writer = new LogWriter(_pipe[1], TimeSpan.FromMilliseconds(50));
        for (var i = 0; i < 2000; i++)
            writer.Write("a line");
        writer.Dispose();
    }

    [Fact]
    public void A_line_is_one_line_of_bounded_length_and_speaks_to_no_terminal()
    {
        var writer = new LogWriter(_pipe[1], Wait.Patience);
        writer.Write("a\nb\x1b[2Jc");
        writer.Dispose();
        writer = new LogWriter(_pipe[1], Wait.Patience);
        var reading = Task.Run(_reader.ReadToEnd);
        writer.Write(new string('€', 10_000));
        writer.Dispose();
        close(_pipe[1]);
        var lines = reading.Result.Split('\n');
        Assert.Equal("mmm: a b?[2Jc", lines[0]);
        Assert.InRange(Encoding.UTF8.GetByteCount(lines[1]), 4000, 4095);
        Assert.Equal(lines[1].Length, lines[1].TrimEnd('€').Length + lines[1].Count(c => c == '€'));
    }
}
