using System.Globalization;
using FbHost.Logs;
using FbHost.Options;
using Mmm;

namespace FbHost.Control;

internal static partial class Mmmctl
{
    private static void Logs(ControlClient host, OptionTable.Given given)
    {
        var most = MostLines(given);
        var follow = given.Last(Follow.Name) is not null;
        var lines = host.Ask([follow ? "follow" : "logs", .. given.Words]).List("lines");
        foreach (var line in lines.Skip(Math.Max(0, lines.Count - most)))
            Print(line);
        while (follow && host.ReadLine() is { } line)
            Print(Answer.Parse(line));

        static void Print(Answer line) =>
            Console.WriteLine($"{LogWriter.Printable(line.Text("app"))}: {LogWriter.Printable(line.Text("line"))}");
    }

    private static int MostLines(OptionTable.Given given)
    {
        var most = int.MaxValue;
        if (given.Last(Lines.Name) is { } text && !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out most))
            throw new MmmException($"-n is {text}; it must be a number of lines, 0 or more");
        return most;
    }

    private static void LogsOfDevice(OptionTable.Given given)
    {
        const int lookMs = 250;
        if (!Directory.Exists(DeviceLog.Memory))
        {
            throw new MmmException($"{DeviceLog.Memory}: there is no log of the device; only an image of firmware-image has one. "
                + "On Debian, use journalctl -u mmm");
        }
        var log = new DeviceLog(DeviceLog.Memory, DeviceLog.Kept);
        var source = given.Words.FirstOrDefault();
        var seen = log.All;
        var all = Of(seen);
        foreach (var line in all.Skip(Math.Max(0, all.Length - MostLines(given))))
            Console.WriteLine(LogWriter.Printable(line));
        if (given.Last(Follow.Name) is null)
            return;
        for (; ; Thread.Sleep(lookMs))
        {
            var more = log.InMemoryAfter(seen);
            foreach (var line in Of(more))
                Console.WriteLine(LogWriter.Printable(line));
            seen = more.Length > 0 ? more : seen;
        }

        string[] Of(string text) => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(l => source is null || LogLine.SourceOf(l) == source)];
    }
}
