using FbHost.Loop;
using Mmm.Protocol;
using Mmm;
using Mmm.Hosting;
using Mmm.Linux;

namespace FbHost.Clients;

/// <summary>The state of a file in a clients' directory.</summary>
internal enum Phase
{
    /// <summary>Not a client yet: the file is examined a few times, then only when it changes.</summary>
    Pending,
    /// <summary>A client that is served.</summary>
    Serving,
    /// <summary>
    /// A client that was broken, or a file that can never be a client's: ignored until its process has ended or the file is gone.
    /// </summary>
    Ignored,
}

/// <summary>The host's record of one file in a clients' directory. It is only data; the other types in this folder act on it.</summary>
internal sealed class ClientSession(string name, FileIdentity identity, uint user, LoopTimer timer)
{
    /// <summary>The file's name, which another file in another directory may have, too.</summary>
    public string FileName => name;

    /// <summary>The record of the file's directory.</summary>
    public ClientFinder? Finder { get; init; }

    /// <summary>The file's name for log lines: APP/NAME in the directory of an app.</summary>
    public string Label => Finder?.Label(name) ?? name;

    /// <summary>Distinguishes the file from a new file of the same name.</summary>
    public FileIdentity Identity => identity;

    /// <summary>The file's owner.</summary>
    public uint User => user;

    public Phase Phase { get; set; }

    /// <summary>The open file, while it is or may become a client; for a broken client, until its process ends.</summary>
    public ClientFile? File { get; set; }

    /// <summary>The pid of the client's process, in the host's pid namespace; 0 if it is not known.</summary>
    public int Pid { get; set; }

    /// <summary>How often the process of a file in an app's directory was looked for.</summary>
    public int PidLooks { get; set; }

    /// <summary>The app of the configuration that the client's process or directory belongs to; null if there is none.</summary>
    public ClientApp? App { get; set; }

    /// <summary>True if this host or the previous one has seen the client's process alive.</summary>
    public bool WasAlive { get; set; }

    /// <summary>The time in ns when the host gives up on a client whose pid does not exist.</summary>
    public long GoneNs { get; set; } = long.MaxValue;

    /// <summary>The process's pidfd, which becomes readable when the process ends; -1 if there is none.</summary>
    public int PidFd { get; set; } = -1;
    public Watch? PidWatch { get; set; }

    /// <summary>The time in ns of the next check whether the process still runs, if it has no <see cref="PidFd"/>.</summary>
    public long ProcessCheckNs { get; set; } = long.MaxValue;

    /// <summary>The client's bell; null if the client is polled.</summary>
    public ClientBell? Bell { get; set; }

    /// <summary>Polls a client without a bell, examines a pending file again, and paces frames.</summary>
    public LoopTimer Timer => timer;

    /// <summary>How often a pending file has been examined.</summary>
    public int Polls { get; set; }

    /// <summary>When a client without a bell is polled.</summary>
    public PollRhythm Rhythm;

    /// <summary>The client's picture on the screen; null until the client has a valid one.</summary>
    public ClientPicture? Picture { get; set; }

    /// <summary>The time in ns before which no frame is taken and the picture is not moved. It follows the screen's refresh rate.</summary>
    public long NextFrameNs { get; set; }

    /// <summary>True while a frame of the client is being shown. The frame is returned to the client when it is painted.</summary>
    public bool HasFrameTaken { get; set; }
    public long LastFrameNs { get; set; }
    public long Frames { get; set; }

    /// <summary>
    /// True if the client has asked to be in front of all others, false if behind them, null if neither. The host acts at most once a
    /// frame.
    /// </summary>
    public bool? StackWish { get; set; }

    /// <summary>The time in ns before which the client is not raised or lowered again by its own messages.</summary>
    public long NextRestackNs { get; set; }

    /// <summary>The size of the screen that the client was told first, in pixels.</summary>
    public (int Width, int Height) ToldSize { get; set; }

    /// <summary>True if the client was asked to take the size of the screen. It is asked again when that size changes.</summary>
    public bool IsFullScreen { get; set; }

    /// <summary>How often the client was asked again, because it has set a size of its own after it was asked.</summary>
    public int SizeAsks { get; set; }

    /// <summary>The events that wait to be written into the client's ring; null unless the client is served.</summary>
    public EventQueue? Events { get; set; }

    /// <summary>True if events were queued since they were last sent.</summary>
    public bool IsUnsent { get; set; }

    /// <summary>The delay in ms before the host tries again to write events for which the ring had no room; 0 if no event waits.</summary>
    public int RetryMs { get; set; }

    /// <summary>The kinds of events that the client requested, as of the last time the host acted on them.</summary>
    public EventKinds Asked { get; set; }

    /// <summary>The last event sent to the client said that it has the focus, or that the pointer is over it.</summary>
    public bool ToldFocus { get; set; }

    /// <inheritdoc cref="ToldFocus"/>
    public bool ToldEnter { get; set; }

    /// <summary>The reasons that were already logged for this client; each is logged once.</summary>
    public HashSet<string> Said { get; } = [];

    /// <summary>
    /// Why the client's picture cannot be used; null if it can. A truncated file fails wherever the host next reads it; this gives the
    /// actual reason.
    /// </summary>
    public string? FileFault => File!.State.Fault(File.Length);

    /// <summary>The client's title, or its file's name if it has no title.</summary>
    public string DisplayName => File is { Title.Length: > 0 } f ? f.Title : name;

    /// <summary>Returns true if the client has requested these events, as of the last time its values were read.</summary>
    public bool Wants(EventKinds kind) => File is { } f && (f.Kinds & kind) != 0;

    /// <summary>True if the client, or its app, listens for the names of keys that the original's SDL hosts send.</summary>
    public bool UsesSdlKeyNames => File?.UsesSdlKeyNames ?? App?.UsesSdlKeyNames ?? false;

    /// <summary>The client's current values.</summary>
    public IReadOnlyDictionary<string, string> Values
    {
        get
        {
            File?.RefreshValues();
            return File?.Values ?? new Dictionary<string, string>();
        }
    }

    public bool IsNamed(string nameOrTitle) => Phase == Phase.Serving
        && (name == nameOrTitle || nameOrTitle.Equals(File!.Title, StringComparison.OrdinalIgnoreCase));
}
