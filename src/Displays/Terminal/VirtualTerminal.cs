using System.Globalization;
using System.Runtime.InteropServices;
using Mmm.Linux;
using Tmds.Linux;
using static Displays.LinuxVt;
using static Tmds.Linux.LibC;

namespace Displays;

/// <summary>
/// The virtual terminal on whose screen the display lies. While it is taken, the kernel writes no text and no cursor over the picture, its
/// keys reach no login behind it, and nobody gets the screen before the display has let go of it. It is given back when disposed and when
/// the host fails, by its <see cref="CrashGuard"/> after a crash or kill -9.
/// </summary>
/// <remarks>
/// With the keyboard off, the kernel does not switch on Ctrl+Alt+F2: the host does (<see cref="Switch"/>), unless its keys are locked.
/// Root needs neither a session nor a controlling terminal for any of this, another user needs the terminal as the controlling one.
/// </remarks>
internal sealed unsafe class VirtualTerminal : IDisposable
{
    private const int SIGUSR1 = 10, SIGUSR2 = 12;
    private readonly int _tty;
    private readonly int _number;
    private readonly Action<string> _log;
    private readonly Queue<Action> _signals = new(); // locked
    private readonly int _keyboardMode;
    private readonly PosixSignalRegistration _release;
    private readonly PosixSignalRegistration _acquire;
    private IDisplay? _display;
    private Action? _repaint;
    private bool _restored;

    private VirtualTerminal(int tty, int number, bool isShown, bool typesHere, Action<string> log)
    {
        (_tty, _number, IsShown, _log) = (tty, number, isShown, log);
        FileDescriptor = eventfd(0, O_NONBLOCK | O_CLOEXEC);
        int mode;
        // Off is what a killed host left; the kernel's own choice is Unicode.
        _keyboardMode = ioctl(tty, KDGKBMODE, &mode) == 0 && mode != K_OFF ? mode : K_UNICODE;
        _release = OnSignal(SIGUSR1, Release);
        _acquire = OnSignal(SIGUSR2, Acquire);
        if (!typesHere)
            ioctl(tty, KDSKBMODE, K_OFF);
        Say(tty, "\e[?25l"); // the cursor, which blinks by a timer of its own on some kernels
        var process = new vt_mode { mode = VT_PROCESS, relsig = SIGUSR1, acqsig = SIGUSR2 };
        ioctl(tty, VT_SETMODE, &process);
        AppDomain.CurrentDomain.UnhandledException += OnFailure;
    }

    /// <summary>
    /// Takes the terminal in the foreground, or, for a user who may not, the controlling one. Null where there are no virtual terminals; null
    /// too, with a line that says what follows from it, when there are and this user may not have one.
    /// </summary>
    /// <param name="log">Is told of switches.</param>
    /// <param name="readsStdin">The host takes its keys from stdin: when that is this very terminal, its keyboard stays on.</param>
    /// <param name="refused">The line.</param>
    public static VirtualTerminal? TakeOver(Action<string> log, bool readsStdin, out string? refused)
    {
        refused = null;
        var foreground = Sys.Open("/dev/tty0", O_RDWR | O_NOCTTY); // the one in the foreground now; later switches do not change it
        if (Graphics(foreground))
            return Take(foreground, readsStdin, log);
        var fault = foreground < 0 ? -foreground : errno;
        Sys.Close(foreground);
        var controlling = Sys.Open("/dev/tty", O_RDWR | O_NOCTTY);
        if (Graphics(controlling))
            return Take(controlling, readsStdin, log);
        Sys.Close(controlling);
        if (fault != ENOENT && fault != ENXIO && fault != ENODEV && fault != ENOTTY)
            refused = $"/dev/tty0: {Sys.ErrorText(fault)}: the text console may write over the picture, and its keys reach the login behind it; "
                + "run the host as root, or from a login on that console";
        return null;
    }

    private static bool Graphics(int tty) => tty >= 0 && ioctl(tty, KDSETMODE, KD_GRAPHICS) == 0;

    private static VirtualTerminal Take(int tty, bool readsStdin, Action<string> log)
    {
        uint device = 0, stdin = 0;
        ioctl(tty, TIOCGDEV, &device);
        var number = (int)(device & 0xFF);
        var typesHere = readsStdin && ioctl(0, TIOCGDEV, &stdin) == 0 && stdin == device;
        return new VirtualTerminal(tty, number, IsShownOn(tty, number), typesHere, log);
    }

    /// <summary>The screen is this terminal's. While it is another's, nothing may be written to the display.</summary>
    public bool IsShown { get; private set; }

    /// <summary>From now on the display is hidden before the screen is let go, and shown and painted anew when it is back.</summary>
    public void Attach(IDisplay display, Action repaint)
    {
        (_display, _repaint) = (display, repaint);
        if (!IsShown)
            display.Hide();
    }

