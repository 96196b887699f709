using System.Globalization;
using System.Text.Json;

namespace FbHost.Options;

/// <summary>
/// A value of a configuration file with its line and its name. A value that is not what it must be adds a fault with both to the faults of
/// the file; reading continues, so that one pass finds all faults.
/// </summary>
internal sealed class JsonValue
{
    /// <summary>The most characters of a text.</summary>
    public const int MostText = 4096;

    private const int MostShown = 60, MostOfName = 200;
    private readonly ConfigText _text;
    private readonly JsonValue? _parent;
    private readonly string _key; // of a member
    private readonly int _index; // of an item; -1 for a member
    private readonly object? _value; // string, double, bool, null, List<JsonValue>, or Broken

    /// <summary>The value of a text that is not valid Unicode, which is a fault already.</summary>
    public static readonly object Broken = new();

    /// <param name="text">The file.</param>
    /// <param name="line">The line of the value, or of its key.</param>
    /// <param name="parent">The object or list that contains the value; null for the whole file.</param>
    /// <param name="key">The key; null for the item of a list.</param>
    /// <param name="index">The place in the list.</param>
    /// <param name="value">A string, double, bool, null, list of values, or <see cref="Broken"/>.</param>
    /// <param name="isObject">True if the list contains members.</param>
    public JsonValue(ConfigText text, int line, JsonValue? parent, string? key, int index, object? value, bool isObject = false) =>
        (_text, Line, _parent, _key, _index, _value, IsObject) = (text, line, parent, key ?? "", key is null ? index : -1, value, isObject);

    /// <summary>The line, from 1.</summary>
    public int Line { get; }

    /// <summary>True if the value is an object.</summary>
    public bool IsObject { get; }

    /// <summary>The key by which the object that contains the value has it.</summary>
    public string Key => _key;

    /// <summary>The members of an object in their order; null if the value is no object. Each has another key.</summary>
    public IReadOnlyList<JsonValue>? Members => IsObject ? (List<JsonValue>)_value! : null;

    /// <summary>The items of a list; null if the value is no list.</summary>
    public IReadOnlyList<JsonValue>? Items => IsObject ? null : _value as List<JsonValue>;

    /// <summary>Whether named files, programs and devices are to exist on this machine.</summary>
    public bool ChecksPlaces => _text.ChecksPlaces;

    /// <summary>The name from the outermost object inwards, as in <c>apps[0].command</c>.</summary>
    public string Name
    {
        get
        {
            if (_parent is null)
                return "";
            var outer = _parent.Name;
            var name = _index >= 0 ? $"{outer}[{_index}]" : outer.Length == 0 ? _key : $"{outer}.{_key}";
            return name.Length <= MostOfName ? name : $"{name[..MostOfName]}…";
        }
    }

    /// <summary>Adds a fault: the value and what it must be. Returns false.</summary>
    public bool Fault(string must)
    {
        if (_value != Broken)
            _text.Faults.Add(Line, _parent is null ? "a configuration must be an object: { … }" : $"{Name} is {Show()}; {must}");
        return false;
    }

    /// <summary>Adds a fault without the value, which is a secret.</summary>
    public void FaultWithoutValue(string must) => _text.Faults.Add(Line, $"{Name} is not valid; {must}");

    /// <summary>Adds a fault about the key: it is not one of the known ones. Returns false.</summary>
    public bool UnknownKey(IEnumerable<string> known)
    {
        var meant = _text.Faults.AreEnough ? null : Suggestion.For(_key, known);
        _text.Faults.Add(Line, $"{Name} is not a known key; {(meant is null ? "" : $"did you mean \"{meant}\"? ")}"
            + $"known here: {string.Join(", ", known)}");
        return false;
    }

    private string Show() => _value switch
    {
        string { Length: > MostShown } s => $"\"{s[..MostShown]}…\"",
        string s => $"\"{s}\"",
        bool b => b ? "true" : "false",
        double d => d.ToString(CultureInfo.InvariantCulture),
        null => "null",
        _ => IsObject ? "an object" : "a list",
    };

    /// <summary>Reads the value as a text without NUL, at which system calls would cut it.</summary>
    /// <param name="most">The largest number of characters.</param>
    /// <param name="text">The text.</param>
    public bool TryText(int most, out string text)
    {
        text = _value as string ?? "";
        return _value is not string ? Fault("it must be a text: \"…\"")
            : text.Contains('\0') ? Fault("it must be a text without \\u0000")
            : text.Length <= most || Fault($"it must be a text of at most {most} characters, not {text.Length}");
    }

    /// <summary>Returns the value as a number; null if it is none.</summary>
    public double? AsNumber => _value as double?;

    /// <summary>Returns the value as a text; null if it is none.</summary>
    public string? AsText => _value as string;

    /// <summary>Returns the value as true or false; null if it is neither.</summary>
    public bool? AsFlag => _value as bool?;

    /// <summary>Returns whether two values are the same, apart from their places in the file. A value that is missing equals only another
    /// one.</summary>
    public static bool Equal(JsonValue? a, JsonValue? b)
    {
        if (a is null || b is null || a.IsObject != b.IsObject)
            return a is null && b is null;
        if (a.Members is { } members)
            return members.Count == b.Members!.Count && members.All(m => Equal(m, b.Member(m._key)));
        if (a.Items is { } items)
            return b.Items is { } others && items.Count == others.Count && !items.Where((item, i) => !Equal(item, others[i])).Any();
        return Equals(a._value, b._value);
    }

    /// <summary>Writes the value as JSON.</summary>
    public void Write(Utf8JsonWriter w)
    {
        if (Members is { } members)
        {
            w.WriteStartObject();
            foreach (var member in members)
            {
                w.WritePropertyName(member._key);
                member.Write(w);
            }
            w.WriteEndObject();
        }
        else if (Items is { } items)
        {
            w.WriteStartArray();
            foreach (var item in items)
                item.Write(w);
            w.WriteEndArray();
        }
        else if (AsNumber is { } number)
        {
            w.WriteNumberValue(number);
        }
        else if (AsFlag is { } flag)
        {
            w.WriteBooleanValue(flag);
        }
        else
        {
            w.WriteStringValue(AsText); // null for null
        }
    }

    /// <summary>Returns the member with a key; null if there is none or the value is no object.</summary>
    public JsonValue? Member(string key) => Members?.FirstOrDefault(m => m._key == key);
}
