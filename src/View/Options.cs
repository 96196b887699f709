using System.Net;
using FbHost.Options;
using Mmm;
using Mmm.Protocol;

namespace View;

/// <summary>The options of mmm-view; see docs/view.md.</summary>
internal sealed class Options
{
    private const string DefaultPath = "/run/mmm", None = "none";

    private static readonly OptionTable Table = new(
        "mmm-view",
        "Shows the screen of an mmm host in browsers and VNC viewers, and takes input from them.",
        "",
        [
            new("--path", "DIR", $"The directory that the host serves. Default: $MMM_PATH, else {DefaultPath}."),
            new("--web", "ADDRESS:PORT", "Where browsers connect; none: nowhere. Port 0: any. Default: 127.0.0.1:6080."),
            new("--rfb", "ADDRESS:PORT", "Where VNC viewers connect; none: nowhere. Port 0: any. Default: 127.0.0.1:5900."),
            new("--user", "NAME", "A user of this machine who may connect to a loopback address, beside root and the user of mmm-view; "
                + "all: every user. May be repeated."),
            new("--secure", null, "Loopback addresses need TLS and a password as well, whoever connects."),
            new("--view-only", null, "Viewers see the screen and control nothing."),
            new("--metrics", null, "Answers /metrics with the figures of mmmctl metrics, for Prometheus."),
            new("--keep", "DIR", "The directory of the passwords and the certificate. Default: /etc/mmm/view for root, else "
                + "~/.config/mmm-view."),
            new("--certificate", "FILE", "A PEM file with the certificate and its key, for other addresses than loopback. Default: one "
                + "that is made once and kept."),
            new("--set-password", null, "Reads a password and keeps it, for viewers who may control; with --view-only: who may only see."),
        ], []);

    /// <summary>The directory that the host serves.</summary>
    public required string Path { get; init; }

    /// <summary>Where browsers connect; null for nowhere.</summary>
    public IPEndPoint? Web { get; init; }

    /// <summary>Where VNC viewers connect; null for nowhere.</summary>
    public IPEndPoint? Rfb { get; init; }

    /// <summary>Names of users of this machine who may connect to a loopback address.</summary>
    public IReadOnlyList<string> Users { get; init; } = [];

    /// <summary>Loopback addresses need what other addresses need.</summary>
    public bool IsSecure { get; init; }

    /// <summary>Nobody may control.</summary>
    public bool IsViewOnly { get; init; }

    /// <summary>Figures are served at /metrics.</summary>
    public bool HasMetrics { get; init; }

    /// <summary>The directory of the passwords and the certificate.</summary>
    public required string Keep { get; init; }

    /// <summary>A PEM file; null for one that is made.</summary>
    public string? Certificate { get; init; }

    /// <summary>Only sets a password.</summary>
    public bool SetsPassword { get; init; }

    /// <summary>Reads arguments. Returns null if help or version was requested and printed.</summary>
    /// <exception cref="MmmException">An argument is not valid. The message is one line.</exception>
    public static Options? Parse(string[] arguments)
    {
        if (Table.Read(arguments, Console.Write) is not { } given)
            return null;
        if (given.Words is [var word, ..])
            throw new MmmException($"{word} is not an option. See mmm-view --help");
        var path = given.Last("--path") ?? Environment.GetEnvironmentVariable(Rendezvous.PathVariable);
        var options = new Options
        {
            Path = string.IsNullOrEmpty(path) ? DefaultPath : path,
            Web = Address("--web", given.Last("--web") ?? "127.0.0.1:6080"),
            Rfb = Address("--rfb", given.Last("--rfb") ?? "127.0.0.1:5900"),
            IsSecure = given.Last("--secure") is not null,
            Users = given.All("--user"),
            IsViewOnly = given.Last("--view-only") is not null,
            HasMetrics = given.Last("--metrics") is not null,
            Keep = given.Last("--keep") ?? DefaultKeep(),
            Certificate = given.Last("--certificate"),
            SetsPassword = given.Last("--set-password") is not null,
        };
        return options is { Web: null, Rfb: null, SetsPassword: false }
            ? throw new MmmException("--web and --rfb are both none; give one of them an address")
            : options;
    }

    private static string DefaultKeep()
    {
        if (Environment.UserName == "root")
            return "/etc/mmm/view";
        var home = Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } config
            ? config
            : System.IO.Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/", ".config");
        return System.IO.Path.Combine(home, "mmm-view");
    }

    private static IPEndPoint? Address(string option, string text)
    {
        if (text == None)
            return null;
        // A number alone is not an address here, though IPEndPoint reads it as one.
        return text.Contains(':') && text.LastIndexOf(':') > text.LastIndexOf(']') && IPEndPoint.TryParse(text, out var address)
            ? address
            : throw new MmmException($"{option} is {text}; it must be ADDRESS:PORT, as in 127.0.0.1:5900 or [::]:5900, or none");
    }
}
