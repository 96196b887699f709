using System.Globalization;
using System.Text;
using System.Text.Json;
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
    private static readonly OptionEntry Lines = new("-n", "LINES", "Prints at most that many of the lines that are there already.");

    private static readonly OptionEntry ViewOnly = new("--view-only", null, "The password is for viewers who may only see.");
    private static readonly OptionEntry Keep = new("--keep", "DIR", "Where mmm-view keeps it. Default: that of mmm-view.");

    private static readonly OptionTable Usage = new(
        "mmmctl",
        "Inspects and controls a running mmm host.",
        "",
        [new("--path", "DIR", $"The directory that the host serves. Default: $MMM_PATH, else {DefaultPath}.")],
        [
            new("clients", "", 0, 0, "Lists the clients.", Json),
            new("screenshot", "FILE", 1, 1, "Writes the picture on the screen as a PNG file."),
            new("send", "CLIENT TEXT", 2, 2, "Sends a message to the clients of that title or file name."),
            new("event", "CLIENT TEXT", 2, 2, "Sends an event to the clients of that name: mmmctl event Clock \"mouse-press 10 10\"."),
            new("restart", "APP", 1, 1, "Restarts an app of the configuration and waits for its first frame."),
            new("tap", "X Y", 2, 2, "Touches the screen at a pixel."),
            new("drag", "X Y X Y", 4, 4, "Moves a finger from one pixel of the screen to another."),
            new("type", "TEXT", 1, 1, "Types text for the app that has the focus."),
            new("key", "NAME", 1, 1, "Presses a key, as in: mmmctl key control-left. The names are in docs/keys.md."),
            new("raise", "CLIENT", 1, 1, "Puts a client in front of all others."),
            new("logs", "[APP]", 0, 1, "Prints the last lines that the apps, or one app, have written to their output.", Follow, Lines),
            new("blank", "", 0, 0, "Turns the screen off. Input or unblank turns it on again."),
            new("unblank", "", 0, 0, "Turns the screen on."),
            new("brightness", "PERCENT", 1, 1, "Sets the backlight, 0 to 100."),
            new("audio", "", 0, 0, "Shows the sound output, and the clients that have played sound.", Json),
            new("volume", "[[CLIENT] PERCENT]", 0, 2, "Shows the volumes, or sets the master volume or a client's volume, 0 to 100."),
            new("mute", "[on|off]", 0, 1, "Mutes (on) or unmutes (off) all sound. Default: on."),
            new("watch", "", 0, 0, "Prints the messages of all clients, one JSON object per line, until it is interrupted."),
            new("view-password", "", 0, 0, "Reads a password for the viewers of mmm-view, and keeps its hash.", ViewOnly, Keep),
            new("quit", "", 0, 0, "Ends the host."),
        ]);

    public static int Run(string[] args)
    {
        if (Usage.Read(args, Console.Write) is not { Command.Name: var command } given)
            return 0;
        if (command == "view-password")
            SetViewPassword(given.Last(Keep.Name), given.Last(ViewOnly.Name) is not null);
        var directory = given.Last("--path") ?? Environment.GetEnvironmentVariable(Rendezvous.PathVariable);
        using var host = new ControlClient(string.IsNullOrEmpty(directory) ? DefaultPath : directory);
        var asJson = given.Last(Json.Name) is not null;
        switch (command)
        {
            case "clients":
                Clients(host, asJson);
                break;
            case "screenshot":
                Screenshot(host, given.Words[0]);
                break;
            case "restart":
                Restart(host, given.Words[0]);
                break;
            case "logs":
                Logs(host, given);
                break;
            case "audio":
                Audio(host, asJson);
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

    private static void Clients(ControlClient host, bool asJson)
    {
        var clients = host.Ask("clients").GetProperty("clients");
        if (asJson)
        {
            Console.WriteLine(clients.GetRawText());
            return;
        }
        List<string[]> rows = [["NAME", "PID", "SIZE", "FRAMES", "LAST", "EVENTS", "LOST", "AUDIO", "FRONT", "RESTARTS", "LAST EXIT"]];
        foreach (var c in clients.EnumerateArray())
        {
            rows.Add([
                c.GetProperty("name").GetString()!,
                $"{c.GetProperty("pid").GetInt32()}",
                $"{c.GetProperty("width").GetInt32()}x{c.GetProperty("height").GetInt32()}",
                c.GetProperty("frames").GetInt64().ToString("N0", CultureInfo.InvariantCulture),
                c.TryGetProperty("lastFrameSeconds", out var last)
                    ? string.Create(CultureInfo.InvariantCulture, $"{last.GetDouble():0.0} s") : "-",
                $"{c.GetProperty("eventsQueued").GetInt32()}/1024",
                c.GetProperty("eventsDropped").GetInt64().ToString("N0", CultureInfo.InvariantCulture),
                c.GetProperty("audio").GetBoolean() ? "yes" : "-",
                c.GetProperty("focus").GetBoolean() ? "yes" : "-",
                c.TryGetProperty("restarts", out var restarts) ? $"{restarts.GetInt32()}" : "-",
                c.TryGetProperty("lastExit", out var exit) ? exit.GetString()! : "-",
            ]);
        }
        Table(rows);
    }

    private static void Table(IReadOnlyList<string[]> rows)
    {
        foreach (var row in rows)
            Console.WriteLine(string.Join("  ", row.Select((cell, i) => cell.PadRight(rows.Max(r => r[i].Length)))).TrimEnd());
    }

    private static void Screenshot(ControlClient host, string file)
    {
        var answer = host.Ask("screenshot");
        var (width, height) = (answer.GetProperty("width").GetInt32(), answer.GetProperty("height").GetInt32());
        var pixels = host.ReadBytes(answer.GetProperty("bytes").GetInt32());
        try
        {
            using var png = File.Create(file);
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

    private static void Logs(ControlClient host, OptionTable.Given given)
    {
        var most = int.MaxValue;
        if (given.Last(Lines.Name) is { } text && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out most)))
            throw new MmmException($"-n is {text}; it must be a number of lines, 0 or more");
        var follow = given.Last(Follow.Name) is not null;
        var lines = host.Ask([follow ? "follow" : "logs", .. given.Words]).GetProperty("lines");
        foreach (var line in lines.EnumerateArray().Skip(Math.Max(0, lines.GetArrayLength() - most)))
            Print(line);
        while (follow && host.ReadLine() is { } line)
            Print(JsonDocument.Parse(line).RootElement);

        static void Print(JsonElement line)
        {
            var (app, text) = (line.GetProperty("app").GetString()!, line.GetProperty("line").GetString()!);
            Console.WriteLine($"{LogWriter.Printable(app)}: {LogWriter.Printable(text)}");
        }
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

        public ControlClient(string directory)
        {
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

        public JsonElement Ask(params string[] words)
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
            var answer = JsonDocument.Parse(line).RootElement;
            return answer.GetProperty("ok").GetBoolean() ? answer : throw new MmmException(answer.GetProperty("error").GetString()!);
        }

        public string? ReadLine()
        {
            var line = new List<byte>();
            var b = -1;
            try
            {
                while ((b = _stream.ReadByte()) >= 0 && b != '\n')
                    line.Add((byte)b);
            }
            catch (IOException)
            {
                // The host closed the connection.
            }
            return b < 0 ? null : Encoding.UTF8.GetString([.. line]);
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
