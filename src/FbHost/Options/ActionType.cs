using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace FbHost.Options;

/// <summary>
/// The actions of a gesture: a text, an object with the app that must be in front, or a list of these; see docs/configuration.md.
/// </summary>
internal sealed class ActionType : ConfigType<IReadOnlyList<ButtonAction>>
{
    private const int LongestAction = 1024, LongestEvent = ButtonAction.LongestEvent, MostActions = 16;
    private const string Forms = "\"key NAME\", \"event TEXT\", \"send APP TEXT\", \"mmmctl COMMAND …\" or \"run PROGRAM …\"";
    private static readonly string[] Kinds = ["key", "event", "send", "mmmctl", "run"]; // in the order of the enumeration

    public override bool TryRead(JsonValue v, [MaybeNullWhen(false)] out IReadOnlyList<ButtonAction> value)
    {
        List<ButtonAction> actions = [];
        value = actions;
        var isValid = true;
        foreach (var item in v.Items ?? [v])
            isValid &= item.IsObject ? TryObject(item, actions) : TryText(item, null, actions);
        return isValid && (actions.Count <= MostActions || v.Fault($"it must have at most {MostActions} actions"));
    }

    private static bool TryObject(JsonValue v, List<ButtonAction> to)
    {
        var isValid = true;
        foreach (var member in v.Members!.Where(m => m.Key is not ("app" or "do")))
            isValid = member.UnknownKey(["app", "do"]);
        if (v.Member("app") is not { } app || v.Member("do") is not { } actions)
            return v.Fault("it must have an \"app\" and a \"do\": { \"app\": \"clock\", \"do\": \"key return\" }");
        isValid &= app.TryText(JsonValue.MostText, out var name) && (name.Length > 0 || app.Fault("it must name one of \"apps\""));
        foreach (var item in actions.Items ?? [actions])
            isValid &= TryText(item, app, to);
        return isValid;
    }

    private static bool TryText(JsonValue v, JsonValue? app, List<ButtonAction> to)
    {
        if (!v.TryText(LongestAction, out var text))
            return false;
        if (Parse(v, text, out var fault) is not { } action)
            return v.Fault(fault);
        to.Add(action with { OnlyApp = app?.AsText, OnlyAppAt = app });
        return true;
    }

    private static ButtonAction? Parse(JsonValue v, string text, out string fault)
    {
        var (word, rest) = Split(text);
        var kind = (ActionKind)Array.IndexOf(Kinds, word);
        var words = kind == ActionKind.Send ? [Split(rest).Word, Split(rest).Tail]
            : kind == ActionKind.Event ? [rest]
            : kind == ActionKind.Key ? [TypedKey.Canonical(rest)]
            : Words(rest);
        fault = kind switch
        {
            _ when words is null => "it must have a closing quote",
            ActionKind.Key => TypedKey.Fault(words[0]),
            ActionKind.Event => Encoding.UTF8.GetByteCount(rest) is > 0 and <= LongestEvent
                ? null : $"it must be \"event TEXT\" with an event text of 1 to {LongestEvent} bytes",
            ActionKind.Send => Encoding.UTF8.GetByteCount(words[1]) is > 0 and <= LongestEvent
                ? null : $"it must be \"send APP TEXT\" with a text of 1 to {LongestEvent} bytes",
            ActionKind.Control => ControlVerbs.Fault(words),
            ActionKind.Run when words is [] or ["", ..] => "it must be \"run PROGRAM ARGUMENTS\"",
            ActionKind.Run => v.ChecksPlaces ? Places.Program(words[0]) : null,
            _ => Unknown(word, rest),
        } ?? "";
        return fault.Length == 0 ? new ButtonAction(kind, words!, v) : null;
    }

    private static string Unknown(string word, string rest)
    {
        var meant = ControlVerbs.Names.Contains(word) ? $"mmmctl {word} {rest}".TrimEnd()
            : rest.Length == 0 && TypedKey.IsKey(word) && word.Length > 1 ? $"key {word}"
            : Suggestion.For(word, Kinds) is { } kind ? $"{kind} {rest}".TrimEnd()
            : Suggestion.For(word, ControlVerbs.Names) is { } verb ? $"mmmctl {verb} {rest}".TrimEnd()
            : null;
        return $"{(meant is null ? "" : $"did you mean \"{meant}\"? ")}it must be {Forms}";
    }

    private static (string Word, string Tail) Split(string text)
    {
        var space = text.IndexOf(' ');
        return space < 0 ? (text, "") : (text[..space], text[(space + 1)..].Trim());
    }

    // Words as in a shell, but without any other rule of it than quotes. Null if a quote is missing.
    private static string[]? Words(string text)
    {
        List<string> words = [];
        StringBuilder? word = null;
        var quote = '\0';
        foreach (var c in text)
        {
            if (quote != '\0' ? c == quote : c is '"' or '\'')
            {
                quote = quote == '\0' ? c : '\0';
                word ??= new StringBuilder();
            }
            else if (quote == '\0' && c == ' ')
            {
                if (word is not null)
                    words.Add(word.ToString());
                word = null;
            }
            else
            {
                (word ??= new StringBuilder()).Append(c);
            }
        }
        if (word is not null)
            words.Add(word.ToString());
        return quote == '\0' ? [.. words] : null;
    }

    public override void WriteSchema(Utf8JsonWriter w) => AnyOf(w, Text, Object, w => List(w, TextOrObject));

    private static void TextOrObject(Utf8JsonWriter w) => AnyOf(w, Text, Object);

    private static void Object(Utf8JsonWriter w)
    {
        w.WriteString("type", "object");
        w.WriteStartObject("properties");
        w.WriteStartObject("app");
        w.WriteString("description", "The app that must be in front.");
        w.WriteString("type", "string");
        w.WriteNumber("minLength", 1);
        w.WriteEndObject();
        w.WriteStartObject("do");
        w.WriteString("description", "The action, or a list of actions.");
        AnyOf(w, Text, w => List(w, Text));
        w.WriteEndObject();
        w.WriteEndObject();
        w.WriteStartArray("required");
        w.WriteStringValue("app");
        w.WriteStringValue("do");
        w.WriteEndArray();
        w.WriteBoolean("additionalProperties", false);
    }

    private static void Text(Utf8JsonWriter w)
    {
        w.WriteString("type", "string");
        w.WriteNumber("minLength", 1);
        w.WriteNumber("maxLength", LongestAction);
    }

    private static void List(Utf8JsonWriter w, Action<Utf8JsonWriter> item)
    {
        w.WriteString("type", "array");
        w.WriteStartObject("items");
        item(w);
        w.WriteEndObject();
    }

    private static void AnyOf(Utf8JsonWriter w, params Action<Utf8JsonWriter>[] forms)
    {
        w.WriteStartArray("anyOf");
        foreach (var form in forms)
        {
            w.WriteStartObject();
            form(w);
            w.WriteEndObject();
        }
        w.WriteEndArray();
    }
}
