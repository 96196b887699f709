using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace FbHost.Options;

/// <summary>What a value of the configuration may be.</summary>
internal abstract class ConfigType
{
    /// <summary>Writes the members of the JSON schema that describe such a value.</summary>
    public abstract void WriteSchema(Utf8JsonWriter w);
}

/// <summary>What a value of the configuration may be, and what it is read as.</summary>
internal abstract class ConfigType<TValue> : ConfigType
{
    /// <summary>Reads a value. Returns false after it has added one or more faults.</summary>
    public abstract bool TryRead(JsonValue v, [MaybeNullWhen(false)] out TValue value);
}

/// <summary>A text.</summary>
/// <param name="must">Returns what the text must be; null if it is valid.</param>
/// <param name="place">Returns what is wrong with a named file, program or device on this machine; null if nothing is.</param>
/// <param name="most">The most characters.</param>
/// <param name="least">The least number of characters.</param>
internal sealed class TextType(
    Func<string, string?> must, Func<string, string?>? place = null, int most = JsonValue.MostText, int least = 1) : ConfigType<string>
{
    public override bool TryRead(JsonValue v, out string value)
    {
        if (!v.TryText(most, out value))
            return false;
        if (must(value) is { } fault)
            return v.Fault(fault);
        return !v.ChecksPlaces || place?.Invoke(value) is not { } missing || v.Fault(missing);
    }

    public override void WriteSchema(Utf8JsonWriter w)
    {
        w.WriteString("type", "string");
        if (least > 0)
            w.WriteNumber("minLength", least);
        w.WriteNumber("maxLength", most);
    }
}

/// <summary>One of some words, which is read as its place among them.</summary>
internal sealed class WordType(params string[] words) : ConfigType<int>
{
    public override bool TryRead(JsonValue v, out int value)
    {
        value = 0;
        if (!v.TryText(JsonValue.MostText, out var text))
            return false;
        value = Array.IndexOf(words, text);
        return value >= 0 || v.Fault(Must(text));
    }

    private string Must(string text)
    {
        var meant = Suggestion.For(text, words);
        var all = $"it must be \"{string.Join("\", \"", words[..^1])}\" or \"{words[^1]}\"";
        return meant is null ? all : $"did you mean \"{meant}\"? {all}";
    }

    public override void WriteSchema(Utf8JsonWriter w)
    {
        w.WriteStartArray("enum");
        foreach (var word in words)
            w.WriteStringValue(word);
        w.WriteEndArray();
    }
}

/// <summary>True or false.</summary>
internal sealed class FlagType : ConfigType<bool>
{
    public override bool TryRead(JsonValue v, out bool value)
    {
        value = v.AsFlag ?? false;
        return v.AsFlag is not null || v.Fault("it must be true or false");
    }

    public override void WriteSchema(Utf8JsonWriter w) => w.WriteString("type", "boolean");
}

/// <summary>A whole number of a range.</summary>
/// <param name="min">The least number.</param>
/// <param name="max">The largest number.</param>
/// <param name="place">Returns what is wrong with the device of this number on this machine; null if nothing is.</param>
internal sealed class IntegerType(int min, int max, Func<int, string?>? place = null) : ConfigType<int>
{
    public override bool TryRead(JsonValue v, out int value)
    {
        value = 0;
        if (v.AsNumber is not { } d || d < min || d > max || Math.Floor(d) != d)
            return v.Fault($"it must be a whole number from {min} to {max}");
        value = (int)d;
        return !v.ChecksPlaces || place?.Invoke(value) is not { } missing || v.Fault(missing);
    }

    public override void WriteSchema(Utf8JsonWriter w)
    {
        w.WriteString("type", "integer");
        w.WriteNumber("minimum", min);
        w.WriteNumber("maximum", max);
    }
}

/// <summary>A whole number of a range, or a name in its place.</summary>
/// <param name="number">The numbers.</param>
/// <param name="name">The names.</param>
/// <param name="example">A name, for the message.</param>
internal sealed class NumberOrNameType(IntegerType number, TextType name, string example) : ConfigType<(int Number, string? Name)>
{
    public override bool TryRead(JsonValue v, out (int Number, string? Name) value)
    {
        value = default;
        if (v.AsText is not null)
        {
            var isName = name.TryRead(v, out var text);
            value.Name = text;
            return isName;
        }
        if (v.AsNumber is null)
            return v.Fault($"it must be a whole number, or a name, as in \"{example}\"");
        return number.TryRead(v, out value.Number);
    }

    public override void WriteSchema(Utf8JsonWriter w)
    {
        w.WriteStartArray("anyOf");
        foreach (ConfigType type in (ConfigType[])[number, name])
        {
            w.WriteStartObject();
            type.WriteSchema(w);
            w.WriteEndObject();
        }
        w.WriteEndArray();
    }
}

