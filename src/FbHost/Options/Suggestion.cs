namespace FbHost.Options;

/// <summary>Finds the known word that was probably meant by an unknown one.</summary>
internal static class Suggestion
{
    private const int LongestWord = 40;

    /// <summary>
    /// Returns the nearest known word, or null if none is near: up to one wrong, missing, additional or exchanged letter in three.
    /// </summary>
    public static string? For(string word, IEnumerable<string> known)
    {
        string? best = null;
        var least = word.Length is > 1 and <= LongestWord ? (word.Length + 2) / 3 + 1 : 0;
        foreach (var candidate in known)
        {
            if (least > 0 && Math.Abs(candidate.Length - word.Length) < least && Distance(word, candidate) is var d && d < least)
                (best, least) = (candidate, d);
        }
        return best;
    }

    /// <summary>Returns the start of what follows a message about an unknown word: "; did you mean WORD? ", or "; ".</summary>
    public static string Then(string word, IEnumerable<string> known) => For(word, known) is { } meant ? $"; did you mean {meant}? " : "; ";

    // Optimal string alignment: the number of letters to insert, delete, replace or exchange with their neighbour; case does not matter.
    private static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    d[i, j] = i + j;
                    continue;
                }
                var cost = Same(a[i - 1], b[j - 1]) ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }
        return d[a.Length, b.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
