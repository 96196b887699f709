using System.Globalization;
using System.Text;
using System.Text.Json;
using FbHost.Device;
using FbHost.Images;
using FbHost.Options;
using Mmm.Protocol;
using Mmm;

namespace FbHost.Control;

/// <summary>The program <c>mmmctl</c>, which sends commands to a running host through its control socket.</summary>
internal static partial class Mmmctl
{
    private const string DefaultPath = "/run/mmm";

    private static readonly OptionEntry Json = new("--json", null, "Prints JSON.");

    private static readonly OptionEntry Follow = new("-f", null, "Goes on with the lines that are written from now on, until it is ended.");
    private static readonly OptionEntry OfDevice = new("--device", null,
        "Prints the log of the device instead, with lines from before the last start; APP is then any source, as kernel or mmm.");
    private static readonly OptionEntry Lines = new("-n", "LINES", "Prints at most that many of the lines that are there already.");

    private static readonly OptionEntry ViewOnly = new("--view-only", null, "The password is for viewers who may only see.");
    private static readonly OptionEntry Keep = new("--keep", "DIR", "Where mmm-view keeps it. Default: that of mmm-view.");

    private static readonly OptionTable Usage = new(
        "mmmctl",
        "Inspects and controls a running mmm host.",
        "",
        [new("--path", "DIR", $"The directory that the host serves. Default: $MMM_PATH, else {DefaultPath}.")],
        [
            new("clients", "", 0, 0, "Lists the clients, and the apps of the configuration that have none.", Json),
            new("health", "", 0, 0, "Shows how the appliance is: apps, host, display, input, sound, board. The exit code is 1 if a person "
                + "should look at something.", Json),
            new("metrics", "", 0, 0, "Prints the figures of health for Prometheus."),
            new("screenshot", "FILE", 1, 1, "Writes the picture on the screen as a PNG file; - is standard output."),
            new("send", "CLIENT TEXT", 2, 2, "Sends a message to the clients of that title or file name."),
            new("event", "CLIENT TEXT", 2, 2, "Sends an event to the clients of that name: mmmctl event Clock \"mouse-press 10 10\"."),
            new("restart", "APP", 1, 1, "Restarts an app of the configuration and waits for its first frame."),
            new("reload", "", 0, 0, "Reads the configuration file anew and applies what can be changed while the host runs."),
            new("tap", "X Y", 2, 2, "Touches the screen at a pixel."),
            new("drag", "X Y X Y", 4, 4, "Moves a finger from one pixel of the screen to another."),
            new("type", "TEXT", 1, 1, "Types text for the app that has the focus."),
            new("key", "NAME", 1, 1, "Presses a key, as in: mmmctl key control-left. The names are in docs/keys.md."),
            new("raise", "CLIENT", 1, 1, "Puts a client in front of all others."),
            new("next", "", 0, 0, "Puts the next app in front."),
            new("front", "APP", 1, 1, "Puts an app of the configuration in front."),
            new("logs", "[APP]", 0, 1, "Prints the last lines that the apps, or one app, have written to their output.", Follow, Lines,
                OfDevice),
            new("blank", "", 0, 0, "Turns the screen off. Input or unblank turns it on again."),
            new("unblank", "", 0, 0, "Turns the screen on."),
            new("rotate", "DEGREES", 1, 1, "Rotates the picture until the next start of the host: 0, 90, 180 or 270 degrees clockwise."),
            new("brightness", "PERCENT|up|down", 1, 1, "Sets the backlight, 0 to 100, or changes it by 10."),
            new("led", "[NAME STATE]", 0, 2, "Lists the LEDs, or sets one: on, off, blink or 0 to 100 (percent).", Json),
            new("audio", "", 0, 0, "Shows the sound output, and the clients that have played sound.", Json),
            new("volume", "[[CLIENT] PERCENT]|up|down", 0, 2,
                "Shows the volumes, sets the master volume or a client's volume, 0 to 100, or changes the master volume by 5."),
            new("mute", "[on|off]", 0, 1, "Mutes (on) or unmutes (off) all sound. Default: on."),
            new("watch", "", 0, 0, "Prints the messages of all clients, one JSON object per line, until it is interrupted."),
            new("view-password", "", 0, 0, "Reads a password for the viewers of mmm-view, and keeps its hash.", ViewOnly, Keep),
            new("device", "COMMAND …", 0, int.MaxValue, "Shows and changes the settings and the systems of the device. See mmmctl device "
                + "--help."),
            new("reboot", "", 0, 0, "Shuts the machine down in order, and starts it again."),
            new("power-off", "", 0, 0, "Shuts the machine down in order, and switches it off."),
            new("quit", "", 0, 0, "Ends the host."),
        ]);

