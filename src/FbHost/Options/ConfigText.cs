using System.Text.Json;

namespace FbHost.Options;

/// <summary>The text of one configuration file: JSON with comments and trailing commas.</summary>
internal sealed class ConfigText
{
    /// <summary>The largest configuration file.</summary>
    public const int MostBytes = 1 << 20;

    private readonly byte[] _bytes;
    private int _counted; // bytes whose lines are counted
    private int _line = 1;

    private ConfigText(byte[] bytes, ConfigFaults faults, bool checksPlaces) =>
        (_bytes, Faults, ChecksPlaces) = (bytes, faults, checksPlaces);

    /// <summary>What is wrong with the file.</summary>
    public ConfigFaults Faults { get; }

    /// <summary>Whether named files, programs and devices are to exist on this machine.</summary>
    public bool ChecksPlaces { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="file">Its path.</param>
    /// <param name="faults">Takes the faults.</param>
    /// <param name="checksPlaces">Whether named files, programs and devices are to exist on this machine.</param>
    /// <returns>The outermost value; null if the file cannot be read or is not valid JSON.</returns>
    public static JsonValue? Read(string file, ConfigFaults faults, bool checksPlaces)
    {
        byte[] bytes;
        try
        {
            bytes = WholeFile.Read(file, MostBytes);
        }
        catch (IOException e)
        {
            faults.Add(0, e.HResult == Tmds.Linux.LibC.ENOENT
                ? "there is no such configuration file"
                : $"the configuration cannot be read: {IoFault.Text(e)}; name a file of JSON");
            return null;
        }
        return Parse(bytes, faults, checksPlaces);
    }

    /// <summary>Parses a text.</summary>
    /// <inheritdoc cref="Read"/>
    public static JsonValue? Parse(byte[] bytes, ConfigFaults faults, bool checksPlaces = false) =>
        new ConfigText(bytes, faults, checksPlaces).Parse();

    private JsonValue? Parse()
    {
        var reader = new Utf8JsonReader(_bytes,
            new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        try
        {
            reader.Read();
            var root = Value(ref reader, LineOf(reader.TokenStartIndex), null, "", 0);
            if (reader.Read())
                Faults.Add(LineOf(reader.TokenStartIndex), "there is text after the end of the configuration");
            return root;
        }
        catch (JsonException e)
        {
            Faults.Add((int)(e.LineNumber ?? 0) + 1, $"not valid JSON at column {(e.BytePositionInLine ?? 0) + 1}{Missing(reader)}");
            return null;
        }
    }

    // Says what is missing or wrong, by the token before the fault and the byte at the fault; empty if that is not clear.
    private string Missing(in Utf8JsonReader reader)
    {
        var rest = _bytes.AsSpan((int)Math.Min(reader.BytesConsumed, _bytes.Length)).TrimStart(" \t\r\n"u8);
        if (rest.IsEmpty)
            return ": the file ends too early, a } or ] is missing";
        var next = rest[0];
        return reader.TokenType switch
        {
            JsonTokenType.None => ": a configuration begins with {",
            JsonTokenType.StartObject => ": a key in double quotes is missing",
            JsonTokenType.PropertyName when next is (byte)'}' or (byte)']' or (byte)',' => ": a value is missing",
            JsonTokenType.PropertyName or JsonTokenType.StartArray => next == '"'
                ? ": the text has no closing quote, or a character that must be written with a backslash"
                : ": it must be a text in double quotes, a number, true, false, [ or {",
            _ when next == ',' => ": there is a comma too many",
            _ when next is (byte)'}' or (byte)']' => ": another bracket must be closed first",
            JsonTokenType.String => ": a comma or a colon is missing before this",
            _ => ": a comma is missing before this",
        };
    }

    // Positions must not decrease from call to call.
    private int LineOf(long at)
    {
        _line += _bytes.AsSpan(_counted, (int)at - _counted).Count((byte)'\n');
        _counted = (int)at;
        return _line;
    }

    private JsonValue Value(ref Utf8JsonReader reader, int line, JsonValue? parent, string? key, int index)
    {
        var list = new List<JsonValue>();
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var it = new JsonValue(this, line, parent, key, index, list, isObject: true);
                var keys = new HashSet<string>();
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                    Member(ref reader, it, list, keys);
                return it;
            case JsonTokenType.StartArray:
                it = new JsonValue(this, line, parent, key, index, list);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    list.Add(Value(ref reader, LineOf(reader.TokenStartIndex), it, null, list.Count));
                return it;
            default:
                it = new JsonValue(this, line, parent, key, index, Scalar(ref reader));
                if (reader.TokenType == JsonTokenType.String && !TryString(ref reader, out _))
                    Faults.Add(line, $"{it.Name} is not valid Unicode; write it in UTF-8, with \\u escapes in whole pairs");
                return it;
        }
    }

    private void Member(ref Utf8JsonReader reader, JsonValue parent, List<JsonValue> members, HashSet<string> keys)
    {
        var line = LineOf(reader.TokenStartIndex);
        var isKey = TryString(ref reader, out var key);
        if (!isKey)
            Faults.Add(line, "a key is not valid Unicode; write it in UTF-8, with \\u escapes in whole pairs");
        reader.Read();
        var value = Value(ref reader, line, parent, key, 0);
        if (isKey && keys.Add(key))
            members.Add(value);
        else if (isKey)
            Faults.Add(line, $"{value.Name} occurs twice; leave out one of them");
    }

    private static object? Scalar(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => TryString(ref reader, out var text) ? text : JsonValue.Broken,
        JsonTokenType.Number => reader.GetDouble(),
        JsonTokenType.Null => null,
        _ => reader.TokenType == JsonTokenType.True,
    };

    private static bool TryString(ref Utf8JsonReader reader, out string text)
    {
        try
        {
            text = reader.GetString()!;
            return true;
        }
        catch (InvalidOperationException) // half a surrogate pair, or invalid UTF-8
        {
            text = "";
            return false;
        }
    }
}
