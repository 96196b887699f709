using System.Globalization;

namespace FbHost.Control;

// The output of mmmctl about sound.
internal static partial class Mmmctl
{
    private static void Volume(ControlClient host, string[] words)
    {
        var answer = host.Ask(["volume", .. words]);
        if (words.Length > 0)
            return;
        Console.WriteLine(Loudness(answer));
        Table([.. answer.List("clients").Select(c => new[] { c.Text("name"), $"{c.Text("volume")} %" })]);
    }

    private static void Audio(ControlClient host, bool asJson)
    {
        var audio = host.Ask("audio").Object("audio");
        if (asJson)
        {
            Console.WriteLine(audio.ToJson());
            return;
        }
        var format = audio.Text("format");
        format = format.Length > 0 ? $"{format} " : "";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{audio.Text("device")}: {audio.Text("state")}, {format}{audio.Text("rate")} Hz, "
            + $"period {audio.Text("periodFrames")} frames, latency {audio.Number("latencyMs"):0.0} ms, "
            + $"{audio.Text("xruns")} xruns"));
        Console.WriteLine($"volume {Loudness(audio)}");
        List<string[]> rows = [["NAME", "FORMAT", "RATE", "QUEUE", "UNDERRUNS", "VOLUME"]];
        foreach (var c in audio.List("clients"))
        {
            var queue = c.Has("queuedMs")
                ? string.Create(CultureInfo.InvariantCulture, $"{c.Text("queuedFrames")} ({c.Number("queuedMs"):0.0} ms)") : "-";
            rows.Add([c.Text("name"), c.Text("format"), c.Text("rate"), queue, c.Text("underruns"), $"{c.Text("volume")} %"]);
        }
        Table(rows);
    }

    private static string Loudness(Answer of) => $"{of.Text("volume")} %{(of.Flag("muted") ? ", muted" : "")}";
}