    public static int Run(string[] args)
    {
        if (args is ["device", ..])
            return DeviceCommands.Run(args[1..], Front);
        if (Usage.Read(args, Console.Write) is not { Command.Name: var command } given)
            return 0;
        if (command == "view-password")
            SetViewPassword(given.Last(Keep.Name), given.Last(ViewOnly.Name) is not null);
        if (given.Last(OfDevice.Name) is not null)
        {
            LogsOfDevice(given);
            return 0;
        }
        var asJson = given.Last(Json.Name) is not null;
        using var host = new ControlClient(HostDirectory(given.Last("--path")));
        switch (command)
        {
            case "clients":
                Clients(host, asJson);
                break;
            case "health":
                return Health(host, asJson);
            case "metrics":
                Console.Write(HealthMetrics.Of(host.Ask("health")));
                break;
            case "screenshot":
                Screenshot(host, given.Words[0]);
                break;
            case "restart":
                Restart(host, given.Words[0]);
                break;
            case "reload":
                Reload(host);
                break;
            case "logs":
                Logs(host, given);
                break;
            case "audio":
                Audio(host, asJson);
                break;
            case "led":
                Led(host, given.Words, asJson);
                break;
            case "volume":
                Volume(host, given.Words);
                break;
            case "watch":
                Watch(host);
                break;
            default:
                host.Ask([command, .. given.Words]);
                break;
        }
        return 0;
    }

    private static string HostDirectory(string? given) =>
        (given ?? Environment.GetEnvironmentVariable(Rendezvous.PathVariable)) is { Length: > 0 } directory ? directory : DefaultPath;

    private static void Clients(ControlClient host, bool asJson)
    {
        var answer = host.Ask("clients");
        var clients = answer.List("clients");
        var withClient = clients.Where(c => c.Has("app")).Select(c => c.Text("app")).ToHashSet();
        Answer[] all = [.. clients, .. answer.List("apps").Where(a => !withClient.Contains(a.Text("app")))];
        if (asJson)
        {
            Console.WriteLine(Answer.ToJson(all));
            return;
        }
        string[] titles = ["NAME", "PID", "SIZE", "FRAMES", "LAST", "EVENTS", "LOST", "AUDIO", "FRONT", "RESTARTS", "LAST EXIT", "STATE"];
        Table([titles, .. all.Select(Row)]);
    }

    // An app without a client has neither a size nor frames or events.
    private static string[] Row(Answer c) =>
    [
        c.Has("name") ? c.Text("name") : c.Text("app"),
        c.Text("pid"),
        c.Has("width") ? $"{c.Text("width")}x{c.Text("height")}" : "-",
        c.Has("frames") ? c.Number("frames").ToString("N0", CultureInfo.InvariantCulture) : "-",
        c.Has("lastFrameSeconds") ? string.Create(CultureInfo.InvariantCulture, $"{c.Number("lastFrameSeconds"):0.0} s") : "-",
        c.Has("eventsQueued") ? $"{c.Text("eventsQueued")}/1024" : "-",
        c.Has("eventsDropped") ? c.Number("eventsDropped").ToString("N0", CultureInfo.InvariantCulture) : "-",
        c.Flag("audio") ? "yes" : "-",
        c.Flag("focus") ? "yes" : "-",
        c.Text("restarts"),
        c.Text("lastExit"),
        c.Text("state"),
    ];

    private static void Table(IReadOnlyList<string[]> rows)
    {
        foreach (var row in rows)
            Console.WriteLine(string.Join("  ", row.Select((cell, i) => cell.PadRight(rows.Max(r => r[i].Length)))).TrimEnd());
    }

