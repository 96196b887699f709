using System.Diagnostics;
using Mmm.Linux;

namespace Mmm.Tests;

/// <summary>Whether a process lives is told from whether that could be found out.</summary>
public class ProcessTests
{
    private const int ESRCH = 3, SIGKILL = 9;

    [Fact]
    public void A_process_that_ended_is_not_there()
    {
        using var child = Process.Start("true");
        child.WaitForExit();
        Assert.Equal(-ESRCH, Sys.PidFdOpen(child.Id));
        Assert.False(Sys.ProcessLives(child.Id));
    }

    [Fact]
    public void A_pid_that_none_can_have_is_no_process_that_ended()
    {
        Assert.NotEqual(-ESRCH, Sys.PidFdOpen(-5));
        Assert.False(Sys.ProcessLives(-5));
        Assert.False(Sys.ProcessLives(0));
    }

    [Fact]
    public void A_process_that_ended_unseen_by_its_parent_does_not_live()
    {
        var start = new ProcessStartInfo("sh", ["-c", "sleep 1000 & echo $!; exec sleep 1000"]) { RedirectStandardOutput = true };
        using var parent = Process.Start(start)!;
        var zombie = int.Parse(parent.StandardOutput.ReadLine()!);
        // Which never looks at its children.
        Assert.True(SpinWait.SpinUntil(() => File.ReadAllText($"/proc/{parent.Id}/comm") == "sleep\n", 15_000));
        Assert.True(Sys.ProcessLives(zombie));
        Sys.Kill(zombie, SIGKILL);
        Assert.True(SpinWait.SpinUntil(() => !Sys.ProcessLives(zombie), 15_000));
        Assert.Equal(0, Sys.Kill(zombie, 0)); // and yet is there
        Assert.True(Sys.ProcessLives(parent.Id));
        Assert.True(Sys.ProcessLives(1));
        parent.Kill();
        parent.WaitForExit();
    }

    [Fact]
    public void A_signal_reaches_the_process_of_a_descriptor_and_no_later_one_of_its_pid()
    {
        using var child = Process.Start("sleep", ["1000"]);
        var fd = Sys.PidFdOpen(child.Id);
        Assert.True(fd >= 0);
        Assert.Equal(0, Sys.PidFdSendSignal(fd, SIGKILL));
        child.WaitForExit();
        Assert.Equal(-ESRCH, Sys.PidFdSendSignal(fd, SIGKILL));
        Sys.Close(fd);
    }
}
