using System.CommandLine;
using System.CommandLine.Help;
using AlsaSink;
using Mmm;

namespace FbHost.Options;

/// <summary>The command line of <c>mmm</c>; see docs/configuration.md.</summary>
internal static class CommandLine
{
    private static readonly Option<string> Config = new("--config")
    {
        HelpName = "FILE", Description = "Configuration: JSON with comments. Options here win over it.",
    };

    private static readonly Option<string> Display = new("--display") { HelpName = "DISPLAY", Description = $"{DisplayChoice.Forms}." };

    private static readonly Option<string> Rotate = new("--rotate")
    {
        HelpName = "DEGREES", Description = "How the panel hangs: 0, 90, 180 or 270 degrees clockwise.",
    };

    private static readonly Option<string[]> Input = new("--input")
    {
        HelpName = "INPUT",
        Description = "auto, none, terminal (stdin as a keyboard), or the path of an evdev device, a FIFO, or a directory of them; may be repeated.",
    };

    private static readonly Option<string> Audio = new("--audio")
    {
        HelpName = "AUDIO", Description = "auto, none, alsa:NAME, alsa:card=NAME or wav:FILE.",
    };

    private static readonly Option<string> Path = new("--path")
    {
        HelpName = "DIR", Description = "Serves DIR; made when missing. Default: $MMM_PATH, else a new /tmp/mmm-PID.",
    };

    private static readonly Option<string> OneClient = new("-p") { HelpName = "DIR", Description = "Serves DIR for one client, and ends when it ends." };

    private static readonly Argument<string[]> Command = new("COMMAND")
    {
        HelpName = "COMMAND", Description = "An app and its arguments: runs it under a host of its own and ends with its exit code.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static RootCommand Root() => new("mmm: shows mmm clients on a framebuffer, with input and sound. To look at a running host: mmmctl --help")
    {
        Config, Display, Rotate, Input, Audio, Path, OneClient, Command,
    };

    /// <summary>Reads the arguments and the configuration that they name. Null: help or version was shown.</summary>
    /// <exception cref="MmmException">One line for people.</exception>
    public static ServeOptions? Parse(string[] args)
    {
        var root = Root();
        var (own, command) = Split(root, args);
        var parsed = root.Parse(own);
        if (parsed.Errors.Count > 0)
            throw new MmmException($"{parsed.Errors[0].Message.TrimEnd('.')}. See mmm --help");
        if (parsed.Action is not null)
        {
            parsed.Invoke();
            return null;
        }
        foreach (var option in (ReadOnlySpan<Option<string>>)[Config, Display, Rotate, Audio, Path, OneClient])
        {
            if (parsed.GetValue(option) is "")
                throw new MmmException($"{option.Name} is empty; it must be {option.HelpName}. See mmm --help");
        }
        if (parsed.GetValue(Input) is { } named && named.Contains(""))
            throw new MmmException($"{Input.Name} is empty; it must be auto, none, terminal or a path. See mmm --help");
        var options = parsed.GetValue(Config) is { } file ? ConfigFile.Load(file) : new ServeOptions();
        options.ConfigFile = parsed.GetValue(Config);
        if (parsed.GetValue(Display) is { } display)
            options.Display = DisplayChoice.Parse(display, out var fault) ?? throw new MmmException($"--display is {display}; {fault}");
        if (parsed.GetValue(Rotate) is { } rotate)
            options.Rotate = rotate is "0" or "90" or "180" or "270"
                ? int.Parse(rotate)
                : throw new MmmException($"--rotate is {rotate}; it must be 0, 90, 180 or 270");
        if (parsed.GetValue(Input) is { Length: > 0 } inputs)
            options.Inputs = inputs;
        if (parsed.GetValue(Audio) is { } audio)
            options.Audio = AudioOptions.TryParse(audio, out var a, out var error) ? options.Audio.On(a) : throw new MmmException(error);
        options.Path = parsed.GetValue(Path) ?? options.Path;
        options.Command = command;
        options.OneClient = command.Length > 0;
        if (parsed.GetValue(OneClient) is { } only)
        {
            if (command.Length > 0)
                throw new MmmException("-p DIR waits for a client that is started elsewhere; leave out -p to run a command");
            options.Path = only;
            options.OneClient = true;
        }
        foreach (var path in (ReadOnlySpan<string?>)[options.Path ?? Environment.GetEnvironmentVariable(Rendezvous.PathVariable), .. options.Inputs])
            CheckPlace(path);
        return options;
    }

    // A relative path begins at the working directory, which may have been removed.
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
            throw new MmmException($"{path}: the directory that relative paths begin at was removed; name it by its full path");
        }
    }

    // What follows the first word that is no option is the command's own: mmm --display auto ./app -p x
    private static (string[] Own, string[] Command) Split(RootCommand root, string[] args)
    {
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--")
                return (args[..i], args[(i + 1)..]);
            if (!args[i].StartsWith('-'))
                return (args[..i], args[i..]);
            var name = args[i].Split('=', ':')[0];
            var option = root.Options.FirstOrDefault(o => o.Name == name || o.Aliases.Contains(name))
                ?? throw new MmmException($"{name} is not a known option. See mmm --help");
            if (option is not HelpOption and not VersionOption && name == args[i])
                i++; // its value
        }
        return (args, []);
    }
}
