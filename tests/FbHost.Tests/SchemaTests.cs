using System.Text.Json;
using System.Text.RegularExpressions;
using FbHost.Options;

namespace FbHost.Tests;

/// <summary>The JSON schema of the configuration: docs/appliance.schema.json.</summary>
public class SchemaTests
{
    private static readonly JsonDocumentOptions Jsonc = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
    private static readonly JsonElement Schema = JsonDocument.Parse(ConfigSchema.Make()).RootElement;

    private static string Docs(string name) => File.ReadAllText(Path.Combine(Repository.Root, "docs", name));

    [Fact]
    public void The_file_in_docs_is_what_mmm_prints()
    {
        using var mmm = new Child(Programs.Mmm, ["--schema"]);
        Assert.Equal(0, mmm.WaitForEnd());
        Assert.Equal(Docs("appliance.schema.json").TrimEnd().Split('\n'), mmm.Output);
    }

    [Fact]
    public void The_example_configurations_are_valid()
    {
        const string apps = """ "apps": [ { "name": "clock", "command": ["c"] }, { "name": "panel", "command": ["p"] } ], """;
        using var temp = new TempDirectory();
        var examples = Regex.Matches(Docs("configuration.md"), "```jsonc\n(.*?)```", RegexOptions.Singleline).Select(m => m.Groups[1].Value)
            .Select(e => e.TrimStart()[0] == '"' ? $"{{ {(e.Contains("\"apps\":", StringComparison.Ordinal) ? "" : apps)} {e} }}" : e)
            .Append(File.ReadAllText(Path.Combine(Repository.Root, "firmware-image/rootfs/etc/mmm/appliance.json"))).ToList();
        Assert.True(examples.Count >= 3);
        Assert.All(examples, e => Assert.Empty(Faults(Schema, JsonDocument.Parse(e, Jsonc).RootElement, "")));
        Assert.All(examples, e => Assert.Empty(ConfigFile.Check(temp.Write("a.json", e), checksPlaces: false)));
    }

    // The schema and the reader agree about what is written here.
    [Theory]
    [InlineData("""{ "display": { "rotaet": 90 } }""")]
    [InlineData("""{ "display": { "rotate": 45 } }""")]
    [InlineData("""{ "display": { "cursor": "nevr" } }""")]
    [InlineData("""{ "display": { "dither": 1 } }""")]
    [InlineData("""{ "display": [] }""")]
    [InlineData("""{ "path": "" }""")]
    [InlineData("""{ "audio": { "volume": 101 } }""")]
    [InlineData("""{ "audio": { "volume": 1.5 } }""")]
    [InlineData("""{ "audio": { "latencyMs": 1 } }""")]
    [InlineData("""{ "buttons": [ { "line": 1 } ] }""")]
    [InlineData("""{ "buttons": [ { "line": true, "event": "a" } ] }""")]
    [InlineData("""{ "buttons": [ { "line": "", "event": "a" } ] }""")]
    [InlineData("""{ "buttons": [ { "line": 1, "event": "a", "pull": "off" } ] }""")]
    [InlineData("""{ "leds": [ { "line": 1 } ] }""")]
    [InlineData("""{ "leds": [ { "name": "ok", "line": 1, "initial": "blink" } ] }""")]
    [InlineData("""{ "leds": [ { "name": "ok", "line": 1, "initial": 101 } ] }""")]
    [InlineData("""{ "leds": [ { "name": "ok", "pwm": { "chip": 0 } } ] }""")]
    [InlineData("""{ "display": { "schedule": [ { "from": "08:00", "screen": "off" } ] } }""")]
    [InlineData("""{ "display": { "schedule": [ { "from": "08:00", "to": "09:00", "brightness": 101 } ] } }""")]
    [InlineData("""{ "apps": [ { "command": ["x"], "schedule": [ { "from": "08:00", "to": "09:00", "screen": "off" } ] } ] }""")]
    [InlineData("""{ "buttons": [ { "key": "F5" } ] }""")]
    [InlineData("""{ "buttons": [ { "line": 1, "on": { "pres": "key a" } } ] }""")]
    [InlineData("""{ "buttons": [ { "line": 1, "on": { "press": 5 } } ] }""")]
    [InlineData("""{ "buttons": [ { "line": 1, "on": { "press": { "app": "x" } } } ] }""")]
    [InlineData("""{ "buttons": [ { "rows": [1], "columns": [2] } ] }""")]
    [InlineData("""{ "buttons": [ { "encoder": [1], "on": { "left": "key a" } } ] }""")]
    [InlineData("""{ "apps": [ { "command": [] } ] }""")]
    [InlineData("""{ "messages": [ "explode" ] }""")]
    [InlineData("""{ "input": { "touch": { "calibration": [1, 0, 0, 0, 1] } } }""")]
    [InlineData("""{ "input": { "keys": { "host": { "a": "b" } } } }""")]
    [InlineData("""{ "input": { "rules": [ { "ignore": true } ] } }""")]
    public void What_the_reader_refuses_the_schema_refuses(string config)
    {
        using var temp = new TempDirectory();
        Assert.NotEmpty(ConfigFile.Check(temp.Write("a.json", config), checksPlaces: false));
        Assert.NotEmpty(Faults(Schema, JsonDocument.Parse(config).RootElement, ""));
    }

    [Fact]
    public void Each_default_is_valid_and_each_key_is_described_in_docs()
    {
        var docs = Docs("configuration.md");
        var count = 0;
        Walk(Schema);
        Assert.InRange(count, 70, 200);

        void Walk(JsonElement schema)
        {
            if (schema.TryGetProperty("items", out var items))
                Walk(items);
            if (!schema.TryGetProperty("properties", out var properties))
                return;
            foreach (var key in properties.EnumerateObject())
            {
                count++;
                Assert.Contains(key.Name, docs);
                Assert.EndsWith(".", key.Value.GetProperty("description").GetString());
                if (key.Value.TryGetProperty("default", out var value))
                    Assert.Empty(Faults(key.Value, value, key.Name));
                Walk(key.Value);
            }
        }
    }

    // Validates what the schema uses of JSON schema, and fails for anything else.
    private static IEnumerable<string> Faults(JsonElement schema, JsonElement value, string at)
    {
        foreach (var rule in schema.EnumerateObject())
        {
            var isValid = rule.Name switch
            {
                "type" => rule.Value.GetString() switch
                {
                    "object" => value.ValueKind == JsonValueKind.Object,
                    "array" => value.ValueKind == JsonValueKind.Array,
                    "string" => value.ValueKind == JsonValueKind.String,
                    "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
                    "number" => value.ValueKind == JsonValueKind.Number,
                    "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
                    _ => throw new InvalidOperationException(rule.Value.ToString()),
                },
                "anyOf" => rule.Value.EnumerateArray().Any(s => !Faults(s, value, at).Any()),
                "enum" => rule.Value.EnumerateArray().Any(e => JsonElement.DeepEquals(e, value)),
                "minimum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() >= rule.Value.GetDouble(),
                "maximum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() <= rule.Value.GetDouble(),
                "minLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.Length >= rule.Value.GetInt32(),
                "maxLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.Length <= rule.Value.GetInt32(),
                "minItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() >= rule.Value.GetInt32(),
                "maxItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() <= rule.Value.GetInt32(),
                "required" => value.ValueKind != JsonValueKind.Object
                    || rule.Value.EnumerateArray().All(k => value.TryGetProperty(k.GetString()!, out _)),
                "properties" or "items" or "additionalProperties" or "description" or "default" or "title" or "$schema"
                    or "allowComments" or "allowTrailingCommas" => true,
                _ => throw new InvalidOperationException($"the validator does not know {rule.Name}"),
            };
            if (!isValid)
                yield return $"{at} is {value}; {rule}";
        }
        foreach (var fault in value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items)
            ? value.EnumerateArray().SelectMany(i => Faults(items, i, $"{at}[]"))
            : [])
            yield return fault;
        if (value.ValueKind != JsonValueKind.Object)
            yield break;
        foreach (var member in value.EnumerateObject())
        {
            JsonElement its = default;
            var isKnown = schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(member.Name, out its);
            if (!isKnown && schema.TryGetProperty("additionalProperties", out its) && its.ValueKind == JsonValueKind.False)
                yield return $"{at}.{member.Name} is not known";
            foreach (var fault in its.ValueKind == JsonValueKind.Object ? Faults(its, member.Value, $"{at}.{member.Name}") : [])
                yield return fault;
        }
    }
}
