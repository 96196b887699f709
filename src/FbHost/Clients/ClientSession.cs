using FbHost.Loop;
using FbHost.Screens;
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

/// <summary>What the host knows of one file of MMM_PATH. Only data: <see cref="ClientTable"/> acts on it.</summary>
internal sealed class ClientSession(string name, FileIdentity identity)
{
    /// <summary>The file's name.</summary>
    public string FileName => name;

    /// <summary>Tells a new file of the same name.</summary>
    public FileIdentity Identity => identity;

    public Phase Phase { get; set; }

    /// <summary>When a client whose pid does not exist is given up, ns.</summary>
    public long GoneNs { get; set; } = long.MaxValue;
    public ClientFile? File { get; set; }

    /// <summary>The file of a client that is not served any more, to be deleted when its process ends.</summary>
    public ClientFile? Dropped { get; set; }
    public int Pid { get; set; }

    /// <summary>Readable when the process ends.</summary>
    public int PidFd { get; set; } = -1;
    public Watch? PidWatch { get; set; }

    /// <summary>The bell's socket; -1 for a client that is polled.</summary>
    public int Bell { get; set; } = -1;
    public Watch? BellWatch { get; set; }

    /// <summary>Polls a client without a bell, looks again at a pending file, and paces frames.</summary>
    public LoopTimer? Timer { get; set; }
    public int Polls { get; set; }

    /// <summary>Null until the client has a valid picture.</summary>
    public Layer? Layer { get; set; }

    /// <summary>No frame is taken before this time, ns: the screen's pace.</summary>
    public long NextFrameNs { get; set; }

    /// <summary>Has a frame, and the display is busy.</summary>
    public bool WaitsForDisplay { get; set; }
    public long LastFrameNs { get; set; }
    public long Frames { get; set; }

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
    public int RingsInWindow { get; set; }
    public long RingWindowNs { get; set; }

    /// <summary>Reasons that were logged already: each is said once.</summary>
    public HashSet<string> Said { get; } = [];

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

    public bool Serves(string nameOrTitle) => Phase == Phase.Serving && (name == nameOrTitle || File!.Title == nameOrTitle);
}
