using System.Globalization;
using Soak;

// bench/run soak: hostile load on a real host, for minutes or hours; the exit code is 0 when nothing of it stays behind and nobody else
// noticed.
if (args is ["attack", var directory, var kind, var number])
    return Attack.Run(directory, kind, int.Parse(number, CultureInfo.InvariantCulture));
if (Arguments.Parse(args) is { } arguments)
    return Table.Run(arguments);
Console.Error.WriteLine("usage: Soak HOST [--minutes N | --seconds N] [--seed N] [--attackers N] [--kinds KIND,...]");
return 2;

/// <summary>What to do.</summary>
/// <param name="Host">The program mmm.</param>
/// <param name="Time">How long to attack; the quiet between the rounds comes on top.</param>
/// <param name="Seed">Of all that is random but the scheduler.</param>
/// <param name="Attackers">Hostile processes at a time.</param>
/// <param name="Kinds">Of <see cref="Attack.Kinds"/>.</param>
internal sealed record Arguments(string Host, TimeSpan Time, int Seed, int Attackers, string[] Kinds)
{
    /// <summary>Null when they are not understood.</summary>
    public static Arguments? Parse(string[] args)
    {
        if (args is not [var host, ..] || args.Length % 2 == 0)
            return null;
        var arguments = new Arguments(host, TimeSpan.FromMinutes(5), Random.Shared.Next(), Attackers: 12, Attack.Kinds);
        for (var i = 1; i < args.Length; i += 2)
        {
            if (args[i] == "--kinds" && args[i + 1].Split(',') is var kinds && !kinds.Except(Attack.Kinds).Any())
            {
                arguments = arguments with { Kinds = kinds };
                continue;
            }
            if (!int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
                return null;
            switch (args[i])
            {
                case "--minutes":
                    arguments = arguments with { Time = TimeSpan.FromMinutes(value) };
                    break;
                case "--seconds":
                    arguments = arguments with { Time = TimeSpan.FromSeconds(value) };
                    break;
                case "--seed":
                    arguments = arguments with { Seed = value };
                    break;
                case "--attackers":
                    arguments = arguments with { Attackers = value };
                    break;
                default:
                    return null;
            }
        }
        return arguments;
    }
}
