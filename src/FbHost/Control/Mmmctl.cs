using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FbHost.Images;
using Mmm;

namespace FbHost.Control;

/// <summary>The program <c>mmmctl</c>: speaks to a running host through its control socket.</summary>
internal static partial class Mmmctl
{
    private const string DefaultPath = "/run/mmm";

    public static int Run(string[] args)
    {
        var path = new Option<string>("--path")
        {
            HelpName = "DIR", Description = $"The directory that the host serves. Default: $MMM_PATH, else {DefaultPath}.", Recursive = true,
        };
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var client = new Argument<string>("CLIENT") { Description = "A client's title or file name." };
        var text = new Argument<string>("TEXT");
        var file = new Argument<string>("FILE") { Description = "The PNG to write." };
        var percent = new Argument<string>("PERCENT") { Description = "0 to 100." };
        var app = new Argument<string>("APP") { Description = "An app's name in the configuration." };
        var loudness = new Argument<string[]>("[CLIENT] PERCENT")
        {
            Description = "A client's title or file name, and 0 to 100.", Arity = new ArgumentArity(0, 2),
        };
        var onOff = new Argument<string[]>("on|off") { Description = "On when left out.", Arity = new ArgumentArity(0, 1) };
        var root = new RootCommand("mmmctl: looks at a running mmm host and tells it things.") { path };
        Add("clients", "Lists the clients.", [json], (p, c) => Clients(c, p.GetValue(json)));
        Add("screenshot", "Writes what is on the screen as a PNG.", [file], (p, c) => Screenshot(c, p.GetValue(file)!));
        Add("send", "Sends a client a message.", [client, text], (p, c) => c.Ask("send", p.GetValue(client)!, p.GetValue(text)!));
        Add("event", "Gives a client an event, as in: mmmctl event Clock \"mouse-press 10 10\".", [client, text],
            (p, c) => c.Ask("event", p.GetValue(client)!, p.GetValue(text)!));
        Add("restart", "Ends an app and starts it again; waits for its first frame.", [app], (p, c) => Restart(c, p.GetValue(app)!));
        Add("blank", "Turns the screen off; input or unblank turns it on.", [], (_, c) => c.Ask("blank"));
        Add("unblank", "Turns the screen on.", [], (_, c) => c.Ask("unblank"));
        Add("brightness", "Sets the backlight.", [percent], (p, c) => c.Ask("brightness", p.GetValue(percent)!));
        Add("audio", "Shows what plays, and the clients that sound.", [json], (p, c) => Audio(c, p.GetValue(json)));
        Add("volume", "Shows the volumes; or sets that of everything, or of a client, in percent.", [loudness], (p, c) => Volume(c, p.GetValue(loudness)!));
        Add("mute", "Makes everything silent, or heard again.", [onOff], (p, c) => c.Ask(["mute", .. p.GetValue(onOff)!]));
        Add("watch", "Prints the messages of all clients, a JSON object a line, until it is ended.", [], (_, c) => Watch(c));
        Add("quit", "Ends the host.", [], (_, c) => c.Ask("quit"));
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
            throw new MmmException($"{parsed.Errors[0].Message.TrimEnd('.')}. See mmmctl --help");
        return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });

        void Add(string name, string description, Symbol[] symbols, Action<ParseResult, ControlClient> run)
        {
            var command = new Command(name, description);
            foreach (var symbol in symbols)
            {
                if (symbol is Option option)
                    command.Add(option);
                else
                    command.Add((Argument)symbol);
            }
            command.SetAction(p =>
            {
                var directory = p.GetValue(path) ?? Environment.GetEnvironmentVariable(Rendezvous.PathVariable);
                using var connection = new ControlClient(string.IsNullOrEmpty(directory) ? DefaultPath : directory);
                run(p, connection);
            });
            root.Add(command);
        }
    }

    private static void Clients(ControlClient host, bool asJson)
    {
        var clients = host.Ask("clients").GetProperty("clients");
        if (asJson)
        {
            Console.WriteLine(clients.GetRawText());
            return;
        }
        List<string[]> rows = [["NAME", "PID", "SIZE", "FRAMES", "LAST", "EVENTS", "LOST", "AUDIO"]];
        foreach (var c in clients.EnumerateArray())
        {
            rows.Add([
                c.GetProperty("name").GetString()!,
                $"{c.GetProperty("pid").GetInt32()}",
                $"{c.GetProperty("width").GetInt32()}x{c.GetProperty("height").GetInt32()}",
                c.GetProperty("frames").GetInt64().ToString("N0", CultureInfo.InvariantCulture),
                c.TryGetProperty("lastFrameSeconds", out var last) ? string.Create(CultureInfo.InvariantCulture, $"{last.GetDouble():0.0} s") : "-",
                $"{c.GetProperty("eventsQueued").GetInt32()}/1024",
                c.GetProperty("eventsDropped").GetInt64().ToString("N0", CultureInfo.InvariantCulture),
                c.GetProperty("audio").GetBoolean() ? "yes" : "-",
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
                    : $"{directory}: no host answers there ({Mmm.Linux.Sys.ErrorText(error)}); name its directory by MMM_PATH or --path DIR");
            }
            Mmm.Linux.Sys.SetBlocking(fd);
            _stream = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(fd, ownsHandle: true), FileAccess.ReadWrite, bufferSize: 0);
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
                // A host that refuses a connection hangs up at once, but has said why.
            }
            var line = ReadLine() ?? throw new MmmException("the host hung up");
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
                // Hung up.
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
