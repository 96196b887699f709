using FbHost.Clients;

namespace FbHost.Audio;

/// <summary>Who has a share: the client's user, and its app of the configuration or, of none, its process.</summary>
internal readonly record struct Holder(uint User, ClientApp? App, int Pid)
{
    public static Holder Of(ClientSession client) => new(client.User, client.App, client.App is null ? client.Pid : 0);
}

/// <summary>Divides an amount among clients, so that no app and no user can take all of it. Belongs to one thread.</summary>
/// <param name="total">What there is, 1 or more.</param>
/// <param name="user">What all of one user have together at most.</param>
/// <param name="app">What one app, or a process of no app, has at most.</param>
internal sealed class Quota(long total, long user, long app)
{
    private readonly Dictionary<Holder, long> _taken = []; // only of those that have some

    /// <summary>Takes a share.</summary>
    /// <param name="holder">Whose share it is.</param>
    /// <param name="amount">0 or more.</param>
    /// <returns>Null, or whose limit it would exceed, for people: then nothing is taken.</returns>
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

    /// <summary>Gives back what was taken.</summary>
    public void Return(Holder holder, long amount)
    {
        if ((_taken[holder] -= amount) == 0)
            _taken.Remove(holder);
    }
}
