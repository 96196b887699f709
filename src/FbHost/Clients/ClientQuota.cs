namespace FbHost.Clients;

/// <summary>
/// How many files are looked at, and how many clients are served: in all, of one user, and of one app (of one process, for a client that
/// belongs to none), so that nobody uses up what is there for all.
/// </summary>
internal sealed class ClientQuota
{
    /// <summary>Files that are known: clients, and what is not one, or not yet, or not any more.</summary>
    public const int MostFiles = 256;

    /// <summary>Of those that are not served, one user's.</summary>
    public const int MostIdleOfUser = 64;

    /// <summary>Clients that are served.</summary>
    public const int MostClients = 128;

    public const int MostOfUser = 96, MostOfApp = 32;

    /// <summary>Reasons that were logged already.</summary>
    public HashSet<string> Said { get; } = [];

    /// <summary>Whether one more file is looked at.</summary>
    /// <param name="sessions">Those that are known.</param>
    /// <param name="user">The new one's owner.</param>
    /// <param name="forget">One that has to make room: of the same user if he has many, else of the user who has most.</param>
    public bool MayMeet(IReadOnlyCollection<ClientSession> sessions, uint user, out ClientSession? forget)
    {
        forget = null;
        // A broken client whose process lives is not forgotten: it would be served anew.
        var idle = sessions.Where(s => s.Phase != Phase.Serving && !s.WasAlive).ToList();
        if (idle.Count(s => s.User == user) >= MostIdleOfUser)
            forget = idle.Find(s => s.User == user);
        else if (sessions.Count >= MostFiles && idle.Count > 0)
            forget = idle.Find(s => s.User == idle.CountBy(i => i.User).MaxBy(u => u.Value).Key);
        return forget is not null || sessions.Count < MostFiles;
    }

    /// <summary>Whether one more client is served; if not, why.</summary>
    public bool MayServe(IReadOnlyList<ClientSession> serving, ClientSession session, out string why)
    {
        why = "";
        if (serving.Count >= MostClients)
            why = $"{MostClients} clients are served; {session.FileName} and further ones have to wait";
        else if (serving.Count(s => s.User == session.User) >= MostOfUser)
            why = $"{MostOfUser} clients of user {session.User} are served; {session.FileName} and further ones have to wait";
        else if (serving.Count(s => IsSameApp(s, session)) >= MostOfApp)
            why = $"{MostOfApp} clients of {session.App?.Name ?? $"process {session.Pid}"} are served; "
                + $"{session.FileName} and further ones have to wait";
        return why.Length == 0;
    }

    private static bool IsSameApp(ClientSession a, ClientSession b) => a.App is { } app ? app.Name == b.App?.Name
        : b.App is null && a.Pid == b.Pid && a.User == b.User; // whose pid it is, is the file's word
}
