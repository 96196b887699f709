using Mmm.Hosting;
using Mmm.Linux;

namespace FbHost.Clients;

/// <summary>What a name in the directory referred to when the directory's thread examined it.</summary>
internal readonly record struct FoundName
{
    /// <summary>False if nothing has the name; all other properties are empty then.</summary>
    public bool IsThere { get; init; }

    public FileIdentity Identity { get; init; }

    /// <summary>The owner's user id.</summary>
    public uint Owner { get; init; }

    /// <summary>The result of opening the file; null if it was not opened because it is the known file.</summary>
    public OpenOutcome? Outcome { get; init; }

    /// <summary>The open file. The receiver owns it.</summary>
    public ClientFile? File { get; init; }

    /// <summary>True if the file belongs to a client that can be served.</summary>
    public bool IsClient { get; init; }

    /// <summary>Why the file was not opened, or why it can never be a client file; else null.</summary>
    public string? Fault { get; init; }

    /// <summary>Examines a name. May block while another process holds the kernel lock of the directory or the file.</summary>
    /// <param name="directory">A descriptor of the directory.</param>
    /// <param name="name">The name in that directory.</param>
    /// <param name="known">The file that had the name so far; null if there was none.</param>
    /// <param name="file">The known file if it is already open and is to be examined again. It is returned, or closed if another file has
    /// the name by now.</param>
    /// <param name="open">True if the known file is to be opened.</param>
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
