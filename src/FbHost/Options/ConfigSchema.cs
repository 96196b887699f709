using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FbHost.Options;

/// <summary>The JSON schema of the configuration file, by which editors complete and check it.</summary>
internal static class ConfigSchema
{
    /// <summary>Makes the schema from the table of keys.</summary>
    public static string Make()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var w = new Utf8JsonWriter(buffer, new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            w.WriteStartObject();
            w.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
            w.WriteString("title", "The configuration of mmm");
            w.WriteBoolean("allowComments", true);
            w.WriteBoolean("allowTrailingCommas", true);
            ObjectType<ServeOptions>.WriteSchema(w, ConfigTable.Keys());
            w.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }
}
