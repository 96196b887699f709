using Mmm.Host;
using Mmm.Linux;

namespace FbHost.Clients;

/// <summary>What a name in a directory stood for when the directory's thread looked.</summary>
internal readonly record struct FoundName
{
    /// <summary>False: for nothing; all else is empty.</summary>
    public bool IsThere { get; init; }

    public FileIdentity Identity { get; init; }

    /// <summary>User id.</summary>
    public uint Owner { get; init; }

    /// <summary>How opening it ended; null: it was not opened, being the file that is known.</summary>
    public OpenOutcome? Outcome { get; init; }

    /// <summary>Open; the receiver's.</summary>
    public ClientFile? File { get; init; }

    /// <summary>The file is a client's, and can be served.</summary>
    public bool IsClient { get; init; }

    /// <summary>Why it was not opened, or why it never can be a client's; else null.</summary>
    public string? Fault { get; init; }

    /// <summary>Looks. May wait for whoever holds the directory's or the file's lock.</summary>
    /// <param name="directory">A descriptor.</param>
    /// <param name="name">Below it.</param>
    /// <param name="known">The file that had the name so far; null: none.</param>
    /// <param name="file">That file when it is open already and is looked at again; it is given back, or closed when it is another one by
    /// now.</param>
    /// <param name="open">Whether the known file is to be opened.</param>
    public static FoundName Look(int directory, string name, FileIdentity? known, ClientFile? file, bool open)
    {
        if (FileStatus.Of(directory, name, out var status) < 0)
        {
            file?.Dispose();
            return default;
        }
        var found = new FoundName { IsThere = true, Identity = status.Identity, Owner = status.Owner };
        if (status.Identity == known && !open)
            return found;
        if (status.Identity != known)
        {
            file?.Dispose();
            file = null;
        }
        if (file is null)
        {
            var (outcome, opened, reason) = ClientFile.Open(directory, name);
            if (opened is null)
                return outcome == OpenOutcome.Gone ? default : found with { Outcome = outcome, Fault = reason };
            file = opened;
        }
        var isClient = file.TryIdentify(out var fault);
        if (file.Lack is { } lack)
        {
            file.Dispose();
            return found with { Outcome = OpenOutcome.TryLater, Fault = lack };
        }
        return found with
        {
            Identity = file.Identity, Owner = file.Owner, Outcome = OpenOutcome.Opened, File = file, IsClient = isClient, Fault = fault,
        };
    }
}
