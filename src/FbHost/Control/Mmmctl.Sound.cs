using System.Globalization;
using System.Text.Json;

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
        Table([.. answer.GetProperty("clients").EnumerateArray().Select(c => new[] { Text(c, "name"), $"{Text(c, "volume")} %" })]);
    }

    private static void Audio(ControlClient host, bool asJson)
    {
        var audio = host.Ask("audio").GetProperty("audio");
        if (asJson)
        {
            Console.WriteLine(audio.GetRawText());
            return;
        }
        var format = Text(audio, "format");
        format = format.Length > 0 ? $"{format} " : "";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Text(audio, "device")}: {Text(audio, "state")}, {format}{Text(audio, "rate")} Hz, "
            + $"period {Text(audio, "periodFrames")} frames, latency {audio.GetProperty("latencyMs").GetDouble():0.0} ms, "
            + $"{Text(audio, "xruns")} xruns"));
        Console.WriteLine($"volume {Loudness(audio)}");
        List<string[]> rows = [["NAME", "FORMAT", "RATE", "QUEUE", "UNDERRUNS", "VOLUME"]];
        foreach (var c in audio.GetProperty("clients").EnumerateArray())
        {
            var queue = c.TryGetProperty("queuedMs", out var ms)
                ? string.Create(CultureInfo.InvariantCulture, $"{Text(c, "queuedFrames")} ({ms.GetDouble():0.0} ms)") : "-";
            rows.Add([Text(c, "name"), Text(c, "format"), Text(c, "rate"), queue, Text(c, "underruns"), $"{Text(c, "volume")} %"]);
        }
        Table(rows);
    }

    private static string Loudness(JsonElement of) => $"{Text(of, "volume")} %{(of.GetProperty("muted").GetBoolean() ? ", muted" : "")}";

    private static string Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) ? value.ToString() : "-";
}
