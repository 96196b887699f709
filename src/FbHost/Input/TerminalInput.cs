using FbHost.Loop;
using InputEvdev;
using Mmm;
using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Input;

/// <summary>
/// Uses the terminal that the host was started on (a serial line, ssh) as a keyboard, for boards without evdev. Characters are read at once
/// and are not echoed; Ctrl+C still ends the host. At the end, the terminal's previous settings are restored.
/// </summary>
internal sealed unsafe class TerminalInput : IDisposable
{
    private const int Stdin = 0;
    private const long DecideMs = 50; // the bytes of one key arrive within this time, even over a serial line
    private readonly EventLoop _loop;
    private readonly HostLog _log;
    private readonly TerminalKeys _keys;
    private readonly LoopTimer _decide;
    private readonly Watch _watch;
    private readonly byte[] _buffer = new byte[1024];
    private readonly termios _before;

    /// <param name="loop">Waits for the terminal's input.</param>
    /// <param name="log">Takes one line when the terminal is closed.</param>
    /// <param name="typed">Called with typed events, which need no keymap.</param>
    /// <exception cref="MmmException">stdin is not a terminal, or this process runs in its background.</exception>
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

    /// <summary>
    /// Returns whether the terminal is to be read: it was named, or "auto" finds no /dev/input and stdin is a usable terminal.
    /// </summary>
    public static bool IsWanted(IReadOnlyList<string> inputs) =>
        inputs.Contains("terminal") || inputs.Contains("auto") && !Directory.Exists("/dev/input") && Fault() is null;

    private static string? Fault()
    {
        termios now;
        int group;
        if (tcgetattr(Stdin, &now) != 0)
            return "stdin is not a terminal; start the host on one, or choose --input auto";
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
            _log.Info("input: the terminal was closed");
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
