using System.Text;
using System.Text.Json;
using Mmm;

namespace FbHost.Options;

/// <summary>Changes one value in a configuration file and nothing else: comments, order and layout are kept.</summary>
internal static class ConfigEdit
{
    private static readonly JsonReaderOptions Jsonc = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>
    /// Sets a value in a file. The new content is checked first; then the file is replaced as a whole. If anything fails, the file is
    /// unchanged.
    /// </summary>
    /// <param name="file">The configuration; a symbolic link is followed.</param>
    /// <param name="path">Names from the outermost object inwards; missing objects are created.</param>
    /// <param name="value">The value as JSON.</param>
    /// <param name="check">Throws <see cref="MmmException"/> if the new file is not a valid configuration.</param>
    /// <exception cref="MmmException">The file cannot be read, changed or written. The message is one line.</exception>
    public static void Save(string file, ReadOnlySpan<string> path, string value, Action<string> check)
    {
        try
        {
            file = File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(file);
            var mode = File.GetUnixFileMode(file);
            if ((mode & (UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) == 0)
                throw new MmmException($"{file}: is read-only; make it writable (chmod u+w) to store this setting");
            WholeFile.Replace(file, Set(WholeFile.Read(file, ConfigText.MostBytes), path, value), check);
        }
        catch (JsonException e)
        {
            throw new MmmException($"{file}:{(e.LineNumber ?? 0) + 1}: not valid JSON; the file is not changed");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MmmException($"{file}: cannot be written: {IoFault.Text(e)}");
        }
    }

    /// <summary>Returns the text with one value set.</summary>
    /// <exception cref="JsonException">The text is not valid JSON.</exception>
    /// <exception cref="MmmException">A name on the path has a value that is not an object.</exception>
    public static byte[] Set(byte[] json, ReadOnlySpan<string> path, string value)
    {
        var reader = new Utf8JsonReader(json, Jsonc);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new MmmException("a configuration must be an object: { … }");
        var open = (int)reader.TokenStartIndex;
        var last = -1; // the end of the last member so far of the current object
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals(path[0]))
            {
                reader.Skip();
                last = (int)reader.BytesConsumed;
                continue;
            }
            reader.Read();
            if (path.Length == 1)
            {
                var from = (int)reader.TokenStartIndex;
                reader.Skip();
                return Splice(json, from, (int)reader.BytesConsumed, value);
            }
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new MmmException($"{path[0]} is not an object: {{ … }}");
            path = path[1..];
            (open, last) = ((int)reader.TokenStartIndex, -1);
        }
        return Insert(json, open, last, (int)reader.TokenStartIndex, Member(path, value));
    }

    private static string Member(ReadOnlySpan<string> path, string value) =>
        path.Length == 0 ? value : $"\"{path[0]}\": {(path.Length == 1 ? value : $"{{ {Member(path[1..], value)} }}")}";

    // Inserts the last member of the object between the braces: on a line of its own if the closing brace has one.
    private static byte[] Insert(byte[] json, int open, int last, int close, string member)
    {
        var comma = last < 0 ? -1 : Comma(json, last, close);
        var line = json.AsSpan(0, close).LastIndexOf((byte)'\n') + 1;
        if (line > open && json.AsSpan(line, close - line).Trim(" \t\r"u8).IsEmpty)
        {
            var end = line >= 2 && json[line - 2] == '\r' ? "\r\n" : "\n";
            json = Splice(json, line, line, $"{Indent(json, open, close)}{member}{end}");
            return last >= 0 && comma < 0 ? Splice(json, last, last, ",") : json;
        }
        if (last < 0)
            return Splice(json, open + 1, open + 1, open + 1 == close ? $" {member} " : $" {member}");
        return comma < 0 ? Splice(json, last, last, $", {member}") : Splice(json, comma + 1, comma + 1, $" {member}");
    }

    // Returns the indentation of the first member if it has a line of its own; otherwise two spaces more than the brace.
    private static string Indent(byte[] json, int open, int close)
    {
        var rest = json.AsSpan(open + 1, close - open - 1);
        var line = rest[(rest.IndexOf((byte)'\n') + 1)..];
        var spaces = line.Length - line.TrimStart(" \t"u8).Length;
        var isLast = spaces == line.Length; // the brace's own
        return Encoding.ASCII.GetString(line[..spaces]) + (isLast ? "  " : "");
    }

    // Returns the position of the comma after the last member, or -1.
    private static int Comma(byte[] json, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            if (json[i] == ',')
                return i;
            if (json[i] != '/')
                continue;
            var isLine = json[i + 1] == '/';
            i += 2;
            i += isLine ? json.AsSpan(i).IndexOf((byte)'\n') : json.AsSpan(i).IndexOf("*/"u8) + 1;
        }
        return -1;
    }

    private static byte[] Splice(byte[] json, int from, int to, string text) =>
        [.. json.AsSpan(0, from), .. Encoding.UTF8.GetBytes(text), .. json.AsSpan(to)];
}
