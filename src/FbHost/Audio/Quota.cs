namespace FbHost.Audio;

/// <summary>Who has a share: a client's user and process.</summary>
internal readonly record struct Holder(uint User, int Pid);

/// <summary>Divides an amount among clients, so that no process and no user can take all of it. Belongs to one thread.</summary>
/// <param name="total">What there is, 1 or more.</param>
/// <param name="user">What all processes of one user have together at most.</param>
/// <param name="process">What one process has at most.</param>
internal sealed class Quota(long total, long user, long process)
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
        if (its > process)
            return "its process";
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
