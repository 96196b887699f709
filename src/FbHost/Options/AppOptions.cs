using AlsaSink;

namespace FbHost.Options;

/// <summary>An app that the host starts.</summary>
internal sealed record AppOptions(string Name, IReadOnlyList<string> Command)
{
    /// <summary>True if its clients are asked to take the size of the screen.</summary>
    public bool FullScreen { get; init; }

    /// <summary>The output of its sound; null for that of all others.</summary>
    public AudioOptions? Audio { get; init; }

    /// <summary>
    /// How its pictures are placed: 0 as its clients want, 1 in the middle, 2 enlarged by a whole number, 3 as large as fits.
    /// </summary>
    public int Place { get; init; }

    /// <summary>True if its clients listen for the names of keys that the original's SDL hosts send.</summary>
    public bool UsesSdlKeyNames { get; init; }

    /// <summary>
    /// The messages on which the host acts for clients of this app, in addition to <see cref="ServeOptions.AllowedMessages"/>: some of
    /// <see cref="ServeOptions.KnownMessages"/>. Null for no others.
    /// </summary>
    public IReadOnlySet<string>? Messages { get; init; }

    /// <summary>The LEDs that its clients may set; null for none.</summary>
    public IReadOnlySet<string>? Leds { get; init; }

    /// <summary>When it is in front.</summary>
    public IReadOnlyList<DailyTime> Schedule { get; init; } = [];

    /// <summary>How the process is started. Null for the command of mmm COMMAND, which is run as it is.</summary>
    public AppStart? Start { get; init; } = new();

    /// <summary>When the app is started.</summary>
    public StartWhen StartWhen { get; init; } = StartWhen.Now;

    /// <summary>After which ends the app is started again.</summary>
    public RestartPolicy Restart { get; init; }

    /// <summary>How the host tells that the app is frozen.</summary>
    public LivenessOptions Liveness { get; init; } = new();
}

/// <summary>After which ends an app is started again.</summary>
internal enum RestartPolicy
{
    /// <summary>After every end.</summary>
    Always,

    /// <summary>After every end except one with exit code 0.</summary>
    OnFailure,

    /// <summary>After none.</summary>
    Never,
}

/// <summary>When an app is started: at once, when the network is there, or when another app shows its first frame.</summary>
/// <param name="Network">True for an address or a route beyond this machine.</param>
/// <param name="After">The name of the other app; null for none.</param>
internal sealed record StartWhen(bool Network, string? After)
{
    /// <summary>At once.</summary>
    public static readonly StartWhen Now = new(false, null);

    private const string NowWord = "now", NetworkWord = "network", AfterWord = "after ";

    /// <summary>Reads <c>now</c>, <c>network</c> or <c>after NAME</c>; null if it is none of them.</summary>
    public static StartWhen? Parse(string text) => text == NowWord ? Now
        : text == NetworkWord ? new StartWhen(true, null)
        : text.StartsWith(AfterWord, StringComparison.Ordinal) && text.Length > AfterWord.Length
            ? new StartWhen(false, text[AfterWord.Length..])
        : null;
}

/// <summary>How the host tells that an app is frozen. A time of zero: never by that.</summary>
internal sealed record LivenessOptions
{
    /// <summary>The longest time for which events may wait in the ring of a client that has read any before.</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest time from the start to the first frame.</summary>
    public TimeSpan FirstFrameWithin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest time between two frames while the screen is on.</summary>
    public TimeSpan MaxFrameInterval { get; init; }
}

/// <summary>How the process of an app is started.</summary>
internal sealed record AppStart
{
    /// <summary>True if the app runs in a sandbox.</summary>
    public bool IsSandboxed { get; init; } = true;

    /// <summary>Variables of its environment.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];

    /// <summary>Its working directory; null for its state folder, or that of the host if it has no sandbox.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The user, by name or number; null for one of its own (a sandboxed app of root), else the host's.</summary>
    public string? User { get; init; }

    /// <summary>The group, by name or number; null for that of the user.</summary>
    public string? Group { get; init; }

    /// <summary>True if the app outlives a host that is killed, and the next host takes it over.</summary>
    public bool KeepRunning { get; init; }

    /// <summary>True if a sandboxed app can use the network.</summary>
    public bool Network { get; init; }

    /// <summary>Paths that a sandboxed app sees, too; writable with <c>rw:</c> in front.</summary>
    public IReadOnlyList<string> Binds { get; init; } = [];

    /// <summary>Device nodes that a sandboxed app can use.</summary>
    public IReadOnlyList<string> Devices { get; init; } = [];

    /// <summary>What the app may use at most.</summary>
    public AppLimits Limits { get; init; } = new();

    private const string Writable = "rw:"; // before the path of a bind

    /// <summary>Returns true if the app can write a path of <see cref="Binds"/>.</summary>
    public static bool IsWritable(string bind) => bind.StartsWith(Writable, StringComparison.Ordinal);

    /// <summary>Returns the path of one of <see cref="Binds"/>.</summary>
    public static string PathOf(string bind) => IsWritable(bind) ? bind[Writable.Length..] : bind;

    /// <summary>Returns true if the other value starts the same process.</summary>
    public bool IsSame(AppStart? other) => other is not null && Text() == other.Text();

    private string Text() => string.Join('\0',
    [
        $"{IsSandboxed} {KeepRunning} {Network} {Limits}", WorkingDirectory, User, Group,
        .. Environment.Select(v => $"{v.Key}={v.Value}"), "", .. Binds, "", .. Devices,
    ]);
}

/// <summary>What an app may use at most. Zero: no limit.</summary>
internal sealed record AppLimits
{
    /// <summary>Memory in MB, with a cgroup: the kernel ends the app if it needs more.</summary>
    public int MemoryMb { get; init; } = 512;

    /// <summary>Processes and threads.</summary>
    public int Processes { get; init; } = 256;

    /// <summary>Its share of the processor against others that are busy, 1 to 10,000, with a cgroup.</summary>
    public int CpuWeight { get; init; } = 100;

    /// <summary>Open files of each process.</summary>
    public int Files { get; init; } = 1024;

    /// <summary>The size of one file in MB.</summary>
    public int FileMb { get; init; } = 256;
}