/// <summary>A number of a range.</summary>
internal sealed class NumberType(double min, double max) : ConfigType<double>
{
    public override bool TryRead(JsonValue v, out double value)
    {
        value = v.AsNumber ?? double.NaN;
        return (value >= min && value <= max)
            || v.Fault(string.Create(CultureInfo.InvariantCulture, $"it must be a number from {min} to {max}"));
    }

    public override void WriteSchema(Utf8JsonWriter w)
    {
        w.WriteString("type", "number");
        w.WriteNumber("minimum", min);
        w.WriteNumber("maximum", max);
    }
}

/// <summary>One of some whole numbers.</summary>
internal sealed class ChoiceType(params int[] numbers) : ConfigType<int>
{
    public override bool TryRead(JsonValue v, out int value)
    {
        value = v.AsNumber is { } d && Math.Floor(d) == d && Math.Abs(d) < int.MaxValue ? (int)d : int.MinValue;
        return numbers.Contains(value) || v.Fault($"it must be {string.Join(", ", numbers[..^1])} or {numbers[^1]}");
    }

    public override void WriteSchema(Utf8JsonWriter w)
    {
        w.WriteStartArray("enum");
        foreach (var number in numbers)
            w.WriteNumberValue(number);
        w.WriteEndArray();
    }
}

/// <summary>A list.</summary>
/// <param name="item">What each item may be.</param>
/// <param name="least">The least number of items.</param>
/// <param name="most">The largest number of items.</param>
/// <param name="must">What the list must be, for one of another length.</param>
/// <param name="first">What the first item may be; null if it may be what the others may be.</param>
internal sealed class ListType<TValue>(
    ConfigType<TValue> item, int least = 0, int most = int.MaxValue, string must = "", ConfigType<TValue>? first = null)
    : ConfigType<IReadOnlyList<TValue>>
{
    public override bool TryRead(JsonValue v, [MaybeNullWhen(false)] out IReadOnlyList<TValue> value)
    {
        value = null;
        if (v.Items is not { } items)
            return v.Fault("it must be a list: [ … ]");
        if (items.Count < least || items.Count > most)
            return v.Fault(must);
        var all = new List<TValue>();
        foreach (var i in items)
        {
            if ((all.Count == 0 && first is not null ? first : item).TryRead(i, out var read))
                all.Add(read);
        }
        value = all;
        return all.Count == items.Count;
    }

    public override void WriteSchema(Utf8JsonWriter w)
    {
        w.WriteString("type", "array");
        if (least > 0)
            w.WriteNumber("minItems", least);
        if (most < int.MaxValue)
            w.WriteNumber("maxItems", most);
        w.WriteStartObject("items");
        item.WriteSchema(w);
        w.WriteEndObject();
    }
}

/// <summary>An object whose keys are not known before.</summary>
/// <param name="must">Returns what is wrong with a key; null if it is valid.</param>
/// <param name="value">What each value may be.</param>
internal sealed class MapType<TValue>(Func<string, string?> must, ConfigType<TValue> value)
    : ConfigType<IReadOnlyList<KeyValuePair<string, TValue>>>
{
    public override bool TryRead(JsonValue v, [MaybeNullWhen(false)] out IReadOnlyList<KeyValuePair<string, TValue>> map)
    {
        map = null;
        if (v.Members is not { } members)
            return v.Fault("it must be an object: { … }");
        var all = new List<KeyValuePair<string, TValue>>();
        foreach (var member in members)
        {
            if (must(member.Key) is { } fault)
                member.Fault(fault);
            else if (value.TryRead(member, out var read))
                all.Add(new(member.Key, read));
        }
        map = all;
        return all.Count == members.Count;
    }

    public override void WriteSchema(Utf8JsonWriter w)
    {
        w.WriteString("type", "object");
        w.WriteStartObject("additionalProperties");
        value.WriteSchema(w);
        w.WriteEndObject();
    }
}

/// <summary>A list of numbers that is checked once more after it was read.</summary>
/// <param name="inner">What the list may be.</param>
/// <param name="must">Returns what the list must be; null if it is valid.</param>
internal sealed class CheckedType<TItem>(ListType<TItem> inner, Func<IReadOnlyList<TItem>, string?> must)
    : ConfigType<IReadOnlyList<TItem>>
{
    public override bool TryRead(JsonValue v, [MaybeNullWhen(false)] out IReadOnlyList<TItem> value) =>
        inner.TryRead(v, out value) && (must(value) is not { } fault || v.Fault(fault));

    public override void WriteSchema(Utf8JsonWriter w) => inner.WriteSchema(w);
}
