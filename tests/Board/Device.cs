using System.Net.Sockets;
using System.Text.Json;

namespace Board.Tests;

/// <summary>A client as <c>mmmctl clients --json</c> lists it.</summary>
internal sealed record ClientInfo(string Name, int Pid, int Width, int Height, long Frames, bool Bell);

/// <summary>The running system as seen by ssh on the forwarded loopback port.</summary>
internal sealed class Device(int port, string key, string knownHosts)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public int Port => port;

    /// <summary>Runs a shell line on the device.</summary>
    public CommandResult Run(string line, TimeSpan? limit = null) =>
        Command.Run("ssh", [.. Options, "-p", $"{port}", "root@127.0.0.1", line], limit ?? Limit);

    /// <summary>Copies a file to the device.</summary>
    public void Send(string file, string to) =>
        Command.Require("scp", [.. Options, "-q", "-P", $"{port}", file, $"root@127.0.0.1:{to}"], Limit);

    private IEnumerable<string> Options =>
    [
        "-i", key, "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=accept-new",
        "-o", $"UserKnownHostsFile={knownHosts}", "-o", "LogLevel=ERROR", "-o", "ConnectTimeout=20",
    ];

    /// <summary>Runs a shell line that has to succeed; its output without the last line end.</summary>
    public string Require(string line, TimeSpan? limit = null)
    {
        var result = Run(line, limit);
        return result.ExitCode == 0 ? result.Output.TrimEnd('\n') : throw new InvalidOperationException($"on the board, {line}: {result}");
    }

    /// <summary>The arguments of <c>deploy/push</c> for this device.</summary>
    public string[] PushArguments(string app, string published) => ["127.0.0.1", app, "--published", published, .. ConnectionOptions];

    /// <summary>The options of all programs of <c>deploy/</c> for this device.</summary>
    public string[] ConnectionOptions => ["--port", $"{port}", "--identity", key, "--known-hosts", knownHosts];

    /// <summary>The arguments of <c>deploy/update</c> for this device.</summary>
    public string[] UpdateArguments(string bundle, params string[] options) =>
        ["127.0.0.1", bundle, .. options, "--port", $"{port}", "--identity", key, "--known-hosts", knownHosts];

    /// <summary>The ssh server answers: QEMU itself accepts connections long before.</summary>
    public bool Answers()
    {
        try
        {
            using var client = new TcpClient { ReceiveTimeout = 1000 };
            client.Connect("127.0.0.1", port);
            return client.GetStream().ReadByte() == 'S';
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }

    public IReadOnlyList<ClientInfo> Clients()
    {
        using var list = JsonDocument.Parse(Require("mmmctl clients --json"));
        return
        [
            // An app of the configuration that has no client yet has no file.
            .. list.RootElement.EnumerateArray().Where(c => c.TryGetProperty("file", out _)).Select(client => new ClientInfo(
                client.GetProperty("name").GetString() ?? "", client.GetProperty("pid").GetInt32(), client.GetProperty("width").GetInt32(),
                client.GetProperty("height").GetInt32(), client.GetProperty("frames").GetInt64(), client.GetProperty("bell").GetBoolean())),
        ];
    }

    /// <summary>The host's own picture of the screen.</summary>
    public Picture Screenshot(string path = "/run/mmm")
    {
        var result = Run($"export MMM_PATH={path}; mmmctl screenshot /tmp/screen.png >/tmp/said 2>&1 "
            + "&& cat /tmp/screen.png || { cat /tmp/said >&2; exit 1; }");
        return result.ExitCode == 0 ? Png.Read(result.Bytes) : throw new InvalidOperationException($"mmmctl screenshot: {result}");
    }

    /// <summary>
    /// The process of that name, "" when there is none; pidof would also find the guard of the host's terminal, which is the same program.
    /// </summary>
    public string Pid(string name) =>
        Run($"for p in $(pidof mmm); do [ \"$(cat /proc/$p/comm)\" = {name} ] && echo $p; done").Output.Trim();

    /// <summary>Resident memory (kB) and context switches of all threads of a process so far.</summary>
    public (int Rss, long Switches) Usage(int pid)
    {
        var lines = Require($"grep -h -E '^(VmRSS|voluntary_ctxt|nonvoluntary_ctxt)' /proc/{pid}/status /proc/{pid}/task/*/status")
            .Split('\n');
        long rss = 0, switches = 0;
        for (var i = 0; i < lines.Length; i++)
        {
            var value = long.Parse(new string([.. lines[i].Where(char.IsAsciiDigit)]));
            if (lines[i].StartsWith("VmRSS", StringComparison.Ordinal))
                rss = value;
            else if (i > 2) // the first three lines are the process's own, and its first thread's again
                switches += value;
        }
        return ((int)rss, switches);
    }
}
