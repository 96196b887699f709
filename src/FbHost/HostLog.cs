using Microsoft.Extensions.Logging;

namespace FbHost;

/// <summary>The host's log: one line per event of interest. It is not called for each frame or input event.</summary>
/// <param name="writer">Writes the lines; null to discard them.</param>
internal sealed class HostLog(LogWriter? writer) : ILogger
{
    private const double MostAtOnce = 200, EnoughAgain = 20;
    private double _left = MostAtOnce;
    private long _filledAt = Environment.TickCount64;
    private long _leftOut;

    public void Info(string line) => writer?.Write(line);

    public void Warn(string line) => writer?.Write(line, isWarning: true);

    /// <summary>Logs a line that an app has written, with the app's name in place of the host's.</summary>
    public void OfApp(string app, string line) => writer?.Write(line, app);

    public bool IsEnabled(LogLevel logLevel) => writer is not null && logLevel is >= LogLevel.Information and < LogLevel.None;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            writer!.Write(exception is null ? formatter(state, null) : $"{formatter(state, exception)}: {FaultLine.Of(exception)}",
                isWarning: logLevel >= LogLevel.Warning);
        }
    }

    /// <summary>
    /// Logs a line about one client or file. The number of such lines is limited: a program that creates and removes files in a loop causes
    /// a few hundred lines, and then at most one a second on average. Used only by the loop's thread.
    /// </summary>
    public void AboutClient(string line)
    {
        var now = Environment.TickCount64;
        _left = Math.Min(MostAtOnce, _left + (now - _filledAt) / 1000.0);
        _filledAt = now;
        if (_left < (_leftOut == 0 ? 1 : EnoughAgain))
        {
            if (_leftOut++ == 0)
                Warn("too many lines about clients: further ones are left out");
            return;
        }
        if (_leftOut > 0)
            Warn($"{_leftOut:N0} lines about clients were left out");
        _leftOut = 0;
        _left--;
        Info(line);
    }
}
