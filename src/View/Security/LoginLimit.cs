using System.Net;

namespace View.Security;

/// <summary>
/// Limits how fast passwords can be tried: some at once, then one in a few seconds, for each address and for all together. It keeps no
/// timer, and forgets the addresses that have waited long enough.
/// </summary>
/// <param name="now">The time in ms.</param>
internal sealed class LoginLimit(Func<long> now)
{
    private const int AtOnce = 5, MsForOne = 5000, AtOnceOfAll = 20, MsForOneOfAll = 500, MostAddresses = 1024;
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, long> _dueAt = []; // when the address would have waited for all of its tries
    private long _allDueAt;

    /// <summary>Returns whether an address may try now; if so, the try is counted.</summary>
    public bool TryCount(IPAddress address)
    {
        lock (_lock)
        {
            var time = now();
            if (_dueAt.Count >= MostAddresses)
                ForgetOld(time);
            var due = Math.Max(time, _dueAt.GetValueOrDefault(address));
            var allDue = Math.Max(time, _allDueAt);
            if (due - time > (AtOnce - 1) * MsForOne || allDue - time > (AtOnceOfAll - 1) * MsForOneOfAll || _dueAt.Count >= MostAddresses)
                return false;
            _dueAt[address] = due + MsForOne;
            _allDueAt = allDue + MsForOneOfAll;
            return true;
        }
    }

    /// <summary>Forgets the tries of an address that has given the right password.</summary>
    public void Forgive(IPAddress address)
    {
        lock (_lock)
            _dueAt.Remove(address);
    }

    private void ForgetOld(long time)
    {
        foreach (var (address, due) in _dueAt.ToList())
        {
            if (due <= time)
                _dueAt.Remove(address);
        }
    }
}
