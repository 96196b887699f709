using System.Globalization;

namespace Mmm.Apps.Clock;

/// <summary>The command line. <see cref="Error"/> is one line for people when it is not right.</summary>
internal sealed class ClockOptions
{
    /// <summary>What --help prints.</summary>
    public const string Help = """
        Clock: a full-screen clock for an mmm host (run it as: mmm Clock)

          --12h                     start with the 12 hour clock
          --tick                    start with the tick sound on
          --time HH:MM:SS[/DATE]    show this time and stand still; DATE as in 2026-11-22, today when left out
          --png FILE WIDTHxHEIGHT   draw one picture into FILE and exit; needs no host
          --help                    this text

        A touch or the key "return" switches between 12 and 24 hours, the key "t" the tick sound.
        The time zone is the system's, or that of the environment variable TZ, as in TZ=Europe/Vienna.
        """;

    private const int MaxSide = 16384; // as the protocol's

    /// <summary>Print <see cref="Help"/> and exit.</summary>
    public bool WantsHelp { get; private set; }

    /// <summary>0..23 hours.</summary>
    public bool Is24Hour { get; private set; } = true;

    /// <summary>The tick can be heard.</summary>
    public bool TickOn { get; private set; }

    /// <summary>The time to stand still at, or null.</summary>
    public DateTime? Time { get; private set; }

    /// <summary>The picture to draw, or null.</summary>
    public string? PngPath { get; private set; }

    /// <summary>The picture's size, pixels.</summary>
    public (int Width, int Height) PngSize { get; private set; }

    /// <summary>What is wrong, or null.</summary>
    public string? Error { get; private set; }

    /// <summary>Reads the command line; never throws.</summary>
    public static ClockOptions Parse(ReadOnlySpan<string> args)
    {
        var options = new ClockOptions();
        while (!args.IsEmpty && options.Error is null)
            args = args[Math.Min(options.Take(args), args.Length)..];
        return options;
    }

    // Takes one option; returns the number of words that it has.
    private int Take(ReadOnlySpan<string> args)
    {
        var value = args.Length > 1 ? args[1] : "";
        switch (args[0])
        {
            case "--help" or "-h":
                WantsHelp = true;
                return 1;
            case "--12h":
                Is24Hour = false;
                return 1;
            case "--tick":
                TickOn = true;
                return 1;
            case "--time":
                Time = ParseTime(value);
                if (Time is null)
                    Error = $"--time is \"{value}\"; it must be HH:MM:SS or HH:MM:SS/YYYY-MM-DD";
                return 2;
            case "--png":
                var size = args.Length > 2 ? args[2] : "";
                if (value == "" || !TryParseSize(size))
                    Error = $"--png has \"{value}\" \"{size}\"; it needs a file and a size up to {MaxSide}x{MaxSide}, as in a.png 800x480";
                PngPath = value;
                return 3;
            default:
                Error = $"{args[0]} is no option; see Clock --help";
                return 1;
        }
    }

    private static DateTime? ParseTime(string text)
    {
        var slash = text.IndexOf('/');
        var date = DateOnly.FromDateTime(DateTime.Now);
        if (slash >= 0 && !DateOnly.TryParseExact(text.AsSpan(slash + 1), "yyyy-MM-dd", out date))
            return null;
        return TimeOnly.TryParseExact(slash < 0 ? text : text.AsSpan(0, slash), "HH:mm:ss", out var time) ? date.ToDateTime(time) : null;
    }

    private bool TryParseSize(string text)
    {
        var x = text.IndexOf('x');
        if (x < 0 || !int.TryParse(text.AsSpan(0, x), NumberStyles.None, null, out var width)
            || !int.TryParse(text.AsSpan(x + 1), NumberStyles.None, null, out var height))
            return false;
        PngSize = (width, height);
        return width is > 0 and <= MaxSide && height is > 0 and <= MaxSide;
    }
}
