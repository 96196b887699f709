using FbHost.Figures;
using FbHost.Loop;

namespace FbHost.Tests;

/// <summary>Figures of /proc and /sys, and files there that do not answer.</summary>
public class FiguresTests
{
    private static readonly AllFigures Some = new([], default, new BoardFigures([], [], []));

    private static void Turn(EventLoop loop, Func<bool> until) => Wait.Until(
        () =>
        {
            var timer = loop.CreateTimer(loop.Stop);
            timer.After(1);
            loop.Run();
            loop.Remove(timer);
            return until();
        }, "the loop");

    [Fact]
    public void A_reading_that_is_blocked_delays_no_answer_for_long_and_is_not_begun_twice()
    {
        using var loop = new EventLoop();
        using var reader = new FiguresReader(loop, patienceMs: 50);
        using var blocked = new ManualResetEventSlim();
        List<AllFigures?> answers = [];
        var begun = 0;
        AllFigures Read()
        {
            Interlocked.Increment(ref begun);
            blocked.Wait();
            return Some;
        }
        reader.Ask(Read, answers.Add);
        reader.Ask(Read, answers.Add);
        Turn(loop, () => answers.Count == 2);
        reader.Ask(Read, answers.Add);
        Turn(loop, () => answers.Count == 3);
        Assert.Equal([null, null, null], answers);
        Assert.Equal(1, begun);
        reader.Ask(Read, answers.Add);
        blocked.Set();
        Turn(loop, () => answers.Count == 4);
        Assert.Same(Some, answers[3]);
        reader.Ask(Read, answers.Add);
        Turn(loop, () => answers.Count == 5);
        Assert.Same(Some, answers[4]);
    }

    [Fact]
    public void A_callback_may_ask_again()
    {
        using var loop = new EventLoop();
        using var reader = new FiguresReader(loop);
        var answers = 0;
        reader.Ask(() => Some, _ => reader.Ask(() => Some, _ => answers++));
        Turn(loop, () => answers == 1);
    }

    [Theory]
    [InlineData("MemTotal:  12 kB", 12 * 1024L)]
    [InlineData("Memory: 1\nMemTotal:\t7", 7L)]
    [InlineData("MemTotal: x kB", null)]
    [InlineData("MemTotal:", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_line_is_read_with_its_unit(string? text, long? expected) => Assert.Equal(expected, KernelText.Line(text, "MemTotal"));

    [Fact]
    public void A_fifo_or_a_directory_in_the_place_of_a_file_tells_nothing()
    {
        using var temp = new TempDirectory();
        new Child("mkfifo", [temp["fifo"]]).WaitForEnd();
        using var writer = new FileStream(temp["fifo"], FileMode.Open, FileAccess.ReadWrite);
        Assert.Null(KernelText.Number(temp["fifo"]));
        Assert.Null(KernelText.Number(temp.Path));
        Assert.Null(KernelText.Read(temp["none"]));
        Assert.Equal(42, KernelText.Number(temp.Write("number", "42\n")));
        Assert.Equal(4096, KernelText.Read(temp.Write("large", new string('x', 100_000)))!.Length);
    }

    [Fact]
    public void The_figures_of_this_process_are_those_of_the_kernel()
    {
        var host = HostFigures.Read();
        using var self = System.Diagnostics.Process.GetCurrentProcess();
        Assert.InRange(host.MemoryBytes!.Value, 1 << 20, self.PeakWorkingSet64);
        Assert.InRange(host.CpuSeconds, 0.01, self.TotalProcessorTime.TotalSeconds + 0.1);
        Assert.InRange(host.Descriptors!.Value, 3, 100_000);
        var before = HostFigures.Read().Wakeups;
        Thread.Sleep(1);
        Assert.InRange(HostFigures.Read().Wakeups, before + 1, before + 100_000);
    }
}
