using AlsaSink;
using FbHost.Loop;
using Mmm.Hosting;

namespace FbHost.Audio;

/// <summary>The loop's record of one client's sound. It is only data; <see cref="ClientStreams"/> acts on it.</summary>
internal sealed class ClientStream(Holder holder)
{
    private const long ChangeNs = 2_000_000_000; // average time between two changes of the rate
    private const int ChangesAtOnce = 4;
    private long _changedNs = long.MinValue / 2; // later than now if changes came faster than the average

    /// <summary>The user and app whose quotas the stream uses.</summary>
    public Holder Holder => holder;

    /// <summary>
    /// The ring, until the stream is played; then <see cref="Sound"/> owns it and this is null. Also null if no descriptor was available.
    /// </summary>
    public ClientPcm? Pcm { get; set; }

    /// <summary>The sound that is played; null unless the stream has one of the limited places.</summary>
    public ClientSound? Sound { get; set; }

    /// <summary>The title for which the volume was looked up.</summary>
    public string? Title { get; set; }

    /// <summary>The stream's share of the filters; null at the sink's own rate, or while it must wait for one.</summary>
    public FilterLease? Lease { get; set; }

    /// <summary>True if the lease's filter has been given to the sound.</summary>
    public bool IsHandedOver { get; set; }

    /// <summary>The number of leases that the stream has had.</summary>
    public int Leases { get; set; }

    /// <summary>True if the stream has frames to play, but must wait until another sound ends.</summary>
    public bool IsRefused { get; set; }

    /// <summary>
    /// When the stream's rate may change again, in the time of <see cref="EventLoop.Now"/>: a few changes may come at once, after that one
    /// every two seconds.
    /// </summary>
    public long NextChangeNs => _changedNs - (ChangesAtOnce - 1) * ChangeNs;

    /// <summary>Counts a change of the rate that is made now.</summary>
    public void CountChange() => _changedNs = Math.Max(_changedNs, EventLoop.Now) + ChangeNs;
}
