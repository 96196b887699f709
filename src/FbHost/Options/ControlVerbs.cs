namespace FbHost.Options;

/// <summary>The commands of mmmctl that do something, and so may be actions of buttons.</summary>
internal static class ControlVerbs
{
    private sealed record Verb(string Name, string Arguments, int Least, int Most, Func<string[], bool>? IsValid = null);

    private static readonly Verb[] All =
    [
        new("next", "", 0, 0),
        new("front", "APP", 1, 1),
        new("raise", "CLIENT", 1, 1),
        new("restart", "APP", 1, 1),
        new("send", "CLIENT TEXT", 2, 2),
        new("event", "CLIENT TEXT", 2, 2),
        new("tap", "X Y", 2, 2, a => a.All(IsNumber)),
        new("drag", "X Y X Y", 4, 4, a => a.All(IsNumber)),
        new("type", "TEXT", 1, 1),
        new("key", "NAME", 1, 1, a => TypedKey.IsKey(a[0])),
        new("volume", "[CLIENT] up|down|0..100", 1, 2, a => IsLevel(a[^1]) && (a.Length == 1 || IsNumber(a[1]))),
        new("mute", "[on|off]", 0, 1, a => a is [] or ["on" or "off"]),
        new("blank", "", 0, 0),
        new("unblank", "", 0, 0),
        new("brightness", "up|down|0..100", 1, 1, a => IsLevel(a[0])),
        new("led", "NAME on|off|blink|0..100", 2, 2, a => a[1] is "on" or "off" or "blink" || (IsNumber(a[1]) && IsLevel(a[1]))),
        new("rotate", "0|90|180|270", 1, 1, a => a[0] is "0" or "90" or "180" or "270"),
        new("screenshot", "FILE", 1, 1, a => a[0] != "-"),
        new("reload", "", 0, 0),
        new("reboot", "", 0, 0),
        new("power-off", "", 0, 0),
        new("quit", "", 0, 0),
    ];

    /// <summary>The names of the commands.</summary>
    public static IEnumerable<string> Names => All.Select(v => v.Name);

    /// <summary>Returns what is wrong with a command; null if nothing is.</summary>
    public static string? Fault(string[] words)
    {
        var verb = Array.Find(All, v => v.Name == words.FirstOrDefault());
        if (verb is null)
        {
            var meant = Suggestion.For(words.FirstOrDefault() ?? "", Names);
            return $"{(meant is null ? "" : $"did you mean \"mmmctl {meant}\"? ")}it must be a command that does something: "
                + string.Join(", ", Names);
        }
        var arguments = words[1..];
        return arguments.Length >= verb.Least && arguments.Length <= verb.Most && verb.IsValid?.Invoke(arguments) != false
            ? null : $"it must be \"{$"mmmctl {verb.Name} {verb.Arguments}".TrimEnd()}\"";
    }

    private static bool IsLevel(string text) => text is "up" or "down" || (IsNumber(text) && int.Parse(text) <= 100);

    private static bool IsNumber(string text) => text.Length is > 0 and < 6 && text.All(char.IsAsciiDigit);
}
