using System.Globalization;
using Mmm.Linux;
using Mmm.Protocol;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Mmm;

/// <summary>
/// The default directory for host and clients if none was specified: <c>mmm-PID</c> in XDG_RUNTIME_DIR, or else in /tmp. Other users could
/// create a directory or link of that name first. Therefore the directory is used only if this process creates it or its owner and mode
/// prove that it belongs to the process's user.
/// </summary>
internal static unsafe class OwnDirectory
{
    private const string Prefix = "mmm-";
    private const string Everybodys = "/tmp";
    private const int Tries = 100;

    /// <summary>
    /// Creates the directory with mode 0700. An existing directory of that name is used if it is a real directory (no link), belongs to the
    /// effective user and is writable only by that user. Otherwise a directory with a random name is created: <c>mmm-PID-XXXXXX</c>.
    /// </summary>
    /// <param name="warning">One line for the log if the usual name could not be used; otherwise null.</param>
    /// <returns>An absolute path.</returns>
    /// <exception cref="MmmException">No directory can be created. The message is one line.</exception>
    public static string Make(out string? warning)
    {
        warning = null;
        var error = 0;
        foreach (var parent in Parents())
        {
            var path = Path.Combine(parent, Prefix + Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            error = TryMake(path);
            if (error == 0 || (error == -EEXIST && IsSafe(path)))
                return path;
            if (error != -EEXIST)
                continue;
            var other = path;
            for (var i = 0; i < Tries && error == -EEXIST; i++)
            {
                other = $"{path}-{Random.Shared.GetHexString(6, lowercase: true)}";
                error = TryMake(other);
            }
            if (error != 0)
                continue;
            warning = $"{path}: exists and is not a directory that only this user can write; {other} is used instead";
            return other;
        }
        throw new MmmException($"{Everybodys}: cannot create a directory for the clients: {Sys.ErrorText(error)}; "
            + $"create one and set {Rendezvous.PathVariable} to its path");
    }

    /// <summary>
    /// Returns true if the path is one that <see cref="Make"/>, or a client of the original project that was started without MMM_PATH,
    /// gives to its directory. Such a directory exists for one client or host, and is removed at the end if it is empty.
    /// </summary>
    public static bool IsName(string path)
    {
        if (!Parents().Contains(Path.GetDirectoryName(path))
            || !Path.GetFileName(path.AsSpan()).StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        var name = Path.GetFileName(path.AsSpan())[Prefix.Length..];
        var dash = name.IndexOf('-');
        return int.TryParse(dash < 0 ? name : name[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out _)
            && (dash < 0 || (name.Length == dash + 7 && !name[(dash + 1)..].ContainsAnyExcept("0123456789abcdef")));
    }

    private static IEnumerable<string> Parents()
    {
        var runtime = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        if (!string.IsNullOrEmpty(runtime) && Path.IsPathRooted(runtime) && IsSafe(Path.Combine(runtime, ".")))
            yield return Path.TrimEndingDirectorySeparator(runtime);
        yield return Everybodys;
    }

    private static int TryMake(string path)
    {
        fixed (byte* p = Sys.Path(path))
            return Sys.Check(mkdir(p, (mode_t)0x1C0u /* 0700 */));
    }

    /// <summary>True for a directory (no link) that belongs to the effective user and is not writable by its group or others.</summary>
    private static bool IsSafe(string path) => FileStatus.Of(path, out var status) == 0 && status.Kind == FileKind.Directory
        && status.IsOnlyUsers;
}
