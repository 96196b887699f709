using System.Reflection;
using System.Text;
using Mmm;

namespace FbHost.Options;

/// <summary>An option of a program.</summary>
/// <param name="Name">The name with its dashes.</param>
/// <param name="Value">A word in capitals for its value; null if it has none.</param>
/// <param name="Description">One sentence or more.</param>
internal sealed record OptionEntry(string Name, string? Value, string Description);

/// <summary>A command of a program that has several.</summary>
/// <param name="Name">The command's word.</param>
/// <param name="Arguments">The arguments in capitals, optional ones in brackets; empty if there are none.</param>
/// <param name="Least">The smallest number of arguments.</param>
/// <param name="Most">The largest number of arguments.</param>
/// <param name="Description">One sentence or more.</param>
/// <param name="Options">The command's own options, in addition to those of the program.</param>
internal sealed record CommandEntry(string Name, string Arguments, int Least, int Most, string Description, params OptionEntry[] Options);

/// <summary>
/// The table of a program's options and commands. The arguments are read by it, and the help is written from it. It uses no library, which
/// saves a tenth of a second of the host's start on a small board.
/// </summary>
/// <param name="Name">The program's name.</param>
/// <param name="Description">What the program does.</param>
/// <param name="Arguments">The arguments that follow the options, for a program without commands.</param>
/// <param name="Options">All options except help and version, which every program has.</param>
/// <param name="Commands">The program's commands. If there are none, the caller handles what follows the options.</param>
internal sealed record OptionTable(
    string Name, string Description, string Arguments, IReadOnlyList<OptionEntry> Options, IReadOnlyList<CommandEntry> Commands)
{
    private const int Columns = 120;
    private static readonly OptionEntry Help = new("--help", null, "Shows this help (also -h, -?).");
    private static readonly OptionEntry Version = new("--version", null, "Shows the version.");

    /// <summary>The arguments that were given.</summary>
    /// <param name="Command">Null for a program without commands.</param>
    /// <param name="Values">Each option with its value, in the order given; an option without a value has "".</param>
    /// <param name="Words">The arguments that are neither options nor a command.</param>
    internal sealed record Given(CommandEntry? Command, IReadOnlyList<(string Option, string Value)> Values, string[] Words)
    {
        /// <summary>The last value of an option; null if it was not given.</summary>
        public string? Last(string option) => All(option) is { Length: > 0 } all ? all[^1] : null;

        /// <summary>All values of an option.</summary>
        public string[] All(string option) => [.. Values.Where(v => v.Option == option).Select(v => v.Value)];
    }

    /// <summary>Reads arguments. Returns null if help or version was requested; its text is passed to <paramref name="print"/>.</summary>
    /// <exception cref="MmmException">An argument is not valid. The message is one line.</exception>
    public Given? Read(string[] arguments, Action<string> print)
    {
        CommandEntry? command = null;
        List<(string, string)> values = [];
        List<string> words = [];
        for (var i = 0; i < arguments.Length; i++)
        {
            var argument = arguments[i];
            if (argument == "--")
            {
                words.AddRange(arguments[(i + 1)..]);
                break;
            }
            if (argument.Length > 1 && argument[0] == '-')
            {
                if (argument is "-h" or "-?" || argument == Help.Name)
                {
                    print(HelpText(command));
                    return null;
                }
                if (argument == Version.Name)
                {
                    print(ProgramVersion + "\n");
                    return null;
                }
                values.Add(ReadOption(arguments, command, ref i));
            }
            else if (Commands.Count == 0)
            {
                words.AddRange(arguments[i..]); // the words after the first one are arguments of that command
                break;
            }
            else if (command is null)
            {
                command = Commands.FirstOrDefault(c => c.Name == argument)
                    ?? throw Wrong($"{argument} is not a command{Suggestion.Then(argument, Commands.Select(c => c.Name))}"
                        + $"the commands are {string.Join(", ", Commands.Select(c => c.Name))}");
            }
            else
            {
                words.Add(argument);
            }
        }
        if (command is null && Commands.Count > 0)
            throw Wrong("a command is missing");
        if (command is not null && (words.Count < command.Least || words.Count > command.Most))
            throw Wrong($"{command.Name} takes {(command.Arguments.Length == 0 ? "no arguments" : $"the arguments {command.Arguments}")}");
        return new Given(command, values, [.. words]);
    }

    // "--name value", "--name=value" or "--name:value".
    private (string, string) ReadOption(string[] arguments, CommandEntry? command, ref int i)
    {
        var argument = arguments[i];
        var end = argument.AsSpan().IndexOfAny('=', ':');
        var name = end < 0 ? argument : argument[..end];
        var known = Options.Concat(command?.Options ?? []).ToList();
        var option = known.Find(o => o.Name == name)
            ?? throw Wrong($"{name} is not a known option"
                + Suggestion.Then(name, known.Select(o => o.Name)).TrimEnd(' ', ';'));
        if (option.Value is null)
            return end < 0 ? (name, "") : throw Wrong($"{name} takes no value");
        var value = end >= 0 ? argument[(end + 1)..]
            : ++i < arguments.Length ? arguments[i]
            : throw Wrong($"{name} must be followed by {option.Value}");
        if (end < 0 && (value == "--" || known.Exists(o => o.Name == value)))
            throw Wrong($"{name} must be followed by {option.Value}, not by {value}");
        return value.Length > 0 ? (name, value) : throw Wrong($"{name} is empty; it must be {option.Value}");
    }

    private MmmException Wrong(string what) => new($"{what}{(what[^1] == '?' ? "" : ".")} See {Name} --help");

    /// <summary>The version of the program.</summary>
    public static string ProgramVersion =>
        typeof(OptionTable).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? "unknown";

    private string HelpText(CommandEntry? command)
    {
        var text = new StringBuilder();
        var arguments = command?.Arguments ?? (Commands.Count > 0 ? "COMMAND" : Arguments);
        var name = command is null ? "" : command.Name + " ";
        text.Append($"{command?.Description ?? Description}\n\nUsage: {Name} [OPTIONS] {name}{arguments}".TrimEnd());
        text.Append('\n');
        if (command is null)
            List(text, "Commands", [.. Commands.Select(c => ($"{c.Name} {c.Arguments}", c.Description))]);
        OptionEntry[] options = [.. Options, .. command?.Options ?? [], Help, Version];
        List(text, "Options", [.. options.Select(o => ($"{o.Name} {o.Value}", o.Description))]);
        return text.ToString();
    }

    private static void List(StringBuilder text, string title, (string Name, string Description)[] entries)
    {
        if (entries.Length == 0)
            return;
        text.Append($"\n{title}:\n");
        var width = entries.Max(e => e.Name.TrimEnd().Length) + 4;
        foreach (var (name, description) in entries)
        {
            text.Append($"  {name}".TrimEnd().PadRight(width));
            var column = width;
            foreach (var word in description.Split(' '))
            {
                if (column > width && column + 1 + word.Length > Columns)
                {
                    text.Append('\n').Append(' ', width);
                    column = width;
                }
                if (column > width)
                    text.Append(' ');
                text.Append(word);
                column += word.Length + 1;
            }
            text.Append('\n');
        }
    }
}
