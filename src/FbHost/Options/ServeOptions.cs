using AlsaSink;
using Displays;
using Displays.Pixels;

namespace FbHost.Options;

/// <summary>What the host was told, by the command line and the configuration file; see docs/configuration.md.</summary>
internal sealed class ServeOptions
{
    /// <summary>auto, drm:PATH[:CONNECTOR], fbdev:PATH, memory:WxH[:FORMAT][@FILE].</summary>
    public DisplayChoice Display { get; set; } = new(DisplayKind.Auto, "", 0, 0);

    /// <summary>The mode of a KMS display; null: the monitor's preferred one.</summary>
    public DrmMode? DisplayMode { get; set; }

    /// <summary>The pixel format of a KMS display; null: what the driver prefers, or takes.</summary>
    public DrmFormat? DisplayFormat { get; set; }

    /// <summary>How the panel hangs, degrees clockwise: 0, 90, 180 or 270.</summary>
    public int Rotate { get; set; }

    /// <summary>Whether the picture is mirrored left to right, before it is turned.</summary>
    public bool MirrorX { get; set; }

    /// <summary>Whether the picture is mirrored top to bottom, before it is turned.</summary>
    public bool MirrorY { get; set; }

    /// <summary>Time without input after which the screen is turned off; zero: never.</summary>
    public TimeSpan BlankAfter { get; set; }

    /// <summary>A PNG that is shown until the first client's first frame; null: none.</summary>
    public string? Splash { get; set; }

    /// <summary>How to get help: shown while an app keeps failing.</summary>
    public string Help { get; set; } = "";

    /// <summary>Whether a mouse has a cursor on the screen.</summary>
    public bool Cursor { get; set; } = true;

    /// <summary>Ordered dithering on displays of less than 24 bits a pixel.</summary>
    public bool Dither { get; set; } = true;

    /// <summary>What is said of input devices.</summary>
    public InputEvdev.DeviceRules DeviceRules { get; set; } = InputEvdev.DeviceRules.None;

    /// <summary>The configuration that this was read from; null: none.</summary>
    public string? ConfigFile { get; set; }

    /// <summary>auto, none, terminal, directories, or device paths.</summary>
    public IReadOnlyList<string> Inputs { get; set; } = ["auto"];

    /// <summary>What keys type, and how they repeat.</summary>
    public InputEvdev.KeyboardOptions Keyboard { get; set; } = new();

    /// <summary>Keys that the host keeps.</summary>
    public HostKeyOptions HostKeys { get; set; } = HostKeyOptions.Default;

    public AudioOptions Audio { get; set; } = new(AudioKind.Auto);

    /// <summary>What is done with sound before it goes out.</summary>
    public SoundOptions Sound { get; } = new();

    /// <summary>The directory that is served, MMM_PATH; null: the environment's, or a new one.</summary>
    public string? Path { get; set; }

    /// <summary>One client only: it gets the focus, and the host ends with it (mmm -p, mmm COMMAND).</summary>
    public bool OneClient { get; set; }

    /// <summary>mmm COMMAND ARGS...; empty: none.</summary>
    public IReadOnlyList<string> Command { get; set; } = [];

    public IReadOnlyList<AppOptions> Apps { get; set; } = [];

    public IReadOnlyList<GpioButtons.ButtonConfig> Buttons { get; set; } = [];

    /// <summary>The name of the app that is in front; null: the order of <see cref="Apps"/> decides.</summary>
    public string? Front { get; set; }

    /// <summary>Messages of any client that the host acts on: some of <see cref="KnownMessages"/>.</summary>
    public IReadOnlySet<string> AllowedMessages { get; set; } = new HashSet<string> { "move" };

    public static readonly string[] KnownMessages =
        ["raise", "lower", "move", "fullscreen", "blank", "unblank", "volume", "send", "quit", "calibrate"];
}

/// <summary>An app that the host starts and starts again.</summary>
internal sealed record AppOptions(string Name, IReadOnlyList<string> Command)
{
    /// <summary>Its clients are asked for the size of the screen.</summary>
    public bool FullScreen { get; init; }

    /// <summary>
    /// Messages of its clients that the host acts on, beside <see cref="ServeOptions.AllowedMessages"/>: some of
    /// <see cref="ServeOptions.KnownMessages"/>. Null: no others.
    /// </summary>
    public IReadOnlySet<string>? Messages { get; init; }
}

internal enum DisplayKind
{
    Auto,
    Drm,
    Fbdev,
    Memory,
}

/// <summary>A parsed display option.</summary>
internal sealed record DisplayChoice(DisplayKind Kind, string Path, int Width, int Height, string Connector = "")
{
    /// <summary>A memory display's.</summary>
    public PixelLayout Format { get; init; } = NamedLayouts.Xrgb8888;

    public const string Forms = "auto, drm:PATH[:CONNECTOR], fbdev:PATH or memory:WIDTHxHEIGHT[:FORMAT][@FILE]";

    /// <summary>Null with a fault that continues "--display is X; ".</summary>
    public static DisplayChoice? Parse(string text, out string fault)
    {
        fault = $"it must be {Forms}";
        if (text == "auto")
            return new DisplayChoice(DisplayKind.Auto, "", 0, 0);
        if (text.StartsWith("drm:", StringComparison.Ordinal) && text.Length > 4)
            return Drm(text[4..]);
        if (text.StartsWith("fbdev:", StringComparison.Ordinal) && text.Length > 6)
            return new DisplayChoice(DisplayKind.Fbdev, text[6..], 0, 0);
        if (!text.StartsWith("memory:", StringComparison.Ordinal))
            return null;
        var at = text.IndexOf('@');
        var form = (at < 0 ? text[7..] : text[7..at]).Split(':');
        var size = form[0].Split('x');
        if (size.Length != 2 || !int.TryParse(size[0], out var w)
            || !int.TryParse(size[1], out var h) || at == text.Length - 1 || form.Length > 2)
            return null;
        if (w is >= 1 and <= Mmm.Host.ClientState.MaxSide && h is >= 1 and <= Mmm.Host.ClientState.MaxSide)
        {
            if (NamedLayouts.Parse(form.Length > 1 ? form[1] : "xrgb8888", out var formatFault) is { } layout)
                return new DisplayChoice(DisplayKind.Memory, at < 0 ? "" : text[(at + 1)..], w, h) { Format = layout };
            fault = $"as for its format, {formatFault}";
            return null;
        }
        fault = $"width and height must be 1 to {Mmm.Host.ClientState.MaxSide}";
        return null;
    }
    // A path may hold colons itself, as /dev/dri/by-path/pci-0000:00:02.0-card; a connector's name begins with a letter.
    private static DisplayChoice Drm(string text)
    {
        var colon = text.LastIndexOf(':');
        var connector = text[(colon + 1)..];
        return colon > 0 && connector.Length > 0 && char.IsAsciiLetter(connector[0])
            && connector.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
            ? new DisplayChoice(DisplayKind.Drm, text[..colon], 0, 0, connector)
            : new DisplayChoice(DisplayKind.Drm, text, 0, 0);
    }
}
