using System.Globalization;
using System.Text;

namespace FbHost.Logs;

/// <summary>One line of the device's log.</summary>
/// <param name="Level">How important it is, as syslog(3) counts: 0 an emergency, 4 a warning, 6 information, 7 for debugging.</param>
/// <param name="Source">Who wrote it: <c>kernel</c>, <c>mmm</c>, an app, a program.</param>
/// <param name="Text">What it says, without control characters.</param>
internal readonly record struct LogLine(int Level, string Source, string Text)
{
    public const int Error = 3, Warning = 4, Information = 6, Debug = 7;

    private const int LongestText = 1000, LongestSource = 64; // characters
    private static readonly string[] Words = ["emergency", "alert", "critical", "error", "warning", "notice", "info", "debug"];

    /// <summary>Whether it is the kernel's own line, of which there are many.</summary>
    public bool IsOfKernel { get; init; }

    /// <summary>A line that a host or a program wrote to its output: <c>SOURCE: TEXT</c>, with <c>&lt;LEVEL&gt;</c> before it or
    /// not.</summary>
    public static LogLine OfOutput(ReadOnlySpan<byte> line)
    {
        var (priority, text) = Priority(Encoding.UTF8.GetString(line));
        return Split(priority ?? Information, text, "mmm");
    }

    /// <summary>
    /// A datagram of syslog(3): <c>&lt;PRIORITY&gt;Mmm dd hh:mm:ss TAG[PID]: TEXT</c>. The time is left out, because it is that of the
    /// arrival.
    /// </summary>
    public static LogLine OfDatagram(ReadOnlySpan<byte> datagram)
    {
        const int timeLength = 16; // "Mar  1 14:07:05 "
        var (priority, text) = Priority(Encoding.UTF8.GetString(datagram).TrimEnd('\0', '\n'));
        if (text.Length >= timeLength && text[3] == ' ' && text[9] == ':' && text[12] == ':' && text[timeLength - 1] == ' ')
            text = text[timeLength..];
        const string noTag = ": "; // busybox init
        return Split(priority ?? Information, text.StartsWith(noTag, StringComparison.Ordinal) ? text[noTag.Length..] : text, "syslog");
    }

    /// <summary>
    /// A record of /dev/kmsg, <c>PRIORITY,NUMBER,MICROSECONDS,FLAGS;TEXT</c> (Documentation/ABI/testing/dev-kmsg), with the time since the
    /// start of the kernel. Null if it is none.
    /// </summary>
    public static (LogLine Line, long Microseconds)? OfKernel(ReadOnlySpan<byte> record)
    {
        var all = Encoding.UTF8.GetString(record);
        var end = all.IndexOf(';');
        if (end < 0 || all[..end].Split(',') is not [var first, _, var time, ..]
            || !int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var priority)
            || !long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds))
            return null;
        var text = all[(end + 1)..].Split('\n')[0]; // properties of the device follow in further lines
        var isOfKernel = priority >> 3 == 0; // a program that writes to /dev/kmsg has another facility
        return (isOfKernel ? new LogLine(priority & 7, "kernel", Cut(text, LongestText)) { IsOfKernel = true }
            : Split(priority & 7, text, "kmsg"), microseconds);
    }

    // "<30>text": the lower three bits are the level.
    private static (int? Level, string Text) Priority(string text)
    {
        const int mostDigits = 3;
        var end = text.StartsWith('<') ? text.IndexOf('>') : -1;
        return end is > 1 and <= 1 + mostDigits
            && int.TryParse(text.AsSpan(1, end - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var n)
            ? (n & 7, text[(end + 1)..]) : (null, text);
    }

    private static LogLine Split(int level, string text, string otherwise)
    {
        var end = text.IndexOf(": ", StringComparison.Ordinal);
        if (end is <= 0 or > LongestSource)
            return new(level, otherwise, Cut(text, LongestText));
        var source = text[..end];
        var pid = source.EndsWith(']') ? source.LastIndexOf('[') : -1;
        return new(level, Cut(pid > 0 ? source[..pid] : source, LongestSource), Cut(text[(end + 2)..], LongestText));
    }

    private static string Cut(string text, int most) =>
        LogWriter.Printable(text.Length <= most ? text : string.Concat(text.AsSpan(0, most), "…"));

    /// <summary>The line as it is in the log, with the time and a line end.</summary>
    public string At(DateTime utc) => string.Create(CultureInfo.InvariantCulture,
        $"{utc:yyyy-MM-ddTHH:mm:ss.ffffff}Z {Words[Level]} {Source}: {Text}\n");

    /// <summary>The source of a line of the log; null if the text is none.</summary>
    public static string? SourceOf(string line)
    {
        var from = line.IndexOf(' ', line.IndexOf(' ') + 1) + 1;
        var end = line.IndexOf(": ", from, StringComparison.Ordinal);
        return from > 0 && end > from ? line[from..end] : null;
    }

    /// <summary>The level of a word that a person gives: <c>debug</c>, <c>info</c> or <c>warning</c>; null if it is another.</summary>
    public static int? LevelOf(string word) => word is "debug" or "info" or "warning" ? Array.IndexOf(Words, word) : null;
}
