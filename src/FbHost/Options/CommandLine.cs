using AlsaSink;
using Mmm.Protocol;
using Mmm;

namespace FbHost.Options;

/// <summary>The command line of <c>mmm</c>; see docs/configuration.md.</summary>
internal static class CommandLine
{
    private static readonly OptionTable Usage = new(
        "mmm",
        "Shows mmm clients on a framebuffer, with input and sound. For commands to a running host, see mmmctl --help.",
        "[COMMAND [ARGUMENT...]]    runs COMMAND under a host of its own, and ends with its exit code",
        [
            new("--config", "FILE", "The configuration file, JSON with comments. Options on the command line take precedence over it."),
            new(Fallback, "FILE", "The configuration that is used instead if that of --config has a fault, which is shown on the screen."),
            new("--display", "DISPLAY", $"{DisplayChoice.Forms}."),
            new("--rotate", "DEGREES", "How the panel hangs: 0, 90, 180 or 270 degrees clockwise."),
            new("--input", "INPUT",
                "auto, none, terminal (stdin as a keyboard), or the path of an evdev device, a FIFO, or a directory of them; "
                + "may be repeated."),
            new("--audio", "AUDIO", "auto, none, alsa:NAME, alsa:card=NAME or wav:FILE."),
            new("--path", "DIR", "Serves DIR, which is created if it is missing. Default: $MMM_PATH, else a new /tmp/mmm-PID."),
            new("-p", "DIR", "Serves DIR until the last of its clients has ended."),
            new("--check", "FILE", "Prints all faults of a configuration file, and ends with code 1 if there are any."),
            new(ForBoard, null, "With --check: the devices, files and programs that it names need not exist on this machine."),
            new("--schema", null, "Prints the JSON schema of the configuration file, for editors."),
        ],
        []);

    private const string ForBoard = "--for-board", Fallback = "--fallback";

    /// <summary>Reads the arguments and the configuration file that they name. Returns null if they ask only for something to be
    /// printed.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="exitCode">The exit code if the result is null.</param>
    /// <exception cref="MmmException">An argument or the configuration is not valid. The message is one line.</exception>
    public static ServeOptions? Parse(string[] args, out int exitCode)
    {
        exitCode = 0;
        if (Usage.Read(args, Console.Write) is not { } given)
            return null;
        if (given.Last("--schema") is not null)
        {
            Console.Write(ConfigSchema.Make());
            return null;
        }
        if (given.Last("--check") is { } checkedFile)
        {
            exitCode = Check(checkedFile, checksPlaces: given.Last(ForBoard) is null);
            return null;
        }
        if (given.Last(ForBoard) is not null)
            throw new MmmException($"{ForBoard} is used with --check FILE only");
        return Read(given, Configured(given));
    }

    private static int Check(string file, bool checksPlaces)
    {
        var faults = ConfigFile.Check(file, checksPlaces);
        foreach (var fault in faults)
            Console.WriteLine(fault);
        if (faults.Count == 0)
            Console.WriteLine($"{LogWriter.Printable(file)}: no faults");
        return faults.Count == 0 ? 0 : 1;
    }

    // Reads the configuration, or that which replaces it. Its faults are not thrown before it is known whether there is a screen for them.
    private static (ServeOptions Options, ConfigFaults? Faults) Configured(OptionTable.Given given)
    {
        if (given.Last("--config") is not { } file)
            return given.Last(Fallback) is null ? (new ServeOptions(), null)
                : throw new MmmException($"{Fallback} is used with --config FILE only");
        var options = ConfigFile.Read(file, out var faults);
        if (faults.AreNone)
            return (options, null);
        if (given.Last(Fallback) is not { } fallback)
        {
            options.Faults = faults.Lines;
            return (options, faults);
        }
        options = ConfigFile.Read(fallback, out var more);
        options.Faults = [$"{fallback} is used, because {file} has faults:", .. faults.Lines, .. more.Lines];
        return (options, faults);
    }

    private static ServeOptions Read(OptionTable.Given given, (ServeOptions Options, ConfigFaults? Faults) configured)
    {
        var options = configured.Options;
        options.ConfigFile = given.Last("--config");
        if (options.ConfigFile is { } file)
            options.Reread = () => Read(given, (ConfigFile.Load(file), null));
        options.Overridden = Overridden(given);
        if (given.Last("--display") is { } display)
            options.Display = DisplayChoice.Parse(display, out var fault) ?? throw new MmmException($"--display is {display}; {fault}");
        options.Display = options.Display.OnDesktop(Environment.GetEnvironmentVariable);
        if (given.Last("--rotate") is { } rotate)
            options.Rotate = rotate is "0" or "90" or "180" or "270"
                ? int.Parse(rotate)
                : throw new MmmException($"--rotate is {rotate}; it must be 0, 90, 180 or 270");
        if (given.All("--input") is { Length: > 0 } inputs)
            options.Inputs = inputs;
        if (given.Last("--audio") is { } audio)
            options.Audio = AudioOptions.TryParse(audio, out var a, out var error) ? options.Audio.On(a) : throw new MmmException(error);
        options.Path = given.Last("--path") ?? options.Path;
        options.Command = given.Words;
        options.OneClient = given.Words.Length > 0;
        if (given.Last("-p") is { } only)
        {
            if (given.Words.Length > 0)
                throw new MmmException("-p DIR waits for a client that is started elsewhere; leave out -p to run a command");
            options.Path = only;
            options.OneClient = true;
        }
        options.RunsWithFaults = (options.Display.TakesScreen || given.Last(Fallback) is not null) && options.Command.Count == 0;
        if (configured.Faults is { } faults && !options.RunsWithFaults)
            throw faults.ToException();
        var directory = options.Path ?? Environment.GetEnvironmentVariable(Rendezvous.PathVariable);
        foreach (var path in (ReadOnlySpan<string?>)[directory, .. options.Inputs])
            CheckPlace(path);
        return options;
    }

    private static string[] Overridden(OptionTable.Given given)
    {
        ReadOnlySpan<(string Option, string Key)> overriding =
        [
            ("--display", "display.device"), ("--rotate", "display.rotate"), ("--input", "input.devices"), ("--audio", "audio.device"),
            ("--path", "path"), ("-p", "path"),
        ];
        var keys = new List<string>();
        foreach (var (option, key) in overriding)
        {
            if (given.Last(option) is not null)
                keys.Add(key);
        }
        if (given.Words.Length > 0)
            keys.AddRange("apps", "front");
        return [.. keys];
    }

    // A relative path cannot be resolved if the working directory was removed.
    private static void CheckPlace(string? path)
    {
        if (path is null or "" or "auto" or "none" or "terminal" || path.StartsWith('/'))
            return;
        try
        {
            _ = Environment.CurrentDirectory;
        }
        catch (IOException)
        {
            throw new MmmException($"{path}: the working directory was removed, so a relative path cannot be used; give the full path");
        }
    }
}
