using System.Net;
using System.Text;
using FbHost.Control;
using Mmm;
using View.Host;
using View.Security;

namespace View.Web;

/// <summary>The page /metrics: the figures of <c>mmmctl metrics</c>, for Prometheus.</summary>
internal static class Metrics
{
    private const string Scheme = "Basic ";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5); // a scrape is given up after 10 s

    /// <summary>The type of the page.</summary>
    public const string ContentType = HealthMetrics.ContentType;

    /// <summary>Returns whether a request without a login has a password of the viewers with it (RFC 7617): a collector has no
    /// cookie. The user's name does not matter.</summary>
    public static async Task<bool> MayRead(HttpRequest request, Gate gate, IPAddress? address)
    {
        var credentials = new byte[1024];
        if (request["Authorization"] is not { } text || !text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            || !Convert.TryFromBase64String(text[Scheme.Length..].Trim(), credentials, out var length))
            return false;
        return Encoding.UTF8.GetString(credentials, 0, length).Split(':', 2) is [_, { Length: > 0 } password]
            && await gate.CheckPassword(password, address) is not null;
    }

    /// <summary>Asks the host for its figures. Returns null if it is not running, or does not answer within 5 s.</summary>
    public static async Task<byte[]?> Read(string directory)
    {
        using var host = HostRequests.TryConnect(directory);
        if (host is null)
            return null;
        try
        {
            await host.Send(["health"]).WaitAsync(Patience);
            return await host.ReadLine().WaitAsync(Patience) is { } line && Answer.Parse(Encoding.UTF8.GetString(line))
                is var health && health.Flag("ok") ? Encoding.UTF8.GetBytes(HealthMetrics.Of(health)) : null;
        }
        catch (Exception e) when (e is TimeoutException or IOException or MmmException)
        {
            return null;
        }
    }
}
