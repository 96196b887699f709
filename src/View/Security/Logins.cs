namespace View.Security;

/// <summary>A browser that has logged in, or that connects from this machine.</summary>
/// <param name="MayControl">Whether it may do more than see.</param>
/// <param name="Token">A text that the page sends with each WebSocket, so that no other site can open one (CSRF).</param>
internal sealed record Login(bool MayControl, string Token);

/// <summary>The browsers that have logged in, by the secret of their cookie.</summary>
internal sealed class Logins
{
    private const int Most = 256;
    private const long LifeMs = 12 * 60 * 60 * 1000;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (Login Login, long EndsAt)> _logins = [];

    /// <summary>Adds a browser. Returns the secret.</summary>
    public string Add(bool mayControl)
    {
        var secret = RandomText.Make();
        lock (_lock)
        {
            var now = Environment.TickCount64;
            foreach (var (key, entry) in _logins.ToList())
            {
                if (entry.EndsAt < now)
                    _logins.Remove(key);
            }
            if (_logins.Count >= Most)
                _logins.Remove(_logins.MinBy(l => l.Value.EndsAt).Key);
            _logins[secret] = (new Login(mayControl, RandomText.Make()), now + LifeMs);
        }
        return secret;
    }

    /// <summary>Returns the browser of a secret; null if there is none.</summary>
    public Login? Find(string? secret)
    {
        lock (_lock)
        {
            return secret is not null && _logins.TryGetValue(secret, out var entry) && entry.EndsAt >= Environment.TickCount64
                ? entry.Login : null;
        }
    }

    /// <summary>Removes a browser.</summary>
    public void Remove(string? secret)
    {
        lock (_lock)
            _logins.Remove(secret ?? "");
    }
}
