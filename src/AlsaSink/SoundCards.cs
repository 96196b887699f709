using System.Globalization;

namespace AlsaSink;

/// <summary>
/// A playback device: the numbers of the card and the device, the card's id such as <c>PCH</c>, its name such as <c>HDA Intel</c>, and the
/// device's own name such as <c>HDMI 1</c>.
/// </summary>
internal sealed record PlaybackDevice(int Card, int Device, string Id, string Name, string DeviceName)
{
    /// <summary>The place of this device among the devices of its card that are for HDMI, from 0; null if it is none.</summary>
    public int? HdmiIndex { get; init; }

    /// <summary>
    /// Whether the text is the card's id or a part of its name, or with a comma, whether this is so for the text before the comma, and the
    /// text after it is a part of the device's name. Upper and lower case are not distinguished.
    /// </summary>
    public bool Matches(string text) =>
        MatchesCard(text)
        || (text.LastIndexOf(',') is > 0 and int comma && MatchesCard(text[..comma].Trim())
            && DeviceName.Contains(text[(comma + 1)..].Trim(), StringComparison.OrdinalIgnoreCase));

    private bool MatchesCard(string text) =>
        Id.Equals(text, StringComparison.OrdinalIgnoreCase) || Name.Contains(text, StringComparison.OrdinalIgnoreCase);
}

/// <summary>
/// The kernel's list of sound cards in <c>/proc/asound</c> (Documentation/sound/designs/procfile.rst), read without loading libasound.
/// </summary>
internal static class SoundCards
{
    public const string Proc = "/proc/asound";

    /// <summary>
    /// Returns the playback devices, ordered by number. File <c>pcm</c> has lines like <c>00-01: ID : name : playback 1</c>.
    /// </summary>
    public static IReadOnlyList<PlaybackDevice> Playbacks(string proc = Proc)
    {
        List<PlaybackDevice> found = [];
        foreach (string line in Lines(Path.Combine(proc, "pcm")))
        {
            int dash = line.IndexOf('-'), colon = line.IndexOf(':');
            if (line.Contains(": playback", StringComparison.Ordinal) && dash > 0 && colon > dash
                && int.TryParse(line.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out int card)
                && int.TryParse(line.AsSpan(dash + 1, colon - dash - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int device))
            {
                (string id, string name) = Card(card, proc) ?? ("", $"card {card}");
                string own = line.Split(": ") is [_, var pcm, var pcmName, ..] ? $"{pcm.Trim()} {pcmName.Trim()}" : "";
                // The device of vc4-hdmi has another name than its card.
                bool isHdmi = $"{own} {id} {name}".Contains("HDMI", StringComparison.OrdinalIgnoreCase);
                int before = found.Count(d => d.Card == card && d.HdmiIndex is not null);
                found.Add(new PlaybackDevice(card, device, id, name, own) { HdmiIndex = isHdmi ? before : null });
            }
        }
        return found;
    }

    /// <summary>Returns a card's short name; null if there is no such card.</summary>
    public static string? Name(int card, string proc = Proc) => Card(card, proc)?.Name;

    // File cards has a line like " 0 [Intel          ]: HDA-Intel - HDA Intel" for each card, and a second line with the bus.
    private static (string Id, string Name)? Card(int card, string proc)
    {
        string start = string.Create(CultureInfo.InvariantCulture, $"{card} [");
        foreach (string line in Lines(Path.Combine(proc, "cards")))
        {
            int from = line.IndexOf('['), to = line.IndexOf("]: ", StringComparison.Ordinal),
                name = line.IndexOf(" - ", StringComparison.Ordinal);
            if (from >= 0 && to > from && name > to && line.TrimStart().StartsWith(start, StringComparison.Ordinal))
                return (line[(from + 1)..to].Trim(), line[(name + 3)..].Trim());
        }
        return null;
    }

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
