using System.Text;
using System.Text.Json;
using Mmm;

namespace FbHost.Options;

/// <summary>A value of a configuration file with its line and its name, so that error messages can contain both.</summary>
internal sealed class JsonValue
{
    /// <summary>The largest configuration file.</summary>
    public const int MostBytes = 1 << 20;

    private const int MostText = 4096, MostShown = 60;
    private readonly string _file;
    private readonly int _line;
    private readonly string _name;
    private readonly object? _value; // string, double, bool, null, List<JsonValue>, Dictionary<string, JsonValue>

    private JsonValue(string file, int line, string name, object? value) => (_file, _line, _name, _value) = (file, line, name, value);

    /// <summary>Reads a file of JSON with comments and trailing commas.</summary>
    /// <exception cref="MmmException">The file is missing, unreadable, too large, or not valid JSON. The message contains the
    /// line.</exception>
    public static JsonValue Load(string file)
    {
        byte[] bytes;
        try
        {
            bytes = WholeFile.Read(file, MostBytes);
        }
        catch (IOException e)
        {
            throw new MmmException(e.HResult == Tmds.Linux.LibC.ENOENT
                ? $"{file}: there is no such configuration file"
                : $"{file}: the configuration cannot be read: {IoFault.Text(e)}; name a file of JSON");
        }
        var reader = new Utf8JsonReader(bytes,
            new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        try
        {
            reader.Read();
            var root = Parse(ref reader, bytes, file, "");
            return reader.Read() ? throw new MmmException($"{file}: there is text after the end of the configuration") : root;
        }
        catch (JsonException e)
        {
            throw new MmmException($"{file}:{(e.LineNumber ?? 0) + 1}: not valid JSON at column {(e.BytePositionInLine ?? 0) + 1}");
        }
        catch (InvalidOperationException) // a key with half a surrogate pair or invalid UTF-8
        {
            throw new MmmException($"{file}:{LineOf(bytes, reader.TokenStartIndex)}: a key is not valid Unicode");
        }
    }

    private static int LineOf(byte[] bytes, long at) => bytes.AsSpan(0, (int)at).Count((byte)'\n') + 1;

    private static JsonValue Parse(ref Utf8JsonReader reader, byte[] bytes, string file, string name)
    {
        var line = LineOf(bytes, reader.TokenStartIndex);
        object? value;
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var members = new Dictionary<string, JsonValue>();
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var key = reader.GetString()!;
                    var keyLine = LineOf(bytes, reader.TokenStartIndex);
                    reader.Read();
                    if (!members.TryAdd(key, Parse(ref reader, bytes, file, name.Length == 0 ? key : $"{name}.{key}")))
                        throw new MmmException($"{file}:{keyLine}: {key} occurs twice");
                }
                value = members;
                break;
            case JsonTokenType.StartArray:
                var items = new List<JsonValue>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    items.Add(Parse(ref reader, bytes, file, $"{name}[{items.Count}]"));
                value = items;
                break;
            case JsonTokenType.String:
                value = Unicode(ref reader, file, line, name);
                break;
            case JsonTokenType.Number:
                value = reader.GetDouble();
                break;
            default:
                value = reader.TokenType == JsonTokenType.Null ? null : reader.TokenType == JsonTokenType.True;
                break;
        }
        return new JsonValue(file, line, name, value);
    }

    private static string Unicode(ref Utf8JsonReader reader, string file, int line, string name)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new MmmException($"{file}:{line}: {name} is not valid Unicode; write it in UTF-8, with \\u escapes in whole pairs");
        }
    }

    /// <summary>Makes an exception whose message is one line: the file, the line, the value, and what it must be.</summary>
    public MmmException Fault(string must) => new($"{_file}:{_line}: {_name} is {Show()}; {must}");

    private string Show() => _value switch
    {
        string { Length: > MostShown } s => $"\"{s[..MostShown]}…\"",
        string s => $"\"{s}\"",
        bool b => b ? "true" : "false",
        double d => d.ToString(System.Globalization.CultureInfo.InvariantCulture),
        null => "null",
        List<JsonValue> => "a list",
        _ => "an object",
    };

    /// <summary>Reads the members of an object, each of which must be known.</summary>
    public void Members(params ReadOnlySpan<(string Key, Action<JsonValue> Read)> known)
    {
        if (_value is not Dictionary<string, JsonValue> members)
            throw _name.Length == 0
                ? new MmmException($"{_file}:{_line}: a configuration must be an object: {{ … }}")
                : Fault("it must be an object: { … }");
        foreach (var (key, value) in members)
        {
            Action<JsonValue>? read = null;
            var names = new StringBuilder();
            foreach (var k in known)
            {
                read = k.Key == key ? k.Read : read;
                names.Append(names.Length == 0 ? "" : ", ").Append(k.Key);
            }
            if (read is null)
                throw new MmmException($"{_file}:{value._line}: {value._name} is not a known key; known here: {names}");
            read(value);
        }
    }

    /// <summary>The members of an object whose keys the user chooses.</summary>
    public IEnumerable<(string Key, JsonValue Value)> Entries => _value is Dictionary<string, JsonValue> members
        ? members.Select(m => (m.Key, m.Value))
        : throw Fault("it must be an object: { … }");

    /// <summary>The value as a text of at most 4096 characters, without NUL.</summary>
    public string Text => TextOf(MostText);

    /// <summary>Returns the value as a name or path, which must not be empty.</summary>
    /// <param name="what">What it names, for the message "it must name ...".</param>
    public string Name(string what) => Text.Length > 0 ? Text : throw Fault($"it must name {what}");

    /// <summary>Returns the value as a text without NUL, at which system calls would cut it.</summary>
    /// <param name="most">The largest number of characters.</param>
    public string TextOf(int most)
    {
        if (_value is not string text)
            throw Fault("it must be a text: \"…\"");
        if (text.Contains('\0'))
            throw Fault("it must be a text without \\u0000");
        return text.Length <= most ? text : throw Fault($"it must be a text of at most {most} characters, not {text.Length}");
    }

    public bool Flag => _value as bool? ?? throw Fault("it must be true or false");

    public int Integer(int min, int max) => _value is double d && d >= min && d <= max && Math.Floor(d) == d
        ? (int)d
        : throw Fault($"it must be a whole number from {min} to {max}");

    public double Number(double min, double max) => _value is double d && d >= min && d <= max
        ? d
        : throw Fault(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"it must be a number from {min} to {max}"));

    /// <summary>Returns the value, which must be one of the given whole numbers.</summary>
    public int Is(params ReadOnlySpan<int> known)
    {
        if (_value is double d && Math.Floor(d) == d && Math.Abs(d) < int.MaxValue && known.Contains((int)d))
            return (int)d;
        throw Fault($"it must be {string.Join(", ", known[..^1].ToArray())} or {known[^1]}");
    }

    public IReadOnlyList<JsonValue> Items => _value as List<JsonValue> ?? throw Fault("it must be a list: [ … ]");
}
