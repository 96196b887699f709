using Microsoft.Extensions.Logging;

namespace FbHost;

/// <summary>The host's log: one line a fact. Never called once a frame or event.</summary>
internal sealed class HostLog(ILogger logger)
{
    private const double MostAtOnce = 200, EnoughAgain = 20;
    private double _left = MostAtOnce;
    private long _filledAt = Environment.TickCount64;
    private long _leftOut;

#pragma warning disable CA1848, CA2254 // the line is the message; there is nothing to format when it is off
    public void Info(string line) => logger.LogInformation(line);

    public void Warn(string line) => logger.LogWarning(line);
#pragma warning restore CA1848, CA2254

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

/// <summary>
/// Hands the host's log lines to a writer. The hosting library's own lines are left out: what makes it fail comes as an exception, and is told
/// once.
/// </summary>
internal sealed class HostLoggerProvider(LogWriter writer) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Logger(writer, categoryName == nameof(FbHost) ? LogLevel.Information : LogLevel.None);

    public void Dispose() { }

    private sealed class Logger(LogWriter writer, LogLevel least) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least && least != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                writer.Write(formatter(state, exception));
        }
    }
}
