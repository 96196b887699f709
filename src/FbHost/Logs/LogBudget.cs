namespace FbHost.Logs;

/// <summary>
/// How much each source may write into the log, so that one that writes without end neither wears the flash nor pushes out the lines of all
/// others. A source may write 64 KB at once, and 1 KB a minute on the long run.
/// </summary>
internal sealed class LogBudget
{
    public const int MostAtOnce = 64 * 1024, BytesPerMinute = 1024; // bytes
    private const int EnoughAgain = 4 * 1024; // so that lines are not let through one by one
    private const int MostSources = 32;
    private readonly Dictionary<string, Account> _accounts = [];
    private readonly Account _others = new(); // of the sources for which there is no account left

    private sealed class Account
    {
        public double Left = MostAtOnce;
        public long FilledAtMs;
        public long LeftOut;
    }

    /// <summary>Returns whether a line may be written. If not, it is counted.</summary>
    /// <param name="source">Who wrote it.</param>
    /// <param name="bytes">The line's size.</param>
    /// <param name="nowMs">The time, in ms of any clock that does not jump.</param>
    public bool TryTake(string source, int bytes, long nowMs)
    {
        if (!_accounts.TryGetValue(source, out var account))
        {
            account = _others;
            if (_accounts.Count < MostSources)
                _accounts[source] = account = new Account { FilledAtMs = nowMs };
        }
        account.Left = Math.Min(MostAtOnce, account.Left + (nowMs - account.FilledAtMs) * (BytesPerMinute / 60_000.0));
        account.FilledAtMs = nowMs;
        if (account.Left < (account.LeftOut == 0 ? bytes : EnoughAgain))
        {
            account.LeftOut++;
            return false;
        }
        account.Left -= bytes;
        return true;
    }

    /// <summary>Returns the sources of which lines were left out since the last call, with their number.</summary>
    public IReadOnlyList<(string Source, long Lines)> TakeLeftOut()
    {
        List<(string, long)> all = [];
        foreach (var (source, account) in _accounts.Append(new("other sources", _others)))
        {
            if (account.LeftOut > 0)
                all.Add((source, account.LeftOut));
            account.LeftOut = 0;
        }
        return all;
    }
}
