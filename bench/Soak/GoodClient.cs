using System.Diagnostics;
using System.Globalization;
using Mmm.Protocol;
using Mmm;

namespace Soak;

/// <summary>
/// A well-behaved client. It draws a frame whenever the host has taken the last one, and receives five numbered events per second. All
/// events must arrive, in order.
/// </summary>
internal sealed class GoodClient : IDisposable
{
    public const string Title = "Good";
    private const string Event = "tick-";
    private readonly HostProcess _host;
    private readonly MmmClient _client;
    private readonly Thread _drawing, _sending;
    private readonly ManualResetEventSlim _done = new();
    private readonly object _count = new();
    private volatile bool _paused;
    private long _frames, _lastFrame = Stopwatch.GetTimestamp(), _sent, _received, _sentAt;
    private TimeSpan _longestGap, _slowestEvent;
    private string? _fault;

    public GoodClient(HostProcess host)
    {
        _host = host;
        Environment.SetEnvironmentVariable(Rendezvous.PathVariable, host.Directory);
        _client = MmmClient.Open(Title);
        _client.Audio.Play(new short[4800]); // before the attack, so that the host has opened what it needs for sound
        _drawing = new Thread(() => Guard(Draw));
        _sending = new Thread(() => Guard(Send));
        _drawing.Start();
        _sending.Start();
    }

    /// <summary>The path of the client's file.</summary>
    public string FilePath => _client.FilePath;

    /// <summary>The number of frames that the host has taken.</summary>
    public long Frames => Interlocked.Read(ref _frames);

    public long Sent => Interlocked.Read(ref _sent);

    public long Received => Interlocked.Read(ref _received);

    /// <summary>The first error of this client, or null.</summary>
    public string? Fault => Volatile.Read(ref _fault);

    /// <summary>Returns the longest time without a frame and the longest delivery time of an event since the last call.</summary>
    public (TimeSpan Gap, TimeSpan Event) TakeWorst()
    {
        lock (_count)
        {
            // The current gap counts too.
            var worst = (Max(_longestGap, _paused ? TimeSpan.Zero : Stopwatch.GetElapsedTime(_lastFrame)), _slowestEvent);
            (_longestGap, _slowestEvent) = (TimeSpan.Zero, TimeSpan.Zero);
            return worst;
        }
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    /// <summary>Pauses drawing and sending, or continues.</summary>
    public void Pause(bool pause)
    {
        lock (_count)
            _lastFrame = Stopwatch.GetTimestamp();
        _paused = pause;
    }

    private void Guard(Action run)
    {
        try
        {
            run();
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _fault, $"{e.GetType().Name}: {e.Message}", null);
        }
    }

    private void Draw()
    {
        while (!_done.IsSet)
        {
            foreach (var _ in _client.Frames())
            {
                while (_client.TryReadEvent(out var e))
                    Note(e);
                if (_paused || _done.IsSet)
                    break;
                using var frame = _client.BeginFrame();
                lock (_count)
                {
                    _longestGap = Max(_longestGap, Stopwatch.GetElapsedTime(_lastFrame));
                    _lastFrame = Stopwatch.GetTimestamp();
                    frame.Fill(new PixelColor(0xFF000000 | (uint)++_frames), new Rect(0, 0, 64, 48));
                }
                frame.Present();
            }
            while (_paused && !_done.IsSet)
            {
                if (_client.WaitEvent(TimeSpan.FromMilliseconds(200)) is { } e)
                    Note(e);
            }
            if (!_done.IsSet && _client.WaitEvent(TimeSpan.Zero) is QuitRequested)
                throw new InvalidOperationException("the client was requested to end");
        }
    }

    private void Note(MmmEvent e)
    {
        if (e is HostDisconnected)
            throw new InvalidOperationException("the host has closed the connection of the well-behaved client");
        if (e is not MessageReceived { Text: var name } || !name.StartsWith(Event, StringComparison.Ordinal))
            return;
        var number = long.Parse(name.AsSpan(Event.Length), CultureInfo.InvariantCulture);
        if (number != _received + 1)
            throw new InvalidOperationException($"event {number} arrived after event {_received}");
        lock (_count)
            _slowestEvent = Max(_slowestEvent, Stopwatch.GetElapsedTime(Interlocked.Read(ref _sentAt)));
        Interlocked.Increment(ref _received);
    }

    // Sends one event at a time: the next is sent after the last has arrived.
    private void Send()
    {
        while (!_done.Wait(200))
        {
            if (_paused || Received < Sent)
                continue;
            Interlocked.Exchange(ref _sentAt, Stopwatch.GetTimestamp());
            Interlocked.Increment(ref _sent);
            var answer = _host.Ask("event", Title, "message " + Event + Sent.ToString(CultureInfo.InvariantCulture));
            if (!answer.GetProperty("ok").GetBoolean())
                throw new InvalidOperationException($"event {Sent}: {answer.GetRawText()}");
        }
    }

    public void Dispose()
    {
        _done.Set();
        _client.Close();
        _drawing.Join();
        _sending.Join();
        _client.Dispose();
        _done.Dispose();
    }
}
