using System.Collections;

namespace FbHost.Apps;

/// <summary>The environment of programs that the host starts.</summary>
internal static class ProgramEnvironment
{
    // What a service manager gives to the host alone. A program that wrote to these sockets or files would speak for the host.
    private static readonly HashSet<string> HostOnly =
    [
        "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "FDSTORE", "MAINPID", "MANAGERPID",
        "INVOCATION_ID", "JOURNAL_STREAM", "SYSTEMD_EXEC_PID", "MEMORY_PRESSURE_WATCH", "MEMORY_PRESSURE_WRITE", "CREDENTIALS_DIRECTORY",
        "MMM_LOG_LEVELS", "STATE_DIRECTORY", "RUNTIME_DIRECTORY", "CACHE_DIRECTORY", "LOGS_DIRECTORY", "CONFIGURATION_DIRECTORY",
    ];

    // What a sandboxed app gets of the host's environment.
    private static readonly HashSet<string> Common = ["PATH", "LANG", "LANGUAGE", "TZ"];

    /// <summary>The host's environment, without what a service manager gives to the host alone.</summary>
    public static Dictionary<string, string> OfHost() => All().Where(v => !HostOnly.Contains(v.Key)).ToDictionary();

    /// <summary>The whole environment of the host.</summary>
    public static Dictionary<string, string> WholeOfHost() => All().ToDictionary();

    /// <summary>What the host and a sandboxed app have in common: the path of programs, the language and the time zone.</summary>
    public static Dictionary<string, string> OfSandbox() =>
        All().Where(v => Common.Contains(v.Key) || v.Key.StartsWith("LC_", StringComparison.Ordinal)).ToDictionary();

    private static IEnumerable<KeyValuePair<string, string>> All() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(e => KeyValuePair.Create((string)e.Key, (string)e.Value!));
}
