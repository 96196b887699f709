using System.Globalization;

namespace AlsaSink;

/// <summary>
/// The kernel's list of sound cards, <c>/proc/asound</c> (Documentation/sound/designs/procfile.rst): read without loading libasound.
/// </summary>
internal static class SoundCards
{
    public const string Proc = "/proc/asound";

    /// <summary>
    /// The lowest card number that has a playback device, or null. In file <c>pcm</c>: <c>00-01: ID : name : playback 1</c>.
    /// </summary>
    public static int? FirstPlayback(string proc = Proc)
    {
        foreach (string line in Lines(Path.Combine(proc, "pcm")))
        {
            if (line.Contains(": playback", StringComparison.Ordinal) && line.IndexOf('-') is > 0 and int dash
                && int.TryParse(line.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out int card))
                return card;
        }
        return null;
    }

    /// <summary>A card's short name, or null. In file <c>cards</c>: <c> 0 [Intel          ]: HDA-Intel - HDA Intel</c>.</summary>
    public static string? Name(int card, string proc = Proc)
    {
        string start = string.Create(CultureInfo.InvariantCulture, $"{card} [");
        foreach (string line in Lines(Path.Combine(proc, "cards")))
        {
            int name = line.IndexOf(" - ", StringComparison.Ordinal);
            if (name > 0 && line.TrimStart().StartsWith(start, StringComparison.Ordinal))
                return line[(name + 3)..].Trim();
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