    private static void Screenshot(ControlClient host, string file)
    {
        var answer = host.Ask("screenshot");
        var (width, height) = ((int)answer.Number("width"), (int)answer.Number("height"));
        var pixels = host.ReadBytes((int)answer.Number("bytes"));
        try
        {
            using var png = file == "-" ? Console.OpenStandardOutput() : File.Create(file);
            PngWriter.Write(png, width, height, pixels);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MmmException($"{file}: the screenshot cannot be written: {IoFault.Text(e)}");
        }
    }

    private static void Restart(ControlClient host, string app)
    {
        host.Ask("restart", app);
        Console.WriteLine($"{app} shows frames");
    }

    private static void Reload(ControlClient host)
    {
        var answer = host.Ask("reload");
        string[] lines =
        [
            .. answer.Texts("applied").Select(k => $"{k} is applied"),
            .. answer.Texts("nextStart").Select(k => $"{k} is applied at the next start"),
            .. answer.Texts("overridden").Select(k => $"{k} has no effect: the command line of mmm overrides it"),
        ];
        Console.WriteLine(lines.Length > 0 ? string.Join('\n', lines) : "nothing has changed");
    }

    private static void Watch(ControlClient host)
    {
        host.Ask("watch");
        while (host.ReadLine() is { } line)
            Console.WriteLine(line);
    }

    /// <summary>One connection to a host's control socket.</summary>
    private sealed class ControlClient : IDisposable
    {
        private readonly FileStream _stream;
        private readonly int _answersMs;

        /// <param name="directory">The directory that the host serves.</param>
        /// <param name="answersMs">How long the host may be silent; -1 for no limit.</param>
        public ControlClient(string directory, int answersMs = -1)
        {
            _answersMs = answersMs;
            var fd = Mmm.Linux.Sys.UnixSocket(Tmds.Linux.LibC.SOCK_STREAM);
            var error = fd < 0 ? fd : Mmm.Linux.Sys.UnixAddress(fd, directory, Rendezvous.ControlName, bindIt: false);
            if (error < 0)
            {
                Mmm.Linux.Sys.Close(fd);
                throw new MmmException(error == -Tmds.Linux.LibC.EACCES
                    ? $"{directory}: permission denied; only the host's user and root may control it"
                    : $"{directory}: no host answers there ({Mmm.Linux.Sys.ErrorText(error)}); set "
                        + "MMM_PATH or --path DIR to the directory that it serves");
            }
            Mmm.Linux.Sys.SetBlocking(fd);
            _stream = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(fd, ownsHandle: true),
                FileAccess.ReadWrite, bufferSize: 0);
        }

        public Answer Ask(params string[] words)
        {
            var buffer = new System.Buffers.ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(buffer))
            {
                writer.WriteStartArray();
                foreach (var word in words)
                    writer.WriteStringValue(word);
                writer.WriteEndArray();
            }
            try
            {
                _stream.Write([.. buffer.WrittenSpan, (byte)'\n']);
            }
            catch (IOException)
            {
                // A host that refuses a connection closes it at once, but has sent the reason.
            }
            var line = ReadLine() ?? throw new MmmException("the host closed the connection without an answer");
            var answer = Answer.Parse(line);
            return answer.Flag("ok") ? answer
                : throw new MmmException(answer.Text("error"),
                    innerException: answer.Texts("faults") is { Count: > 0 } faults ? new ConfigException(faults) : null);
        }

        public string? ReadLine()
        {
            var line = new List<byte>();
            var b = -1;
            try
            {
                while (IsAnswering() && (b = _stream.ReadByte()) >= 0 && b != '\n')
                    line.Add((byte)b);
            }
            catch (IOException)
            {
                // The host closed the connection.
            }
            return b < 0 ? null : Encoding.UTF8.GetString([.. line]);
        }

        private bool IsAnswering()
        {
            if (_answersMs >= 0 && !Mmm.Linux.Sys.PollIn((int)_stream.SafeFileHandle.DangerousGetHandle(), _answersMs))
                throw new MmmException($"the host has not answered within {_answersMs / 1000} s");
            return true;
        }

        public byte[] ReadBytes(int count)
        {
            var bytes = new byte[count];
            _stream.ReadExactly(bytes);
            return bytes;
        }

        public void Dispose() => _stream.Dispose();
    }
}
