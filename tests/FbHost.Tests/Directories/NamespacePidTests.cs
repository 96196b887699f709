using FbHost.Clients;

namespace FbHost.Tests.Directories;

/// <summary>The pid that a process in a sandbox has here, found by the pid that it has there.</summary>
public sealed class NamespacePidTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    private Sandbox Start(params string[] command)
    {
        var sandbox = new Sandbox(_temp.Path, command);
        Wait.Until(() => sandbox.CommandPid > 0, "the command", () => sandbox.Errors);
        return sandbox;
    }

    [Fact]
    public void A_process_in_a_sandbox_is_found_and_only_among_its_app_s()
    {
        using Sandbox one = Start("sleep", "1000"), two = Start("sleep", "1000");
        var find = new NamespacePid(app => app switch
        {
            "one" => one.Processes,
            "two" => two.Processes,
            _ => [],
        });
        Assert.Equal(one.CommandPid, find.Find("one", 2));
        Assert.Equal(two.CommandPid, find.Find("two", 2));
        Assert.NotEqual(one.CommandPid, two.CommandPid);
        Assert.Equal(0, find.Find("one", 3));
        Assert.Equal(0, find.Find("none", 2));
        Assert.Equal(0, find.Find("one", two.CommandPid));
    }

    [Fact]
    public void Of_nested_namespaces_the_outer_one_counts()
    {
        using var sandbox = Start("sh", "-c", "unshare --user --map-root-user --pid --fork sh -c 'sleep 1000 & sleep 1000' & wait");
        Wait.Until(() => sandbox.Processes.Count(p => Mmm.Linux.Sys.ProcessLives(p)) >= 6, "the nested processes", () => sandbox.Errors);
        Assert.Equal(sandbox.CommandPid, new NamespacePid(_ => [.. sandbox.Processes.Reverse()]).Find("app", 2));
        Assert.Equal(sandbox.CommandPid, new NamespacePid(_ => sandbox.Processes).Find("app", 2));
    }

    [Fact]
    public void A_process_in_the_host_s_namespace_is_found_by_its_pid()
    {
        var find = new NamespacePid(_ => [Environment.ProcessId]);
        Assert.Equal(Environment.ProcessId, find.Find("app", Environment.ProcessId));
        Assert.Equal(0, find.Find("app", 2));
    }

    [Fact]
    public void However_often_it_is_asked_the_processes_are_searched_a_few_times()
    {
        var searches = 0;
        var find = new NamespacePid(_ =>
        {
            searches++;
            return [Environment.ProcessId, int.MaxValue, -1];
        });
        for (var i = 0; i < 1000; i++)
            Assert.Equal(0, find.Find("app", 1_000_000 + i));
        Assert.InRange(searches, 1, 200);
        Wait.Until(() => find.Find("app", Environment.ProcessId) == Environment.ProcessId, "the process");
    }

    [Fact]
    public void A_process_that_ended_is_not_found_and_its_successor_of_the_same_pid_is()
    {
        IReadOnlyList<int> processes = [];
        var find = new NamespacePid(_ => processes);
        int former;
        using (var sandbox = Start("sleep", "1000"))
        {
            processes = sandbox.Processes;
            former = sandbox.CommandPid;
            Assert.Equal(former, find.Find("app", 2));
        }
        Assert.Equal(0, find.Find("app", 2));
        using var next = Start("sleep", "1000");
        processes = next.Processes;
        Wait.Until(() => find.Find("app", 2) == next.CommandPid, "the next process");
    }
}
