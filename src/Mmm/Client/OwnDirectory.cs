using System.Globalization;
using Mmm.Linux;
using Mmm.Protocol;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Mmm;

/// <summary>
/// The directory to meet in when nobody has named one: <c>mmm-PID</c> in XDG_RUNTIME_DIR, or else in /tmp. Other users can make a
/// directory or a link of that name first, so only one that this process makes, or that is provably its user's own, is used.
/// </summary>
internal static unsafe class OwnDirectory
{
    private const string Prefix = "mmm-";
    private const string Everybodys = "/tmp";
    private const int Tries = 100;

    /// <summary>
    /// Makes the directory with mode 0700, or takes the one of that name when it is a real directory (no link) of the effective user that
    /// nobody else can write. If the name is taken otherwise, a random one is made: <c>mmm-PID-XXXXXX</c>.
    /// </summary>
    /// <param name="warning">One line for the log, when the usual name could not be used; else null.</param>
    /// <returns>An absolute path.</returns>
    /// <exception cref="MmmException">No directory can be made: one line.</exception>
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
        throw new MmmException($"{Everybodys}: no directory for the clients can be made there: {Sys.ErrorText(error)}; "
            + $"make one and name it in {Rendezvous.PathVariable}");
    }

    /// <summary>
    /// True for a path that <see cref="Make"/>, or an original client that was started without MMM_PATH, gives to a directory: it exists
    /// for one client or host and is removed when it is empty at the end.
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

    /// <summary>True for a directory (no link) of the effective user that neither its group nor others can write.</summary>
    private static bool IsSafe(string path) => FileStatus.Of(path, out var status) == 0 && status.Kind == FileKind.Directory
        && status.IsOnlyUsers;
}
