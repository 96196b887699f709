using System.Globalization;

namespace Mmm.Apps.Clock;

/// <summary>The options of the command line. If the command line is not valid, <see cref="Error"/> is one line for people.</summary>
internal sealed class ClockOptions
{
    /// <summary>The text that --help prints.</summary>
    public const string Help = """
        Clock: a full-screen clock for an mmm host (run it as: mmm Clock)

          --12h                     start with the 12 hour clock
          --tick                    start with the tick sound on
          --time HH:MM:SS[/DATE]    show this fixed time; DATE as in 2026-11-22, today if omitted
          --png FILE WIDTHxHEIGHT   write one picture to FILE and exit; needs no host
          --help                    this text

        A touch or the key "return" switches between 12 and 24 hours. The key "t" switches the tick sound on and off.
        The time zone is that of the system, or of the environment variable TZ, as in TZ=Europe/Vienna.
        """;

    private const int MaxSide = 16384; // the protocol's limit

    /// <summary>True if the program must print <see cref="Help"/> and exit.</summary>
    public bool WantsHelp { get; private set; }

    /// <summary>True for hours from 0 to 23.</summary>
    public bool Is24Hour { get; private set; } = true;

    /// <summary>True if the tick sound is on.</summary>
    public bool TickOn { get; private set; }

    /// <summary>The fixed time to show; null to show the current time.</summary>
    public DateTime? Time { get; private set; }

    /// <summary>The file of the picture to write; null if there is none.</summary>
    public string? PngPath { get; private set; }

    /// <summary>The size of that picture in pixels.</summary>
    public (int Width, int Height) PngSize { get; private set; }

    /// <summary>The error in the command line; null if there is none.</summary>
    public string? Error { get; private set; }

    /// <summary>Parses the command line. Never throws.</summary>
    public static ClockOptions Parse(ReadOnlySpan<string> args)
    {
        var options = new ClockOptions();
        while (!args.IsEmpty && options.Error is null)
            args = args[Math.Min(options.Take(args), args.Length)..];
        return options;
    }

    // Parses one option and returns its number of words.
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
                Error = $"unknown option {args[0]}; see Clock --help";
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
