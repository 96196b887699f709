using System.Globalization;
using System.Text;
using FbHost.Clients;
using FbHost.Loop;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Apps;

/// <summary>
/// Finds apps that are frozen, by what they do and not by whether their process exists: one that leaves events unread, shows no first
/// frame, or stops to show frames although its entry says that it does. The host looks one second after it has sent events, and once a
/// second while a client has not read them; otherwise nothing runs.
/// </summary>
internal sealed class Liveness
{
    private const long LookMs = 1000;

    // What is known of how a client reads its events.
    private sealed class Reading
    {
        /// <summary>The slot that it had read last when the host last looked.</summary>
        public int Last { get; set; }

        /// <summary>True if it has read an event.</summary>
        public bool HasRead { get; set; }

        /// <summary>Since when events wait without being read; null if the host does not look.</summary>
        public long? UnreadNs { get; set; }
    }

    private readonly ClientTable _clients;
    private readonly AppLauncher _apps;
    private readonly Func<bool> _isBlank;
    private readonly LoopTimer _timer;
    private readonly Dictionary<ClientSession, Reading> _readings = [];
    private long _lookNs = long.MaxValue; // when the host looks at events again
    private long _shownNs = EventLoop.Now; // since when the screen is on
    private long _awakeNs; // since when the host has not stood still, so that an app could show its frames

    /// <param name="loop">Runs the timer.</param>
    /// <param name="clients">The clients.</param>
    /// <param name="apps">Ends frozen apps.</param>
    /// <param name="isBlank">Returns true while the screen is off: an app may stop to draw then.</param>
    public Liveness(EventLoop loop, ClientTable clients, AppLauncher apps, Func<bool> isBlank)
    {
        (_clients, _apps, _isBlank) = (clients, apps, isBlank);
        _timer = loop.CreateTimer(LookAtEvents);
        clients.Events.Sent += OnSent;
        clients.Gone += Forget;
        clients.Frames.FirstFrame += session =>
        {
            if (AppOf(session) is { } app)
                Arm(app);
        };
        apps.FrameDue += LookAtFrames;
        apps.Changed += ArmAll; // an app was started, or another configuration has other times
        ArmAll(); // started before there was a screen
    }

    private void ArmAll()
    {
        foreach (var app in _apps.All)
            Arm(app);
    }

    private void LookAgain()
    {
        _lookNs = Math.Min(_lookNs, EventLoop.Now + LookMs * 1_000_000);
        _timer.At(_lookNs);
    }

    private App? AppOf(ClientSession session) => session.App is { } known ? _apps.AppNamed(known.Name) : null;

    private void OnSent(ClientSession session)
    {
        if (_readings.TryGetValue(session, out var reading) && reading.UnreadNs is not null)
            return;
        if (AppOf(session) is not { } app || app.Options.Liveness.AnswerWithin == TimeSpan.Zero)
            return;
        var last = session.File!.LastReadEvent;
        if (reading is null)
            _readings.Add(session, reading = new Reading());
        else
            reading.HasRead |= last != reading.Last;
        (reading.Last, reading.UnreadNs) = (last, EventLoop.Now);
        LookAgain();
    }

    private void Forget(ClientSession session) => _readings.Remove(session);

    // Time in which the host stood still does not count: the whole machine may have.
    private static long Late(long dueNs) => EventLoop.Now - dueNs is > LookMs * 1_000_000 and var late ? late : 0;

    private void LookAtEvents()
    {
        var late = Late(_lookNs);
        _lookNs = long.MaxValue;
        foreach (var (session, reading) in _readings.Where(r => r.Value.UnreadNs is not null).ToList())
        {
            if (session.File is not { } file || AppOf(session) is not { } app)
            {
                Forget(session);
                continue;
            }
            reading.UnreadNs += late;
            var (last, queued) = (file.LastReadEvent, file.QueuedEvents);
            if (last != reading.Last || queued == 0)
                (reading.Last, reading.HasRead, reading.UnreadNs) = (last, true, EventLoop.Now);
            if (queued <= 0 || !reading.HasRead) // a program that shows something and never reads events is well
            {
                reading.UnreadNs = null;
            }
            else if (EventLoop.Now - reading.UnreadNs >= (long)app.Options.Liveness.AnswerWithin.TotalNanoseconds)
            {
                reading.UnreadNs = null;
                _apps.EndFrozen(app, $"it has left {queued} events unread for {Seconds(app.Options.Liveness.AnswerWithin)}",
                    Doing(session.Pid));
            }
        }
        if (_readings.Values.Any(r => r.UnreadNs is not null))
            LookAgain();
    }

    /// <summary>The screen was turned off (true) or on.</summary>
    public void Blank(bool isBlank)
    {
        if (isBlank)
            return;
        _shownNs = EventLoop.Now;
        ArmAll();
    }

    // Sets the timer for the next frame that is due.
    private void Arm(App app)
    {
        if (app.Process is not { HasEnded: false } || app.Frozen is not null)
            return;
        var (due, _) = Due(app);
        if (due == long.MaxValue)
            app.FrameTimer!.Cancel();
        else
            app.FrameTimer!.At(due);
    }

    private (long Ns, string Why) Due(App app)
    {
        var liveness = app.Options.Liveness;
        if (!app.HasShown)
        {
            return liveness.FirstFrameWithin == TimeSpan.Zero ? (long.MaxValue, "")
                : (Math.Max(_awakeNs, app.Process!.StartedNs) + (long)liveness.FirstFrameWithin.TotalNanoseconds,
                    $"it has shown no frame in {Seconds(liveness.FirstFrameWithin)}");
        }
        if (liveness.MaxFrameInterval == TimeSpan.Zero || _isBlank())
            return (long.MaxValue, "");
        var last = _clients.Serving.Where(s => s.App?.Name == app.Name).Select(s => s.LastFrameNs).DefaultIfEmpty().Max();
        var since = Math.Max(Math.Max(last, _shownNs), Math.Max(_awakeNs, app.Process!.StartedNs));
        return (since + (long)liveness.MaxFrameInterval.TotalNanoseconds,
            $"it has shown no new frame in {Seconds(liveness.MaxFrameInterval)}");
    }

    private void LookAtFrames(App app)
    {
        if (app.Process is not { HasEnded: false } process)
            return;
        var (due, why) = Due(app);
        if (Late(due) > 0)
            (due, _awakeNs) = (long.MaxValue, EventLoop.Now);
        if (due > EventLoop.Now)
            Arm(app);
        else
            _apps.EndFrozen(app, why, Doing(_clients.Serving.FirstOrDefault(s => s.App?.Name == app.Name)?.Pid ?? process.Pid));
    }

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");

    // What the process does, for the log: R runs, S sleeps, D waits for a device, T was stopped.
    private static string Doing(int pid)
    {
        var text = new byte[64];
        var fd = Sys.Open($"/proc/{pid}/wchan", O_RDONLY | O_CLOEXEC);
        var length = (int)Math.Max(0, Sys.Read(fd, text));
        Sys.Close(fd);
        var where = Encoding.ASCII.GetString(text, 0, length);
        return $"its process {pid} is in state {Sys.ProcessField(pid, 3) ?? "?"}{(where.Length > 1 ? $", in {where}" : "")}";
    }
}
