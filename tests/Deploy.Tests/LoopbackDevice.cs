using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Board.Tests;

namespace Deploy.Tests;

/// <summary>
/// A device on this machine, reached by a real ssh server: the script <c>device</c> beside this file. It has a mount namespace for its
/// files and a pid namespace, with which all of its processes end.
/// </summary>
internal sealed class LoopbackDevice : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private readonly TempDirectory _temp = new();
    private readonly Child _server;

    /// <param name="apps">The apps of its configuration.</param>
    /// <param name="megabytes">The size of the file system for apps.</param>
    /// <param name="hasFlock">False for a device without the program flock.</param>
    public LoopbackDevice(string[]? apps = null, int megabytes = 64, bool hasFlock = true)
    {
        Assert.SkipUnless(Programs.IsRoot, "only root can mount");
        foreach (var key in new[] { "host", "user" })
            Command.Require("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", _temp[key]], Limit);
        _temp.Write("appliance.json", Configuration(apps ?? ["app"]));
        Port = FreePort();
        _temp.Write("sshd.conf", $"""
            ListenAddress 127.0.0.1:{Port}
            HostKey {_temp["host"]}
            AuthorizedKeysFile {_temp["user"]}.pub
            StrictModes no
            PidFile none
            SetEnv MMM_PATH={_temp["clients"]} DOTNET_ROOT={DotnetRoot}
            """);
        _server = new Child("unshare",
        [
            "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc",
            Path.Combine(Repository.Root, "tests/Deploy.Tests/device"), _temp.Path, Programs.MmmFile, $"{megabytes}",
            hasFlock ? "flock" : "none",
        ]);
        Wait.Until(() => _server.Errors.Any(l => l.Contains("listening on", StringComparison.Ordinal)), "the ssh server",
            () => string.Join(" | ", _server.Errors));
    }

    private static string DotnetRoot => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));

    public int Port { get; }

    /// <summary>The word for this device on the command line.</summary>
    public string Word => $"127.0.0.1:{Port}";

    public string[] Options => ["--identity", _temp["user"], "--known-hosts", _temp["known"]];

    /// <summary>A configuration with these apps, on a memory display.</summary>
    public static string Configuration(params string[] apps) => $$"""
        {
          "display": { "device": "memory:320x200" },
          "audio": { "device": "none" },
          "apps": [
            {{string.Join(",\n    ", apps.Select(app =>
                $$"""{ "name": "{{app}}", "command": ["/var/lib/mmm-apps/{{app}}/current/run"], "sandbox": "none" }"""))}}
          ]
        }
        """;

    /// <summary>Runs a program of deploy/ on this device.</summary>
    public CommandResult Deploy(string program, params string[] arguments) =>
        Command.Run("env", [$"PATH={Programs.PathWithMmm}", PathOf(program), Word, .. arguments, .. Options], Limit);

    public Child Start(string program, params string[] arguments) => new(PathOf(program), [Word, .. arguments, .. Options]);

    public static string PathOf(string program) => Path.Combine(Repository.Root, "deploy", program);

    public CommandResult Push(TestApp app, params string[] options) => Deploy("push", ["App", "--published", app.Folder, .. options]);

    /// <summary>A push that has to succeed; the release.</summary>
    public string MustPush(TestApp app, params string[] options)
    {
        var result = Push(app, options);
        Assert.True(result.ExitCode == 0, $"{result}\n{Log}");
        return result.Output.Split('\n').Last(l => l.EndsWith(" runs", StringComparison.Ordinal)).Split("  ")[1].Split(' ')[0];
    }

    /// <summary>Runs a shell line on the device, by deploy/shell; its output.</summary>
    public string Shell(string line)
    {
        var result = Command.Run(PathOf("shell"), [.. Options, Word, line], Limit);
        Assert.True(result.ExitCode == 0, $"{line}: {result}");
        return result.Output.TrimEnd('\n');
    }

    /// <summary>The release that runs, by its link.</summary>
    public string Current(string app = "app") => Shell($"readlink /var/lib/mmm-apps/{app}/current")["releases/".Length..];

    public string Log => File.Exists(_temp["host.log"]) ? File.ReadAllText(_temp["host.log"]) : "";

    public void Dispose()
    {
        _server.Signal(Child.SIGTERM);
        _server.Dispose();
        _temp.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
