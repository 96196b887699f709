using Microsoft.Extensions.Logging;

namespace FbHost;

/// <summary>The host's log: one line a fact. Never called once a frame or event.</summary>
/// <param name="writer">Where lines go; null: nowhere.</param>
internal sealed class HostLog(LogWriter? writer) : ILogger
{
    private const double MostAtOnce = 200, EnoughAgain = 20;
    private double _left = MostAtOnce;
    private long _filledAt = Environment.TickCount64;
    private long _leftOut;

    public void Info(string line) => writer?.Write(line);

    public void Warn(string line) => writer?.Write(line);

    public bool IsEnabled(LogLevel logLevel) => writer is not null && logLevel is >= LogLevel.Information and < LogLevel.None;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            writer!.Write(exception is null ? formatter(state, null) : $"{formatter(state, exception)}: {FaultLine.Of(exception)}");
    }

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
