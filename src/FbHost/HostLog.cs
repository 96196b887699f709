namespace FbHost;

/// <summary>The host's log: one line a fact. Never called once a frame or event.</summary>
/// <param name="writer">Where lines go; null: nowhere.</param>
internal sealed class HostLog(LogWriter? writer)
{
    private const double MostAtOnce = 200, EnoughAgain = 20;
    private double _left = MostAtOnce;
    private long _filledAt = Environment.TickCount64;
    private long _leftOut;

    public void Info(string line) => writer?.Write(line);

    public void Warn(string line) => writer?.Write(line);

    /// <summary>
    /// A line about one client or file: whoever makes and removes files in a loop gets a few hundred lines and then one a second at most.
    /// Belongs to the loop's thread.
    /// </summary>
    public void AboutClient(string line)
    {
        var now = Environment.TickCount64;
        _left = Math.Min(MostAtOnce, _left + (now - _filledAt) / 1000.0);
        _filledAt = now;
        if (_left < (_leftOut == 0 ? 1 : EnoughAgain))
        {
            if (_leftOut++ == 0)
                Warn("clients come and fail faster than it is worth a line each: lines about them are left out");
            return;
        }
        if (_leftOut > 0)
            Warn($"{_leftOut:N0} lines about clients were left out");
        _leftOut = 0;
        _left--;
        Info(line);
    }
}
