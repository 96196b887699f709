using System.Runtime.InteropServices;

namespace FbHost;

/// <summary>
/// Ends the host in an orderly way when the process is to end: on SIGTERM, Ctrl+C, the closing of its terminal, and on an unhandled
/// exception on another thread, which would otherwise end the process at once. Such an exception occurs, for example, when no thread can be
/// created, as the runtime starts a thread for each signal.
/// </summary>
internal sealed class EndSignals : IDisposable
{
    private static readonly PosixSignal[] Signals = [PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGHUP];
    private readonly PosixSignalRegistration[] _registrations;
    private readonly UnhandledExceptionEventHandler _unhandled;

    /// <param name="end">Called on any thread, possibly more than once. It must not wait.</param>
    /// <param name="failed">Called before <paramref name="end"/> with an unhandled exception.</param>
    public EndSignals(Action end, Action<Exception> failed)
    {
        _unhandled = (_, e) =>
        {
            failed((Exception)e.ExceptionObject);
            end();
            Thread.Sleep(Timeout.Infinite); // the runtime ends the process when this returns
        };
        AppDomain.CurrentDomain.UnhandledException += _unhandled;
        _registrations = Array.ConvertAll(Signals, s => PosixSignalRegistration.Create(s, context =>
        {
            context.Cancel = true;
            end();
        }));
    }

    public void Dispose()
    {
        Array.ForEach(_registrations, r => r.Dispose());
        AppDomain.CurrentDomain.UnhandledException -= _unhandled;
    }
}
