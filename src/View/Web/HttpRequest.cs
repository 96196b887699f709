using System.Text;

namespace View.Web;

/// <summary>The head of an HTTP/1.1 request, and a short body.</summary>
internal sealed class HttpRequest
{
    private const int MostHead = 16 * 1024, MostBody = 4096;
    private readonly Dictionary<string, string> _headers = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>GET or another word.</summary>
    public string Method { get; private set; } = "";

    /// <summary>The path without the query.</summary>
    public string Path { get; private set; } = "";

    /// <summary>The query's or the form's fields.</summary>
    public Dictionary<string, string> Fields { get; private set; } = [];

    /// <summary>A header's value; null if there is none.</summary>
    public string? this[string header] => _headers.GetValueOrDefault(header);

    /// <summary>A cookie's value; null if there is none.</summary>
    public string? Cookie(string name) => this["Cookie"]?.Split(';').Select(c => c.Trim().Split('=', 2))
        .FirstOrDefault(c => c.Length == 2 && c[0] == name)?[1];

    /// <summary>Whether a WebSocket is requested.</summary>
    public bool IsWebSocket => "websocket".Equals(this["Upgrade"], StringComparison.OrdinalIgnoreCase)
        && this["Sec-WebSocket-Version"] == "13" && this["Sec-WebSocket-Key"] is { Length: 24 };

    /// <summary>Whether the connection is to be closed after the answer.</summary>
    public bool IsLast { get; private set; }

    /// <summary>Reads a request. Returns null at the end of the connection, and for what is not HTTP.</summary>
    public static async Task<HttpRequest?> TryRead(Stream stream, CancellationToken cancel)
    {
        var buffer = new byte[MostHead];
        var length = 0;
        int end;
        while ((end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8)) < 0)
        {
            var n = length < buffer.Length ? await stream.ReadAsync(buffer.AsMemory(length), cancel) : 0;
            if (n == 0)
                return null;
            length += n;
        }
        var request = new HttpRequest();
        if (!request.TryParse(Encoding.Latin1.GetString(buffer, 0, end)))
            return null;
        return await request.TryReadBody(stream, buffer.AsMemory((end + 4)..length), cancel) ? request : null;
    }

    private bool TryParse(string head)
    {
        var lines = head.Split("\r\n");
        if (lines[0].Split(' ') is not [var method, ['/', ..] target, "HTTP/1.1" or "HTTP/1.0"])
            return false;
        IsLast = lines[0].EndsWith("1.0", StringComparison.Ordinal);
        Method = method;
        var query = target.IndexOf('?');
        Path = query < 0 ? target : target[..query];
        Fields = ReadFields(query < 0 ? "" : target[(query + 1)..]);
        foreach (var line in lines[1..])
        {
            var colon = line.IndexOf(':');
            if (colon <= 0 || !_headers.TryAdd(line[..colon], line[(colon + 1)..].Trim()))
                return false; // a header that is there twice could be read in two ways
        }
        IsLast |= "close".Equals(this["Connection"], StringComparison.OrdinalIgnoreCase);
        return this["Transfer-Encoding"] is null && this["Host"] is not null;
    }

    private async Task<bool> TryReadBody(Stream stream, ReadOnlyMemory<byte> first, CancellationToken cancel)
    {
        var length = 0;
        if (this["Content-Length"] is { } text && (!int.TryParse(text, out length) || length is < 0 or > MostBody))
            return false;
        if (first.Length > length)
            return false; // a client that sends the next request before the answer
        if (length == 0)
            return true;
        var body = new byte[length];
        first.CopyTo(body);
        await stream.ReadExactlyAsync(body.AsMemory(first.Length), cancel);
        Fields = ReadFields(Encoding.UTF8.GetString(body));
        return true;
    }

    private static Dictionary<string, string> ReadFields(string text)
    {
        var fields = new Dictionary<string, string>();
        foreach (var field in text.Split('&'))
        {
            if (field.Split('=', 2) is [var name, var value])
                fields[name] = Uri.UnescapeDataString(value.Replace('+', ' '));
        }
        return fields;
    }
}
