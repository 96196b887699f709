using System.Text;

namespace FbHost.Logs;

/// <summary>
/// The log of the device: the last lines in memory, and on the disk those that were kept, with those of former starts. The lines in memory
/// that follow the last kept line have not been kept yet.
/// </summary>
/// <param name="memory">The directory in memory.</param>
/// <param name="kept">The directory on the disk.</param>
internal sealed class DeviceLog(string memory, string kept)
{
    public const string Memory = "/run/log", Kept = "/data/log";

    private const int MostInMemory = 128 * 1024, MostKept = 1024 * 1024; // bytes of each of two files
    private readonly LogFiles _memory = new(memory, MostInMemory), _kept = new(kept, MostKept);

    /// <summary>The lines in memory, which are those since the device was started, oldest first.</summary>
    public string InMemory => _memory.Read();

    /// <summary>All lines, oldest first.</summary>
    public string All
    {
        get
        {
            var before = _kept.Read(); // first: a line that is kept meanwhile is found in it or in memory
            return before + After(before, _memory.Read());
        }
    }

    /// <summary>The lines in memory that follow the last line of a text; all of them if they do not have that line.</summary>
    public string InMemoryAfter(string seen) => After(seen, _memory.Read());

    /// <summary>The last kept line; empty if there is none.</summary>
    public string LastKept => LastLine(_kept.ReadEnd());

    /// <summary>Adds lines to those in memory.</summary>
    /// <returns>Null, or why that was not possible: one line.</returns>
    public string? Add(ReadOnlySpan<byte> lines) => _memory.Append(lines, toDisk: false);

    /// <summary>Keeps the lines that have not been kept. Does nothing if there are none.</summary>
    /// <returns>Null, or why that was not possible: one line.</returns>
    public string? Keep()
    {
        var before = _kept.ReadEnd();
        var lines = After(before, _memory.Read());
        if (lines.Length == 0)
            return null;
        var isWhole = before is "" or [.., '\n'];
        return _kept.Append(Encoding.UTF8.GetBytes(isWhole ? lines : $"\n{lines}"), toDisk: true);
    }

    // What follows the last line of a text in that in memory. Two lines are never the same, because the time of each is in microseconds.
    private static string After(string text, string memory)
    {
        var last = LastLine(text);
        var at = last.Length == 0 ? -1 : memory.LastIndexOf(last, StringComparison.Ordinal);
        return at < 0 ? memory : memory[(at + last.Length)..];
    }

    // The last whole line: a power cut may leave a part of one behind it.
    private static string LastLine(string text)
    {
        var end = text.LastIndexOf('\n');
        return end <= 0 ? "" : text[(text.LastIndexOf('\n', end - 1) + 1)..(end + 1)];
    }
}
