using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace FbHost.Options;

/// <summary>A key of an object of the configuration.</summary>
/// <param name="name">The key.</param>
/// <param name="description">What it sets, in one sentence.</param>
/// <param name="initial">The default as JSON; null if there is none.</param>
/// <param name="isRequired">True if the object must have it.</param>
internal abstract class ConfigKey<TTarget>(string name, string description, string? initial, bool isRequired)
{
    public string Name => name;

    public bool IsRequired => isRequired;

    /// <summary>Reads the key's value into the target. Returns false after it has added one or more faults.</summary>
    public abstract bool TryRead(TTarget target, JsonValue v);

    /// <summary>What the value may be.</summary>
    protected abstract ConfigType Type { get; }

    /// <summary>Writes the JSON schema of the key.</summary>
    public void WriteSchema(Utf8JsonWriter w)
    {
        w.WriteStartObject(name);
        w.WriteString("description", description);
        Type.WriteSchema(w);
        if (initial is not null)
        {
            w.WritePropertyName("default");
            w.WriteRawValue(initial);
        }
        w.WriteEndObject();
    }
}

/// <summary>A key with a value of some type.</summary>
/// <param name="name">The key.</param>
/// <param name="type">What the value may be.</param>
/// <param name="set">Sets the value.</param>
/// <param name="description">What it sets, in one sentence.</param>
/// <param name="initial">The default as JSON; null if there is none.</param>
/// <param name="isRequired">True if the object must have it.</param>
/// <param name="keepsValidItems">True if a list with faulty items is set to the other ones.</param>
internal sealed class ConfigKey<TTarget, TValue>(
    string name, ConfigType<TValue> type, Action<TTarget, TValue> set, string description, string? initial = null, bool isRequired = false,
    bool keepsValidItems = false)
    : ConfigKey<TTarget>(name, description, initial, isRequired)
{
    protected override ConfigType Type => type;

    public override bool TryRead(TTarget target, JsonValue v)
    {
        var isValid = type.TryRead(v, out var value);
        if (isValid || (keepsValidItems && value is not null))
            set(target, value!);
        return isValid;
    }
}

/// <summary>A key whose value is an object with known keys, which set something of the same target.</summary>
internal sealed class ConfigGroup<TTarget>(string name, ConfigKey<TTarget>[] keys, string description)
    : ConfigKey<TTarget>(name, description, null, false)
{
    protected override ConfigType Type { get; } = new ObjectType<TTarget>(() => default!, keys);

    public override bool TryRead(TTarget target, JsonValue v) => ObjectType<TTarget>.TryRead(target, v, keys);
}

/// <summary>An object with known keys.</summary>
/// <param name="make">Makes what the keys set.</param>
/// <param name="keys">The keys.</param>
/// <param name="must">Returns what the object must be; null if it is valid.</param>
/// <param name="sets">Sets of keys, one of which the object must have, for the schema; <paramref name="must"/> checks it.</param>
internal sealed class ObjectType<TTarget>(
    Func<TTarget> make, ConfigKey<TTarget>[] keys, Func<TTarget, string?>? must = null, string[][]? sets = null)
    : ConfigType<TTarget>
{
    public override bool TryRead(JsonValue v, [MaybeNullWhen(false)] out TTarget value)
    {
        value = make();
        return TryRead(value, v, keys) && (must?.Invoke(value) is not { } fault || v.Fault(fault));
    }

    /// <summary>Reads the members of an object, each of which must be known, into a target.</summary>
    public static bool TryRead(TTarget target, JsonValue v, ConfigKey<TTarget>[] keys)
    {
        if (v.Members is not { } members)
            return v.Fault("it must be an object: { … }");
        var isValid = true;
        foreach (var member in members)
        {
            var key = Array.Find(keys, k => k.Name == member.Key);
            isValid &= key is null ? member.UnknownKey(keys.Select(k => k.Name)) : key.TryRead(target, member);
        }
        foreach (var key in keys)
        {
            if (key.IsRequired && v.Member(key.Name) is null)
                isValid = v.Fault($"it must have {("aeio".Contains(key.Name[0]) ? "an" : "a")} \"{key.Name}\"");
        }
        return isValid;
    }

    public override void WriteSchema(Utf8JsonWriter w)
    {
        WriteSchema(w, keys);
        if (sets is null)
            return;
        w.WriteStartArray("anyOf");
        foreach (var set in sets)
        {
            w.WriteStartObject();
            Require(w, set);
            w.WriteEndObject();
        }
        w.WriteEndArray();
    }

    private static void Require(Utf8JsonWriter w, IEnumerable<string> names)
    {
        w.WriteStartArray("required");
        foreach (var name in names)
            w.WriteStringValue(name);
        w.WriteEndArray();
    }

    /// <summary>Writes the JSON schema of an object with these keys.</summary>
    public static void WriteSchema(Utf8JsonWriter w, ConfigKey<TTarget>[] keys)
    {
        w.WriteString("type", "object");
        w.WriteStartObject("properties");
        foreach (var key in keys)
            key.WriteSchema(w);
        w.WriteEndObject();
        if (keys.Any(k => k.IsRequired))
            Require(w, keys.Where(k => k.IsRequired).Select(k => k.Name));
        w.WriteBoolean("additionalProperties", false);
    }
}
