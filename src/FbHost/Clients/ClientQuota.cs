namespace FbHost.Clients;

/// <summary>
/// Limits how many files the host considers and how many clients it serves: in all, for each user, and for each app (for each process, if a
/// client belongs to no app). So no user and no app can use up the places of all others.
/// </summary>
internal sealed class ClientQuota
{
    /// <summary>
    /// The most files that the host keeps a record of: clients, and files that are not clients, not yet clients, or no longer clients.
    /// </summary>
    public const int MostFiles = 256;

    /// <summary>The most files of one user that are recorded but not served.</summary>
    public const int MostIdleOfUser = 64;

    /// <summary>The most clients that are served at one time.</summary>
    public const int MostClients = 128;

    public const int MostOfUser = 96, MostOfApp = 32;

    /// <summary>The reasons that were already logged; each is logged once.</summary>
    public HashSet<string> Said { get; } = [];

    /// <summary>Returns whether the host considers one more file.</summary>
    /// <param name="sessions">The files that are recorded.</param>
    /// <param name="user">The owner of the new file.</param>
    /// <param name="forget">The record that must be dropped to make room: one of the same user if that user is at the limit, else one of
    /// the user with the most idle records. Null if none must be dropped.</param>
    public bool MayMeet(IReadOnlyCollection<ClientSession> sessions, uint user, out ClientSession? forget)
    {
        forget = null;
        // The record of a broken client whose process still runs is kept: without it, the client would be served again.
        var idle = sessions.Where(s => s.Phase != Phase.Serving && !s.WasAlive).ToList();
        if (idle.Count(s => s.User == user) >= MostIdleOfUser)
            forget = idle.Find(s => s.User == user);
        else if (sessions.Count >= MostFiles && idle.Count > 0)
            forget = idle.Find(s => s.User == idle.CountBy(i => i.User).MaxBy(u => u.Value).Key);
        return forget is not null || sessions.Count < MostFiles;
    }

    /// <summary>Returns whether one more client may be served, and if not, the reason.</summary>
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
        : b.App is null && a.Pid == b.Pid && a.User == b.User; // the pid comes from the file, so the user is compared, too
}
