using System.Runtime.InteropServices;

namespace FbHost.Figures;

/// <summary>What the host's own process uses. Not for the loop: see <see cref="KernelText"/>.</summary>
/// <param name="MemoryBytes">Its memory, as <see cref="ProcessFigures.MemoryBytes"/>; null if that cannot be read.</param>
/// <param name="CpuSeconds">The processor time of all its threads, in s.</param>
/// <param name="Wakeups">How often its threads have slept and were woken (voluntary context switches).</param>
/// <param name="Descriptors">How many descriptors it has open; null if that cannot be read.</param>
internal readonly partial record struct HostFigures(long? MemoryBytes, double CpuSeconds, long Wakeups, int? Descriptors)
{
    [LibraryImport("libc.so.6", EntryPoint = "getrusage")]
    private static unsafe partial int GetUsage(int who, nint* usage);

    public static unsafe HostFigures Read()
    {
        const int self = 0, words = 18, switches = 16; // RUSAGE_SELF, struct rusage, ru_nvcsw
        var usage = stackalloc nint[words];
        new Span<nint>(usage, words).Clear();
        _ = GetUsage(self, usage); // both times come first, each in s and us
        var cpu = usage[0] + usage[2] + (usage[1] + usage[3]) / 1e6;
        var memory = ProcessFigures.Pss(Environment.ProcessId) ?? KernelText.Line(KernelText.Read("/proc/self/status"), "VmRSS");
        return new(memory, cpu, usage[switches], OpenDescriptors());
    }

    private static int? OpenDescriptors()
    {
        try
        {
            return Directory.EnumerateFileSystemEntries("/proc/self/fd").Count() - 1; // without that of this directory
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // no descriptor is left
        }
    }
}