    /// <summary>What <see cref="CrashGuard"/> needs to know to give it back after a crash.</summary>
    public IReadOnlyList<string> GuardArguments =>
        [CrashGuard.Terminal, _number.ToString(CultureInfo.InvariantCulture), _keyboardMode.ToString(CultureInfo.InvariantCulture)];

    /// <summary>Shows another terminal; this one is asked to let go first, by signal.</summary>
    /// <param name="number">As in /dev/ttyN, 1 to 12.</param>
    public void Switch(int number) => ioctl(_tty, VT_ACTIVATE, number);

    // The signal comes on a thread of the runtime's; the display belongs to the one that calls Dispatch.
    private PosixSignalRegistration OnSignal(int signal, Action action) => PosixSignalRegistration.Create((PosixSignal)signal, context =>
    {
        context.Cancel = true;
        lock (_signals)
        {
            if (_restored)
                return; // the descriptor may be closed
            _signals.Enqueue(action);
            Sys.Write(FileDescriptor, BitConverter.GetBytes(1L));
        }
    });

    /// <summary>Readable while <see cref="Dispatch"/> has something to do.</summary>
    public int FileDescriptor { get; }

    /// <summary>Lets the screen go, or takes it back, when the kernel has asked for it by signal.</summary>
    public void Dispatch()
    {
        Span<byte> count = stackalloc byte[8];
        Sys.Read(FileDescriptor, count);
        while (Next() is { } action)
            action();
    }

    private Action? Next()
    {
        lock (_signals)
            return _signals.TryDequeue(out var action) ? action : null;
    }

    private void Release()
    {
        if (_restored)
            return;
        IsShown = false;
        _display?.Hide();
        ioctl(_tty, VT_RELDISP, 1);
        _log($"terminal {_number}: the screen is another terminal's; nothing is drawn until it is back");
    }

    private void Acquire()
    {
        if (_restored)
            return;
        ioctl(_tty, VT_RELDISP, VT_ACKACQ);
        IsShown = true;
        _display?.Show();
        _repaint?.Invoke();
        _log($"terminal {_number}: the screen is back");
    }

    // A fault in native code, or kill -9, comes by here no more: that is what the guard is for.
    private void OnFailure(object sender, UnhandledExceptionEventArgs e) => Restore();

    private void Restore()
    {
        lock (_signals)
        {
            if (_restored)
                return;
            _restored = true;
        }
        GiveBack(_tty, _keyboardMode);
    }

    /// <summary>Gives back the terminal that a host which is no more had.</summary>
    internal static void GiveBackAfter(int number, int keyboardMode)
    {
        var tty = OpenOrOwn(number);
        if (tty >= 0)
            GiveBack(tty, keyboardMode);
        Sys.Close(tty);
    }

    /// <summary>The screen is this terminal's, or nobody knows.</summary>
    internal static bool IsInForeground(int number)
    {
        var tty = OpenOrOwn(number);
        var shown = IsShownOn(tty, number);
        Sys.Close(tty);
        return shown;
    }

    private static int OpenOrOwn(int number)
    {
        var tty = Sys.Open($"/dev/tty{number}", O_RDWR | O_NOCTTY);
        return tty >= 0 ? tty : Sys.Open("/dev/tty", O_RDWR | O_NOCTTY);
    }

    private static bool IsShownOn(int tty, int number)
    {
        vt_stat state;
        return ioctl(tty, VT_GETSTATE, &state) != 0 || number == 0 || state.v_active == number;
    }

    private static void GiveBack(int tty, int keyboardMode)
    {
        var auto = new vt_mode { mode = VT_AUTO };
        ioctl(tty, VT_SETMODE, &auto);
        ioctl(tty, KDSKBMODE, keyboardMode);
        ioctl(tty, TCFLSH, (int)TCIFLUSH);
        if (CursorIsUsual())
            Say(tty, "\e[?25h");
        // Always to text: after a kill -9 the mode found at start would be the one that the last host left. Draws the console's text.
        ioctl(tty, KDSETMODE, KD_TEXT);
    }

    private static bool CursorIsUsual()
    {
        try
        {
            return File.ReadAllText("/sys/module/vt/parameters/global_cursor_default").Trim() != "0";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    private static void Say(int tty, string sequence) => Sys.Write(tty, System.Text.Encoding.ASCII.GetBytes(sequence));

    public void Dispose()
    {
        AppDomain.CurrentDomain.UnhandledException -= OnFailure;
        Restore(); // before the signals get back their effect, which is to end the process
        _release.Dispose();
        _acquire.Dispose();
        Sys.Close(_tty);
        Sys.Close(FileDescriptor);
    }
}
