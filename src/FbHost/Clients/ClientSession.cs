using FbHost.Loop;
using Mmm;
using Mmm.Host;
using Mmm.Linux;

namespace FbHost.Clients;

/// <summary>How far a file of MMM_PATH has come.</summary>
internal enum Phase
{
    /// <summary>Not a client yet: looked at a few times, then only when something happens to it.</summary>
    Pending,
    /// <summary>A client: served.</summary>
    Serving,
    /// <summary>Was broken, or can never be a client: left alone until its process or file is gone.</summary>
    Ignored,
}

/// <summary>What the host knows of one file of MMM_PATH. Only data: the other types here act on it.</summary>
internal sealed class ClientSession(string name, FileIdentity identity, uint user, LoopTimer timer)
{
    /// <summary>The file's name.</summary>
    public string FileName => name;

    /// <summary>Tells a new file of the same name.</summary>
    public FileIdentity Identity => identity;

    /// <summary>The file's owner.</summary>
    public uint User => user;

    public Phase Phase { get; set; }

    /// <summary>Open while it may be or is a client, and of a broken one until its process ends.</summary>
    public ClientFile? File { get; set; }
    public int Pid { get; set; }

    /// <summary>The app of the configuration whose process it is.</summary>
    public ClientApp? App { get; set; }

    /// <summary>Its process was seen alive by this host or the one before.</summary>
    public bool WasAlive { get; set; }

    /// <summary>When a client whose pid does not exist is given up, ns.</summary>
    public long GoneNs { get; set; } = long.MaxValue;

    /// <summary>Readable when the process ends; -1: there is none.</summary>
    public int PidFd { get; set; } = -1;
    public Watch? PidWatch { get; set; }

    /// <summary>When to look whether the process lives, ns: for one that has no <see cref="PidFd"/>.</summary>
    public long ProcessCheckNs { get; set; } = long.MaxValue;

    /// <summary>Null for a client that is polled.</summary>
    public ClientBell? Bell { get; set; }

    /// <summary>Polls a client without a bell, looks again at a pending file, and paces frames.</summary>
    public LoopTimer Timer => timer;
    public int Polls { get; set; }

    /// <summary>On the screen; null until the client has a valid picture.</summary>
    public ClientPicture? Picture { get; set; }

    /// <summary>No frame is taken and nothing is moved before this time, ns: the screen's pace.</summary>
    public long NextFrameNs { get; set; }

    /// <summary>Its frame is being shown: given back when it is painted.</summary>
    public bool HasFrameTaken { get; set; }
    public long LastFrameNs { get; set; }
    public long Frames { get; set; }

    /// <summary>Wants to be in front (true) or behind all others; it gets there at the screen's pace.</summary>
    public bool? StackWish { get; set; }

    /// <summary>Not raised or lowered again at its own wish before this time, ns.</summary>
    public long NextRestackNs { get; set; }

    /// <summary>Was asked for the size of the screen: it is asked again when that changes.</summary>
    public bool IsFullScreen { get; set; }

    /// <summary>Events on their way into the client's ring; null unless it is served.</summary>
    public EventQueue? Events { get; set; }

    /// <summary>Something was put there in this turn of the loop.</summary>
    public bool IsUnsent { get; set; }

    /// <summary>How long what waits for room in the ring waits until the next look, ms; 0: nothing waits.</summary>
    public int RetryMs { get; set; }

    /// <summary>The events that it had asked for when that was last acted on.</summary>
    public EventKinds Asked { get; set; }

    /// <summary>Has been told that it has the focus, or that the pointer is over it.</summary>
    public bool ToldFocus { get; set; }

    /// <inheritdoc cref="ToldFocus"/>
    public bool ToldEnter { get; set; }

    /// <summary>Reasons that were logged already: each is said once.</summary>
    public HashSet<string> Said { get; } = [];

    /// <summary>
    /// Why its picture cannot be used. A file that was cut short fails first wherever it is looked at next: this is the reason then.
    /// </summary>
    public string? FileFault => File!.State.Fault(File.Length);

    /// <summary>The title, or the file's name.</summary>
    public string DisplayName => File is { Title.Length: > 0 } f ? f.Title : name;

    /// <summary>True when the client has asked for these events, as of the last look at its values.</summary>
    public bool Wants(EventKinds kind) => File is { } f && (f.Kinds & kind) != 0;

    /// <summary>The client's values now.</summary>
    public IReadOnlyDictionary<string, string> Values
    {
        get
        {
            File?.RefreshValues();
            return File?.Values ?? new Dictionary<string, string>();
        }
    }

    public bool IsNamed(string nameOrTitle) => Phase == Phase.Serving && (name == nameOrTitle || File!.Title == nameOrTitle);
}
