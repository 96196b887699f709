using FbHost.Loop;
using InputEvdev;
using Mmm;
using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Input;

/// <summary>
/// The terminal that the host was started on (a serial line, ssh) as its keyboard: for boards without evdev. Characters come at once and
/// are not shown; Ctrl+C still ends the host. The terminal is given back as it was.
/// </summary>
internal sealed unsafe class TerminalInput : IDisposable
{
    private const int Stdin = 0;
    private const long DecideMs = 50; // the bytes of one key come together, even over a serial line
    private readonly EventLoop _loop;
    private readonly HostLog _log;
    private readonly TerminalKeys _keys;
    private readonly LoopTimer _decide;
    private readonly Watch _watch;
    private readonly byte[] _buffer = new byte[1024];
    private readonly termios _before;

    /// <param name="loop">Reads it.</param>
    /// <param name="log">Is told when it is gone.</param>
    /// <param name="typed">Gets typed events; they need no keymap.</param>
    /// <exception cref="MmmException">stdin is no terminal, or not this process's to read.</exception>
    public TerminalInput(EventLoop loop, HostLog log, InputHandler typed)
    {
        if (Fault() is { } fault)
            throw new MmmException($"input: terminal: {fault}");
        (_loop, _log) = (loop, log);
        _keys = new TerminalKeys(typed);
        _decide = loop.CreateTimer(() => _keys.Decide(EventLoop.Now));
        termios before;
        tcgetattr(Stdin, &before);
        _before = before;
        AppDomain.CurrentDomain.UnhandledException += OnFailure;
        var raw = before;
        raw.c_iflag &= ~(BRKINT | INPCK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
        raw.c_lflag &= ~(ICANON | ECHO | ECHONL | IEXTEN);
        raw.c_cc[VMIN] = 1;
        raw.c_cc[VTIME] = 0;
        raw.c_cc[VSUSP] = 0; // Ctrl+Z is a key: a stopped host would leave the terminal raw
        tcsetattr(Stdin, (int)TCSANOW, &raw);
        _watch = loop.Add(Stdin, _ => Read());
    }

    /// <summary>Whether the terminal is to be read: because it was named, or because "auto" finds no /dev/input and there is one.</summary>
    public static bool IsWanted(IReadOnlyList<string> inputs) =>
        inputs.Contains("terminal") || inputs.Contains("auto") && !Directory.Exists("/dev/input") && Fault() is null;

    private static string? Fault()
    {
        termios now;
        int group;
        if (tcgetattr(Stdin, &now) != 0)
            return "stdin is no terminal; start the host on one, or choose --input auto";
        return ioctl(Stdin, TIOCGPGRP, &group) == 0 && group != (int)getpgrp()
            ? "the host runs in the background of its terminal; start it in the foreground, or choose --input none"
            : null;
    }

    private void Read()
    {
        var got = Sys.Read(Stdin, _buffer);
        if (got == -EINTR || got == -EAGAIN)
            return;
        if (got <= 0)
        {
            _watch.Dispose();
            _log.Info("input: the terminal is gone");
            return;
        }
        _keys.Take(_buffer.AsSpan(0, (int)got), EventLoop.Now);
        if (_keys.IsUndecided)
            _decide.After(DecideMs);
        else
            _decide.Cancel();
    }

    private void OnFailure(object sender, UnhandledExceptionEventArgs e) => Restore();

    private void Restore()
    {
        var before = _before;
        tcsetattr(Stdin, (int)TCSANOW, &before);
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.UnhandledException -= OnFailure;
        _watch.Dispose();
        _loop.Remove(_decide);
        Restore();
    }
}
