using System.Globalization;
using System.Text.Json;
using FbHost.Figures;

namespace FbHost.Control;

/// <summary>The part of the request <c>health</c> that is about the board. What the board does not tell is left out.</summary>
internal static class BoardReport
{
    private const long LeastFree = 1 << 20; // bytes, for the host's files

    /// <summary>Adds a line for everything that a person should look at.</summary>
    /// <param name="board">The board's figures.</param>
    /// <param name="problems">Takes the lines.</param>
    public static void AddProblems(BoardFigures board, List<string> problems)
    {
        foreach (var t in board.Temperatures)
        {
            if (t.Celsius >= t.LimitCelsius)
                problems.Add(string.Create(CultureInfo.InvariantCulture,
                    $"board: {t.Type} ({t.Zone}) has {t.Celsius:0.0} °C, its limit is {t.LimitCelsius:0.0} °C; cool the board"));
        }
        foreach (var (kind, now, _) in board.Throttling)
        {
            if (now)
                problems.Add($"board: {kind}; {(kind == "under-voltage"
                    ? "use a stronger power supply or a better cable" : "cool the board, and use a stronger power supply")}");
        }
        if (board.Space is var (directory, _, free) && free < LeastFree)
            problems.Add($"{directory}: {free:N0} bytes are free, so the host cannot keep its files; delete what is not needed");
    }

    /// <summary>Writes the member <c>board</c>.</summary>
    public static void Write(Utf8JsonWriter w, BoardFigures board)
    {
        w.WriteStartObject("board");
        WriteTemperatures(w, board.Temperatures);
        WriteThrottling(w, board.Throttling);
        if (board.Cpus.Count > 0)
        {
            w.WriteStartArray("cpus");
            foreach (var (policy, hertz, most) in board.Cpus)
            {
                w.WriteStartObject();
                w.WriteString("policy", policy);
                w.WriteNumber("hertz", hertz);
                if (most is { } highest)
                    w.WriteNumber("maxHertz", highest);
                w.WriteEndObject();
            }
            w.WriteEndArray();
        }
        if (board.Memory is var (total, available))
        {
            w.WriteNumber("memoryTotalBytes", total);
            w.WriteNumber("memoryAvailableBytes", available);
        }
        if (board.Space is var (directory, size, free))
        {
            w.WriteString("stateDirectory", directory);
            w.WriteNumber("stateSizeBytes", size);
            w.WriteNumber("stateFreeBytes", free);
        }
        w.WriteEndObject();
    }

    private static void WriteTemperatures(Utf8JsonWriter w, IReadOnlyList<Temperature> temperatures)
    {
        if (temperatures.Count == 0)
            return;
        w.WriteStartArray("temperatures");
        foreach (var (zone, type, celsius, limit) in temperatures)
        {
            w.WriteStartObject();
            w.WriteString("zone", zone);
            w.WriteString("type", type);
            w.WriteNumber("celsius", celsius);
            if (limit is { } most)
                w.WriteNumber("limitCelsius", most);
            w.WriteEndObject();
        }
        w.WriteEndArray();
    }

    private static void WriteThrottling(Utf8JsonWriter w, IReadOnlyList<Throttling> throttling)
    {
        if (throttling.Count == 0)
            return;
        w.WriteStartArray("throttling");
        foreach (var (kind, now, sinceBoot) in throttling)
        {
            w.WriteStartObject();
            w.WriteString("kind", kind);
            w.WriteBoolean("now", now);
            if (sinceBoot is { } before)
                w.WriteBoolean("sinceBoot", before);
            w.WriteEndObject();
        }
        w.WriteEndArray();
    }
}
