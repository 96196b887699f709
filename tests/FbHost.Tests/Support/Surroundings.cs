namespace FbHost.Tests.Support;

/// <summary>Commands that run the command behind them in other surroundings than this machine's.</summary>
internal static class Surroundings
{
    /// <summary>A /dev of its own, in which there is no device of this machine: no screen, terminal or input device.</summary>
    /// <param name="temp">Where it is made.</param>
    /// <param name="evdev">With an empty folder for input devices.</param>
    public static string[] OwnDevices(TempDirectory temp, bool evdev)
    {
        var script = $"""
            set -e
            mkdir {temp["dev"]} && mount -t tmpfs dev {temp["dev"]} && cd {temp["dev"]} && mkdir pts {(evdev ? "input" : "")}
            for node in null zero full random urandom tty; do : >$node; mount --bind /dev/$node $node; done
            mount --bind /dev/pts pts && mount --rbind . /dev
            cd / && exec "$@"
            """;
        return ["unshare", .. Programs.IsRoot ? [] : (string[])["--user", "--map-root-user"], "--mount", "sh", "-c", script, "sh"];
    }
}
