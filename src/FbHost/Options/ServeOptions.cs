using AlsaSink;
using Displays;

namespace FbHost.Options;

/// <summary>The host's options, from the command line and the configuration file; see docs/configuration.md.</summary>
internal sealed class ServeOptions
{
    /// <summary>The display: see <see cref="DisplayChoice.Forms"/>.</summary>
    public DisplayChoice Display { get; set; } = new(DisplayKind.Auto, "", 0, 0);

    /// <summary>The mode of a KMS display; null for the monitor's preferred mode.</summary>
    public DrmMode? DisplayMode { get; set; }

    /// <summary>The pixel format of a KMS display; null for the one that the driver prefers, or accepts.</summary>
    public DrmFormat? DisplayFormat { get; set; }

    /// <summary>The rotation of the panel in degrees clockwise: 0, 90, 180 or 270.</summary>
    public int? Rotate { get; set; }

    /// <summary>How the backlight follows the light of the room; null if it does not.</summary>
    public AutoBrightness? AutoBrightness { get; set; }

    /// <summary>What the other outputs of a KMS card show.</summary>
    public OtherOutputsUse OtherOutputs { get; set; }

    /// <summary>Whether the picture is mirrored left to right, before it is rotated.</summary>
    public bool MirrorX { get; set; }

    /// <summary>Whether the picture is mirrored top to bottom, before it is rotated.</summary>
    public bool MirrorY { get; set; }

    /// <summary>Time without input after which the screen is turned off; zero for never.</summary>
    public TimeSpan BlankAfter { get; set; }

    /// <summary>A PNG or JPEG that is shown until the first client's first frame; null for none.</summary>
    public string? Splash { get; set; }

    /// <summary>A text about how to get help, which is shown while something does not work.</summary>
    public string Help { get; set; } = "";

    /// <summary>Whether a mouse has a cursor on the screen.</summary>
    public bool Cursor { get; set; } = true;

    /// <summary>Whether displays of less than 24 bits per pixel use ordered dithering.</summary>
    public bool Dither { get; set; } = true;

    /// <summary>The settings of input devices.</summary>
    public InputEvdev.DeviceRules DeviceRules { get; set; } = InputEvdev.DeviceRules.None;

    /// <summary>The configuration file that was read; null if there is none.</summary>
    public string? ConfigFile { get; set; }

    /// <summary>What is wrong with the configuration; each one line. The options then have what could be read.</summary>
    public IReadOnlyList<string> Faults { get; set; } = [];

    /// <summary>
    /// True if the host shows faults of the configuration, and of what it names, on its screen, and runs what can run. False if such a
    /// fault ends it: somebody has started it at a terminal.
    /// </summary>
    public bool RunsWithFaults { get; set; }

    /// <summary>The content of the configuration file; null if there is none.</summary>
    public JsonValue? Configuration { get; init; }

    /// <summary>Reads the configuration file anew, with the same command line. Null if there is none.</summary>
    public Func<ServeOptions>? Reread { get; set; }

    /// <summary>The keys of the configuration that the command line overrides.</summary>
    public IReadOnlyList<string> Overridden { get; set; } = [];

    /// <summary>The input devices: auto, none, terminal, directories, or device paths.</summary>
    public IReadOnlyList<string> Inputs { get; set; } = ["auto"];

    /// <summary>The keyboard layout, and how keys repeat.</summary>
    public InputEvdev.KeyboardOptions Keyboard { get; set; } = new();

    /// <summary>The keys that the host handles itself.</summary>
    public HostKeyOptions HostKeys { get; set; } = HostKeyOptions.Default;

    public AudioOptions Audio { get; set; } = new(AudioKind.Auto);

    /// <summary>How sound is processed and played.</summary>
    public SoundOptions Sound { get; } = new();

    /// <summary>The directory to serve; null for the one in the environment variable MMM_PATH or, if that is unset, a new one.</summary>
    public string? Path { get; set; }

    /// <summary>True if the host serves until one client ends (mmm -p, mmm COMMAND).</summary>
    public bool OneClient { get; set; }

    /// <summary>The command of mmm COMMAND ARGS...; empty if there is none.</summary>
    public IReadOnlyList<string> Command { get; set; } = [];

    public IReadOnlyList<AppOptions> Apps { get; set; } = [];

    public IReadOnlyList<ButtonEntry> Buttons { get; set; } = [];

    /// <summary>True if the power key switches the machine off; null if it does so on a screen of the machine.</summary>
    public bool? PowerKeyIsHosts { get; set; }

    /// <summary>The device node of the machine's watchdog; null for none.</summary>
    public string? WatchdogDevice { get; set; }

    /// <summary>The time, in seconds, after which the watchdog restarts a machine on which it is not fed.</summary>
    public int WatchdogSeconds { get; set; } = 30;

    /// <summary>LEDs and other outputs.</summary>
    public IReadOnlyList<LedConfig> Leds { get; set; } = [];

    /// <summary>When the screen is off, and the brightness by the hour.</summary>
    public IReadOnlyList<ScheduleEntry> Schedule { get; set; } = [];

    /// <summary>The name of the app that is in front; null if the order of <see cref="Apps"/> decides.</summary>
    public string? Front { get; set; }

    /// <summary>True if a press on a client gives it the keys; otherwise the uppermost client always has them.</summary>
    public bool FocusFollowsPress { get; set; } = true;

    /// <summary>The messages on which the host acts for every client: some of <see cref="KnownMessages"/>.</summary>
    public IReadOnlySet<string> AllowedMessages { get; set; } = new HashSet<string> { "move" };

    public static readonly string[] KnownMessages =
        ["raise", "lower", "move", "fullscreen", "blank", "unblank", "volume", "send", "quit", "calibrate"];
}
