namespace FbHost.Tests.Support;

/// <summary>A control group of a test's own whose processes have so much memory together; the kernel kills one that needs more.</summary>
internal sealed class MemoryGroup : IDisposable
{
    private const string Root = "/sys/fs/cgroup", First = Root + "/memory"; // of version 1
    private readonly string _path;

    /// <param name="bytes">With the pages of files that its processes were the first to use.</param>
    public MemoryGroup(long bytes)
    {
        Programs.NeedRoot();
        var isFirst = Directory.Exists(First);
        Assert.True(isFirst || HasMemory(Root + "/cgroup.subtree_control"),
            $"this test makes a control group for memory: mount {Root}, with the memory controller");
        _path = Directory.CreateDirectory($"{(isFirst ? First : Root)}/mmm-test-{Guid.NewGuid():N}").FullName;
        File.WriteAllText(Path.Combine(_path, isFirst ? "memory.limit_in_bytes" : "memory.max"), $"{bytes}");
    }

    private static bool HasMemory(string controllers) =>
        File.Exists(controllers) && File.ReadAllText(controllers).Split().Contains("memory");

    /// <summary>Runs the command behind it in the group.</summary>
    public string[] Launcher => ["sh", "-c", "echo $$ >\"$0\" && exec \"$@\"", Path.Combine(_path, "cgroup.procs")];

    /// <summary>Its processes now.</summary>
    public int[] Processes => [.. File.ReadLines(Path.Combine(_path, "cgroup.procs")).Select(int.Parse)];

    /// <summary>Processes that the kernel has killed for want of memory.</summary>
    public int Killed => int.Parse(new[] { "memory.oom_control", "memory.events" }.Select(f => Path.Combine(_path, f)).Where(File.Exists)
        .SelectMany(File.ReadLines).First(l => l.StartsWith("oom_kill ", StringComparison.Ordinal)).Split(' ')[1]);

    public void Dispose() => Wait.Until(
        () =>
        {
            try
            {
                Directory.Delete(_path);
                return true;
            }
            catch (IOException)
            {
                return false; // its last process is just ending
            }
        }, "the end of the control group");
}
