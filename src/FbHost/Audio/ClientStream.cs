using AlsaSink;
using FbHost.Loop;
using Mmm.Host;

namespace FbHost.Audio;

/// <summary>What the loop knows of one client's sound. Only data: <see cref="ClientStreams"/> acts on it.</summary>
internal sealed class ClientStream(Holder holder)
{
    private const long ChangeNs = 2_000_000_000; // between changes of the rate in the long run
    private const int ChangesAtOnce = 4;
    private long _changedNs = long.MinValue / 2; // ahead of the clock by what was changed too soon

    /// <summary>Whose quotas it uses.</summary>
    public Holder Holder => holder;

    /// <summary>The ring until it is heard, which takes it over; null then, and when there was no descriptor for it.</summary>
    public ClientPcm? Pcm { get; set; }

    /// <summary>Null unless it has a place among those that sound.</summary>
    public ClientSound? Sound { get; set; }

    /// <summary>The title by which its volume was looked up.</summary>
    public string? Title { get; set; }

    /// <summary>Its share of the filters; null at the sink's own rate, or while it has to wait.</summary>
    public FilterLease? Lease { get; set; }

    /// <summary>The filter of the lease has been given to the sound.</summary>
    public bool IsHandedOver { get; set; }

    /// <summary>How many leases it had.</summary>
    public int Leases { get; set; }

    /// <summary>It has something to say, but somebody else's sound has to end first.</summary>
    public bool IsRefused { get; set; }

    /// <summary>When its rate may change again, <see cref="EventLoop.Now"/>: a few times at once, then every other second.</summary>
    public long NextChangeNs => _changedNs - (ChangesAtOnce - 1) * ChangeNs;

    /// <summary>Its rate changes now.</summary>
    public void CountChange() => _changedNs = Math.Max(_changedNs, EventLoop.Now) + ChangeNs;
}
