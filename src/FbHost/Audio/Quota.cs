using FbHost.Clients;

namespace FbHost.Audio;

/// <summary>The holder of a share: the client's user, and its app of the configuration or, if it belongs to no app, its process.</summary>
internal readonly record struct Holder(uint User, ClientApp? App, int Pid)
{
    public static Holder Of(ClientSession client) => new(client.User, client.App, client.App is null ? client.Pid : 0);
}

/// <summary>Divides an amount among clients, so that no app and no user can take all of it. Used by one thread only.</summary>
/// <param name="total">The whole amount, 1 or more.</param>
/// <param name="user">The most that all clients of one user may have together.</param>
/// <param name="app">The most that one app, or one process that belongs to no app, may have.</param>
internal sealed class Quota(long total, long user, long app)
{
    private readonly Dictionary<Holder, long> _taken = []; // only holders with a share

    /// <summary>Takes a share.</summary>
    /// <param name="holder">The holder of the share.</param>
    /// <param name="amount">The amount, 0 or more.</param>
    /// <returns>Null if the share was taken. Else a text for log lines that names whose limit it would exceed; nothing is taken
    /// then.</returns>
    public string? Take(Holder holder, long amount)
    {
        long all = amount, users = amount;
        foreach (var (other, taken) in _taken)
        {
            all += taken;
            users += other.User == holder.User ? taken : 0;
        }
        var its = _taken.GetValueOrDefault(holder) + amount;
        if (its > app)
            return "its app";
        if (users > user)
            return "its user";
        if (all > total)
            return "the host";
        _taken[holder] = its;
        return null;
    }

    /// <summary>Returns an amount that was taken.</summary>
    public void Return(Holder holder, long amount)
    {
        if ((_taken[holder] -= amount) == 0)
            _taken.Remove(holder);
    }
}
