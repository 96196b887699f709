namespace InputEvdev;

/// <summary>
/// The list of models and options that xkb-data has. libxkbcommon ignores names that it does not know without a word.
/// </summary>
internal static class XkbRules
{
    /// <summary>Where xkb-data installs the list.</summary>
    public const string File = "/usr/share/X11/xkb/rules/evdev.lst";

    /// <summary>Returns a line for each model and option that the list does not have; none if there is no list.</summary>
    public static IEnumerable<string> Unknown(KeyboardOptions options, string file = File)
    {
        if ((options.Model ?? options.Options) is null || !TryRead(file, out var known)) yield break;
        if (options.Model is { } model && !known.Contains(("model", model)))
            yield return $"there is no model \"{model}\" in {file}; it has no effect";
        foreach (var option in options.Options?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [])
            if (!known.Contains(("option", option))) yield return $"there is no option \"{option}\" in {file}; it has no effect";
    }

    private static bool TryRead(string file, out HashSet<(string Section, string Name)> known)
    {
        known = [];
        try
        {
            var section = "";
            foreach (var line in System.IO.File.ReadLines(file))
            {
                if (line.StartsWith('!')) section = line[1..].Trim();
                else if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var name, ..]) known.Add((section, name));
            }
            return known.Count > 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
