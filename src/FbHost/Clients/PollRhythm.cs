namespace FbHost.Clients;

/// <summary>
/// Decides when a client without a bell is polled next. A client that draws regularly is polled when its next frame is expected, and every
/// 4 ms from then on. A client that draws irregularly, or was just sent an event, is polled every 4 ms for half a second, then 50 times a
/// second.
/// </summary>
/// <remarks>
/// A client that draws ten times a second so needs about 30 polls a second, and its frames are found within 4 ms. All times are in ns, in
/// the time of EventLoop.Now.
/// </remarks>
internal struct PollRhythm
{
    private const long Ms = 1_000_000, FastNs = 4 * Ms, SlowNs = 20 * Ms, EarlyNs = 6 * Ms;
    private const long LongestSleepNs = 100 * Ms; // messages of a client that draws once in a while wait no longer than this
    private const long LongestIntervalNs = 2000 * Ms; // frames that are farther apart are no rhythm
    private const int FastPolls = 125;
    private long _lastNs; // the last frame; 0 before the first
    private long _intervalNs; // between the last two frames; 0 if it is no rhythm
    private long _expectedNs; // until the next frame, from the last one; 0 if it is not known
    private int _fastPolls; // left until the client is polled slowly
    private int _polls; // since the last frame was expected
    private bool _isWoken; // the client was sent an event, and may draw at any time

    /// <summary>The client may do something at any time from now on: it was sent an event, or is new.</summary>
    public void Wake() => (_isWoken, _fastPolls) = (true, FastPolls);

    /// <summary>A frame of the client was taken.</summary>
    public void Frame(long now)
    {
        var interval = _lastNs == 0 || now - _lastNs > LongestIntervalNs ? 0 : now - _lastNs;
        // A frame that the first poll finds may have waited for it: the client may draw faster than it was polled.
        var waited = _expectedNs > 0 && _polls == 0 && !_isWoken;
        var shortest = waited ? interval / 2 : interval;
        _expectedNs = _intervalNs > 0 ? Math.Min(shortest, _intervalNs) : shortest;
        (_lastNs, _intervalNs, _polls, _fastPolls, _isWoken) = (now, interval, 0, FastPolls, false);
    }

    /// <summary>The client was polled. Returns when it is polled next.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="nextFrameNs">The time before which no frame of the client is taken.</param>
    public long Next(long now, long nextFrameNs)
    {
        if (!_isWoken && _expectedNs > 0)
        {
            var due = Math.Max(_lastNs + _expectedNs - EarlyNs, nextFrameNs);
            if (due > now)
                return Math.Min(due, now + LongestSleepNs);
            _polls++;
        }
        if (_fastPolls == 0)
            return now + SlowNs;
        _fastPolls--;
        return now + FastNs;
    }
}
