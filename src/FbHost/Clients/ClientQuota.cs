namespace FbHost.Clients;

/// <summary>
/// Limits how many files the host considers and how many clients it serves: in all directories, for each user, and for each app (for each
/// process, if a client belongs to no app). So no user and no app can use up the places of all others.
/// </summary>
internal sealed class ClientQuota
{
    /// <summary>
    /// The most files that the host keeps a record of: clients, and files that are not clients, not yet clients, or no longer clients.
    /// </summary>
    public const int MostFiles = 256;

    /// <summary>The most files of one user, or in the directory of one app, that are recorded but not served.</summary>
    public const int MostIdleOfUser = 64;

    /// <summary>The most clients that are served at one time.</summary>
    public const int MostClients = 128;

    public const int MostOfUser = 96, MostOfApp = 32;

    /// <summary>The reasons that were already logged; each is logged once.</summary>
    public HashSet<string> Said { get; } = [];

    /// <summary>The files of all directories that are recorded.</summary>
    public HashSet<ClientSession> Recorded { get; } = [];

    /// <summary>Returns whether the host considers one more file.</summary>
    /// <param name="sessions">The files that are recorded.</param>
    /// <param name="user">The owner of the new file.</param>
    /// <param name="forget">The record that must be dropped to make room: one of the same user or app if that one is at the limit, else one
    /// of the user or app with the most idle records. Null if none must be dropped.</param>
    /// <param name="app">The app in whose directory the new file is; null for the main directory.</param>
    public bool MayMeet(IReadOnlyCollection<ClientSession> sessions, uint user, out ClientSession? forget, string? app = null)
    {
        forget = null;
        // The record of a broken client whose process still runs is kept: without it, the client would be served again.
        var idle = sessions.Where(s => s.Phase != Phase.Serving && !s.WasAlive).ToList();
        var own = (app, app is null ? user : 0);
        if (idle.Count(s => HolderOf(s) == own) >= MostIdleOfUser)
            forget = idle.Find(s => HolderOf(s) == own);
        else if (sessions.Count >= MostFiles && idle.Count > 0)
            forget = idle.Find(s => HolderOf(s) == idle.CountBy(HolderOf).MaxBy(u => u.Value).Key);
        return forget is not null || sessions.Count < MostFiles;
    }

    // Several apps may have the same user.
    private static (string? App, uint User) HolderOf(ClientSession session) =>
        session.Finder?.App is { } app ? (app, 0) : (null, session.User);

    /// <summary>Returns whether one more client may be served, and if not, the reason.</summary>
    public bool MayServe(IReadOnlyList<ClientSession> serving, ClientSession session, out string why)
    {
        why = "";
        if (serving.Count >= MostClients)
            why = $"{MostClients} clients are served; {session.Label} and further ones have to wait";
        else if (serving.Count(s => s.User == session.User) >= MostOfUser)
            why = $"{MostOfUser} clients of user {session.User} are served; {session.Label} and further ones have to wait";
        else if (serving.Count(s => IsSameApp(s, session)) >= MostOfApp)
            why = $"{MostOfApp} clients of {AppOf(session) ?? $"process {session.Pid}"} are served; "
                + $"{session.Label} and further ones have to wait";
        return why.Length == 0;
    }

    private static string? AppOf(ClientSession session) => session.Finder?.App ?? session.App?.Name;

    private static bool IsSameApp(ClientSession a, ClientSession b) => AppOf(a) is { } app ? app == AppOf(b)
        : AppOf(b) is null && a.Pid == b.Pid && a.User == b.User; // the pid comes from the file, so the user is compared, too
}
