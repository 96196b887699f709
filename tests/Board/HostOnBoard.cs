using System.Globalization;

namespace Board.Tests;

/// <summary>
/// The host that a test starts on a board in place of the one that init started there, and the apps that a test starts under it. A board
/// has one of them at a time.
/// </summary>
internal sealed class HostOnBoard(Device device)
{
    /// <summary>The directory that it serves.</summary>
    public const string ClientsPath = "/tmp/mmm";

    private readonly List<string> _apps = [];
    private bool _isByInit = true;

    /// <summary>What it has said so far; it has to be a test's.</summary>
    public string Log => device.Require("cat /tmp/host.log");

    /// <summary>Starts a host in place of the last one and its apps, and waits until it serves; its process.</summary>
    /// <param name="arguments">Of mmm.</param>
    /// <param name="configuration">The whole file.</param>
    /// <param name="environment">Variables, as a shell takes them before a command.</param>
    /// <param name="program">mmm, or what starts it with the arguments that it is given.</param>
    public int Start(string arguments, string configuration = "{}", string environment = "", string program = "mmm")
    {
        End();
        return Serve(arguments, configuration, environment, program);
    }

    /// <summary>The same while a host that a test started by itself runs.</summary>
    public int StartBeside(string arguments) => Serve(arguments, "{}", "");

    /// <summary>Ends the host and starts another, while apps go on.</summary>
    public void Restart(string arguments, string configuration = "{}")
    {
        device.Require($"kill {device.Pid("mmm")}");
        WaitGone("mmm");
        Serve(arguments, configuration, "");
    }

    /// <summary>
    /// Ends the host, init's too, together with its apps; returns when it is gone, and with it the guard of its terminal.
    /// </summary>
    public void End(string signal = "TERM")
    {
        if (_isByInit)
            device.Require("kill -TSTP 1; sleep 0.5"); // init is told to start nothing again; its app ends with its host
        _isByInit = false;
        device.Run($"{KillApps}; kill -{signal} {device.Pid("mmm")}");
        WaitGone("mmm");
    }

    private int Serve(string arguments, string configuration, string environment, string program = "mmm")
    {
        var pid = device.Require($"mkdir -p {ClientsPath}; : >/tmp/host.log; echo '{configuration}' >/tmp/host.json; "
            + $"MMM_PATH={ClientsPath} {environment} {program} --config /tmp/host.json {arguments} "
            + ">/dev/null 2>/tmp/host.log </dev/null & echo $!");
        WaitLog($"a host with {arguments}", "mmm: ready:", TimeSpan.FromSeconds(30));
        return int.Parse(pid, CultureInfo.InvariantCulture);
    }

    /// <summary>Waits until the host has said something.</summary>
    public void WaitLog(string what, string part, TimeSpan limit) =>
        Wait.Until(what, limit, () => Log.Contains(part), () => Log, pause: 100);

    public void WaitGone(string program) =>
        Wait.Until($"{program} ends", TimeSpan.FromSeconds(20), () => device.Run($"pidof {program}").ExitCode != 0, pause: 100);

    /// <summary>Runs mmmctl; what it says.</summary>
    public string Control(string arguments) => device.Require($"MMM_PATH={ClientsPath} mmmctl {arguments}");

    /// <summary>The host's own picture of the screen.</summary>
    public Picture Screenshot() => device.Screenshot(ClientsPath);

    /// <summary>Brings an app to the board.</summary>
    /// <param name="published">The folder of its program.</param>
    /// <param name="name">Its program.</param>
    public void Send(string published, string name)
    {
        device.Send(Path.Combine(published, name), $"/data/{name}");
        _apps.Add(name);
    }

    /// <summary>Starts an app beside those that run; its process.</summary>
    public int StartApp(string name, string arguments = "") => int.Parse(
        device.Require($": >/tmp/{name}.log; MMM_PATH={ClientsPath} /data/{name} {arguments} >/tmp/{name}.log 2>&1 </dev/null & echo $!"),
        CultureInfo.InvariantCulture);

    /// <summary>What an app has said since it was last started.</summary>
    public string LogOf(string app) => device.Require($"cat /tmp/{app}.log");

    public void EndApps() => device.Run(KillApps);

    private string KillApps => $"kill $(pidof {string.Join(' ', _apps)})";
}
