using System.Runtime.InteropServices;

namespace FbHost;

/// <summary>
/// Hears that the process is to end, in order: by SIGTERM, Ctrl+C, a terminal that goes away; and by an exception that nobody caught on a
/// thread of its own, which would end it at once. One of those is the want of a thread: the runtime makes one for each signal.
/// </summary>
internal sealed class EndSignals : IDisposable
{
    private static readonly PosixSignal[] Signals = [PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGHUP];
    private readonly PosixSignalRegistration[] _registrations;
    private readonly UnhandledExceptionEventHandler _unhandled;

    /// <param name="end">Called on any thread, perhaps more than once; must not wait.</param>
    /// <param name="failed">Called before <paramref name="end"/> with what nobody caught.</param>
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
