using System.Globalization;
using Soak;

// bench/run soak: runs hostile load on a real host for minutes or hours. The exit code is 0 if the host releases all resources afterwards
// and the well-behaved client was not disturbed.
if (args is ["attack", var directory, var kind, var number])
    return Attack.Run(directory, kind, int.Parse(number, CultureInfo.InvariantCulture));
if (Arguments.Parse(args) is { } arguments)
    return Table.Run(arguments);
Console.Error.WriteLine("usage: Soak HOST [--minutes N | --seconds N] [--seed N] [--attackers N] [--kinds KIND,...]");
return 2;

/// <summary>The arguments of the program.</summary>
/// <param name="Host">Path of the program mmm.</param>
/// <param name="Time">The total time of the attacks. The pauses between the rounds are added to it.</param>
/// <param name="Seed">Seed of all random numbers.</param>
/// <param name="Attackers">Number of hostile processes at a time.</param>
/// <param name="Kinds">The kinds of attacks to use, from <see cref="Attack.Kinds"/>.</param>
internal sealed record Arguments(string Host, TimeSpan Time, int Seed, int Attackers, string[] Kinds)
{
    /// <summary>Returns null if the arguments are invalid.</summary>
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
