using System.Globalization;
using System.Runtime.InteropServices;
using FbHost.Control;
using FbHost.Figures;
using FbHost.Options;

namespace FbHost.Doctor;

/// <summary>The system itself: versions, memory, temperature, clock and storage.</summary>
internal static unsafe partial class BoardSections
{
    private const string Release = "/etc/mmm/release";

    public static DoctorSection System()
    {
        var section = new DoctorSection("system");
        section.Found.Add($"{KernelText.Read("/proc/device-tree/model")?.TrimEnd('\0') ?? KernelText.Read("/sys/class/dmi/id/product_name")
            ?? "unknown board"}, Linux {KernelText.Read("/proc/sys/kernel/osrelease")}, mmm {OptionTable.ProgramVersion}");
        if (KernelText.Read(Release) is { } release)
        {
            var words = KernelText.Read("/proc/cmdline")?.Split(' ') ?? [];
            var slot = words.LastOrDefault(w => w.StartsWith("mmm.slot=", StringComparison.Ordinal))?["mmm.slot=".Length..];
            section.Found.Add($"image: {string.Join(", ", release.Split('\n'))}, slot {slot ?? "unknown"}");
            if (words.Any(w => w.StartsWith("mmm.fallback=", StringComparison.Ordinal)))
                section.Advice.Add("the boot loader fell back to this slot, because the other one failed; see mmmctl device status");
        }
        return section;
    }

    public static DoctorSection Board()
    {
        var section = new DoctorSection("board");
        var board = BoardFigures.Read(null);
        section.Found.AddRange(board.Temperatures.Select(t =>
            string.Create(CultureInfo.InvariantCulture, $"{t.Type}: {t.Celsius:0.0} °C")));
        section.Found.AddRange(board.Cpus.Select(c =>
            string.Create(CultureInfo.InvariantCulture, $"{c.Policy}: {c.Hertz / 1e6:0} MHz of {c.MostHertz / 1e6:0}")));
        if (board.Throttling.Count > 0)
        {
            var kinds = board.Throttling.Where(t => t.Now || t.SinceBoot == true)
                .Select(t => t.Now ? $"{t.Kind} now" : $"{t.Kind} since the start").ToList();
            section.Found.Add(kinds.Count == 0 ? "not throttled" : string.Join(", ", kinds));
        }
        if (board.Memory is var (total, available))
            section.Found.Add(string.Create(CultureInfo.InvariantCulture, $"{available / 1e6:0} of {total / 1e6:0} MB memory available"));
        BoardReport.AddProblems(board, section.Advice);
        return section;
    }

    // The beginning of struct timex (adjtimex(2)), the same on all 64-bit architectures, with room for the rest.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Timex
    {
        [FieldOffset(8)] public long Offset;
        [FieldOffset(16)] public long Frequency;
        [FieldOffset(40)] public int Status;
    }

    [LibraryImport("libc.so.6")]
    private static partial int adjtimex(Timex* timex);

    public static DoctorSection Clock()
    {
        const int STA_UNSYNC = 0x40;
        var section = new DoctorSection("clock");
        var timex = new Timex();
        // ntpd clears the flag when it starts. A clock that was set by a server has a correction.
        var isSynchronised = adjtimex(&timex) >= 0 && (timex.Status & STA_UNSYNC) == 0 && (timex.Offset, timex.Frequency) != (0, 0);
        section.Found.Add(string.Create(CultureInfo.InvariantCulture,
            $"{DateTime.UtcNow:yyyy-MM-dd HH:mm:ss} UTC, {(isSynchronised ? "synchronised" : "not synchronised")}"));
        section.Found.Add(KernelText.Read("/sys/class/rtc/rtc0/name") is { } clock ? $"clock that runs without power: {clock}"
            : "no clock that runs without power");
        if (!isSynchronised)
            section.Advice.Add("the clock is not synchronised: check the network and the NTP server");
        return section;
    }
}
