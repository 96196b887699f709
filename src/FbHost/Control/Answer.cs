using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FbHost.Options;
using Mmm;

namespace FbHost.Control;

/// <summary>An object of an answer of the control socket.</summary>
internal readonly struct Answer
{
    private readonly JsonValue _object;

    private Answer(JsonValue value) => _object = value;

    /// <summary>Reads one line.</summary>
    /// <exception cref="MmmException">It is not a JSON object.</exception>
    public static Answer Parse(string line) =>
        ConfigText.Parse(Encoding.UTF8.GetBytes(line), new ConfigFaults("the host's answer")) is { IsObject: true } value
            ? new Answer(value)
            : throw new MmmException("the host's answer is not a JSON object; the versions of mmm and mmmctl may differ");

    /// <summary>Returns whether there is a member of that name.</summary>
    public bool Has(string name) => _object.Member(name) is not null;

    /// <summary>A text, number or flag as it is shown; "-" if it is missing.</summary>
    public string Text(string name) => _object.Member(name) switch
    {
        null => "-",
        { AsText: { } text } => text,
        { AsNumber: { } number } => number.ToString(CultureInfo.InvariantCulture),
        { AsFlag: { } flag } => flag ? "true" : "false",
        _ => "",
    };

    /// <summary>A number; 0 if it is missing.</summary>
    public double Number(string name) => _object.Member(name)?.AsNumber ?? 0;

    /// <summary>A flag; false if it is missing.</summary>
    public bool Flag(string name) => _object.Member(name)?.AsFlag == true;

    /// <summary>An object that must be there.</summary>
    public Answer Object(string name) => new(_object.Member(name)!);

    /// <summary>The objects of a list; none if it is missing.</summary>
    public IReadOnlyList<Answer> List(string name) => [.. (_object.Member(name)?.Items ?? []).Select(i => new Answer(i))];

    /// <summary>The texts of a list; none if it is missing.</summary>
    public IReadOnlyList<string> Texts(string name) => [.. (_object.Member(name)?.Items ?? []).Select(i => i.AsText ?? "")];

    /// <summary>The objects as a JSON list in one line.</summary>
    public static string ToJson(IEnumerable<Answer> objects) => Json(w =>
    {
        w.WriteStartArray();
        foreach (var answer in objects)
            answer._object.Write(w);
        w.WriteEndArray();
    });

    /// <summary>The object as JSON in one line.</summary>
    public string ToJson() => Json(_object.Write);

    private static string Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var w = new Utf8JsonWriter(buffer))
            write(w);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
