using System.Globalization;
using System.Runtime.InteropServices;
using Mmm;
using Mmm.Linux;
using Tmds.Linux;
using static Displays.LinuxVt;
using static Tmds.Linux.LibC;

namespace Displays;

/// <summary>
/// The virtual terminal on whose screen the display lies. While it is taken, the kernel writes no text and no cursor over the picture, its
/// keys reach no login behind it, and nobody gets the screen before the display has let go of it. It is given back when disposed and when
/// the host fails, by its <see cref="CrashGuard"/> after a crash or kill -9. One that another host has is left alone until that one ends.
/// </summary>
/// <remarks>
/// With the keyboard off, the kernel does not switch on Ctrl+Alt+F2: the host does (<see cref="Switch"/>), unless its keys are locked.
/// Root needs neither a session nor a controlling terminal for any of this, another user needs the terminal as the controlling one.
/// <para>
/// The display is opened first, as only that tells whether the screen may be had. Until the terminal is taken the console may draw: on KMS
/// it draws into a buffer that is not shown, on fbdev what it drew is painted over. At the end the display is closed first: the console
/// then draws its text.
/// </para>
/// </remarks>
internal sealed unsafe class VirtualTerminal : IDisposable
{
    private const int SIGUSR1 = 10, SIGUSR2 = 12;
    private const string Foreground = "/dev/tty0";
    private readonly Action<string> _log;
    private readonly Queue<Action> _calls = new(); // locked
    private int _tty = -1;
    private int _number;
    private TerminalLock? _lock; // null: /dev/ttyN cannot be opened by this user, and nobody but its session uses it
    private bool _readsStdin;
    private int _keyboardMode;
    private bool _isTaken;
    private bool _isShown;
    private bool _isOver;
    private IDisplay? _display;
    private PosixSignalRegistration? _release;
    private PosixSignalRegistration? _acquire;

    /// <param name="log">Is told of switches, and why the terminal is not taken.</param>
    /// <exception cref="MmmException">No descriptor is left.</exception>
    public VirtualTerminal(Action<string> log)
    {
        _log = log;
        FileDescriptor = eventfd(0, O_NONBLOCK | O_CLOEXEC);
        if (FileDescriptor < 0)
            throw new MmmException($"no descriptor left for the terminal: {Sys.ErrorText(errno)}");
    }

    /// <summary>The kernel has virtual terminals, and shows one.</summary>
    public static bool AreThere => File.Exists(Foreground);

    /// <summary>Readable while <see cref="Dispatch"/> has something to do.</summary>
    public int FileDescriptor { get; }

    /// <summary>
    /// Lets the screen go or takes it back when the kernel has asked for it by signal; takes the terminal that another host has left.
    /// </summary>
    public void Dispatch()
    {
        Span<byte> count = stackalloc byte[8];
        Sys.Read(FileDescriptor, count);
        while (NextCall() is { } call)
            call();
    }

    /// <summary>
    /// The screen is this terminal's, or the terminal is not taken. While it is another's, nothing may be written to the display.
    /// </summary>
    public bool IsShown => !_isTaken || _isShown;

    /// <summary>The screen is back, with anything on it: everything is to be painted anew.</summary>
    public event Action? Returned;

    /// <summary><see cref="GuardArguments"/> are other ones now.</summary>
    public event Action? GuardChanged;

    /// <summary>What <see cref="CrashGuard"/> needs to know to give it back after a crash; none: it is not taken.</summary>
    public IReadOnlyList<string> GuardArguments => _isTaken
        ? [CrashGuard.Terminal, _number.ToString(CultureInfo.InvariantCulture), _keyboardMode.ToString(CultureInfo.InvariantCulture)]
        : [];

    /// <summary>
    /// Takes the terminal in the foreground, or, for a user who may not, the controlling one. Nothing happens where there are no virtual
    /// terminals; when there are and this user may not have one, or another host has it, the log says what follows from it.
    /// </summary>
    /// <param name="display">Is hidden before the screen is let go, and shown when it is back.</param>
    /// <param name="readsStdin">The host takes its keys from stdin: when that is this very terminal, its keyboard stays on.</param>
    public void TakeOver(IDisplay display, bool readsStdin)
    {
        (_display, _readsStdin) = (display, readsStdin);
        _tty = Sys.Open(Foreground, O_RDWR | O_NOCTTY); // the one in the foreground now; later switches do not change it
        var fault = 0;
        if (!MayTake(_tty))
        {
            fault = _tty < 0 ? -_tty : errno;
            Sys.Close(_tty);
            _tty = Sys.Open("/dev/tty", O_RDWR | O_NOCTTY);
            if (!MayTake(_tty))
            {
                Sys.Close(_tty);
                _tty = -1;
                if (fault != ENOENT && fault != ENXIO && fault != ENODEV && fault != ENOTTY)
                    _log($"{Foreground}: {Sys.ErrorText(fault)}: the text console may write over the picture, "
                        + "and its keys reach the login behind it; run the host as root, or from a login on that console");
                return;
            }
        }
        _number = NumberOf(_tty);
        var own = Sys.Open($"/dev/tty{_number}", O_RDWR | O_NOCTTY); // locks are those of one name
        if (own >= 0)
        {
            Sys.Close(_tty);
            _tty = own;
            _lock = new TerminalLock(own);
        }
        if (_lock?.Join() != false)
            Take();
        else
            WaitForOwner(_lock);
    }

    // Changes nothing: asks for the mode that it has.
    private static bool MayTake(int tty)
    {
        int mode;
        return tty >= 0 && ioctl(tty, KDGETMODE, &mode) == 0 && ioctl(tty, KDSETMODE, mode) == 0;
    }

    private void Take()
    {
        ioctl(_tty, KDSETMODE, KD_GRAPHICS);
        _keyboardMode = KeyboardMode(_tty);
        _release = OnSignal(SIGUSR1, Release);
        _acquire = OnSignal(SIGUSR2, Acquire);
        var typesHere = _readsStdin && NumberOf(0) == _number;
        if (!typesHere)
            ioctl(_tty, KDSKBMODE, K_OFF);
        Say(_tty, "\e[?25l"); // the cursor, which blinks by a timer of its own on some kernels
        var process = new vt_mode { mode = VT_PROCESS, relsig = SIGUSR1, acqsig = SIGUSR2 };
        ioctl(_tty, VT_SETMODE, &process);
        AppDomain.CurrentDomain.UnhandledException += OnFailure;
        (_isTaken, _isShown) = (true, IsShownOn(_tty, _number));
        if (!_isShown)
            _display?.Hide();
        GuardChanged?.Invoke();
    }

    private void WaitForOwner(TerminalLock owner)
    {
        _log($"terminal {_number} is another mmm's, and left alone while that one runs: its keys are switched off, "
            + "and this one hears of no switch");
        new Thread(() =>
        {
            if (owner.WaitForOwner())
                Post(TakeLate);
        }) { IsBackground = true, Name = "terminal" }.Start();
    }

    // A guard, or the other host's end, may have had the console draw meanwhile.
    private void TakeLate()
    {
        if (_isOver)
            return;
        Take();
        if (_isShown)
            ShowAgain();
        _log($"terminal {_number}: the other mmm has ended; it is this one's now");
    }

    private void ShowAgain()
    {
        _display?.Show();
        Returned?.Invoke();
    }

    /// <summary>Shows another terminal; this one is asked to let go first, by signal. Nothing happens when this one is not taken.</summary>
    /// <param name="number">As in /dev/ttyN, 1 to 12.</param>
    public void Switch(int number)
    {
        if (_isTaken)
            ioctl(_tty, VT_ACTIVATE, number);
    }

    // The signal comes on a thread of the runtime's; the display belongs to the one that calls Dispatch.
    private PosixSignalRegistration OnSignal(int signal, Action action) => PosixSignalRegistration.Create((PosixSignal)signal, context =>
    {
        context.Cancel = true;
        Post(action);
    });

    private void Post(Action call)
    {
        lock (_calls)
        {
            if (_isOver)
                return; // the descriptor may be closed
            _calls.Enqueue(call);
            Sys.Write(FileDescriptor, BitConverter.GetBytes(1L));
        }
    }

    private Action? NextCall()
    {
        lock (_calls)
            return _calls.TryDequeue(out var call) ? call : null;
    }

    private void Release()
    {
        if (_isOver)
            return;
        _isShown = false;
        _display?.Hide();
        ioctl(_tty, VT_RELDISP, 1);
        _log($"terminal {_number}: the screen is another terminal's; nothing is drawn until it is back");
    }

    private void Acquire()
    {
        if (_isOver)
            return;
        ioctl(_tty, VT_RELDISP, VT_ACKACQ);
        _isShown = true;
        ShowAgain();
        _log($"terminal {_number}: the screen is back");
    }

    // A fault in native code, or kill -9, comes by here no more: that is what the guard is for.
    private void OnFailure(object sender, UnhandledExceptionEventArgs e) => Restore();

    private void Restore()
    {
        lock (_calls)
        {
            if (_isOver)
                return;
            _isOver = true;
        }
        if (_tty < 0)
            return;
        if (_isTaken)
            SetAutomatic(_tty); // before another host may make it its own
        if (_lock?.Leave() ?? _isTaken)
            GiveBack(_tty, _isTaken ? _keyboardMode : KeyboardMode(_tty));
    }

    /// <summary>Gives back the terminal that a host which is no more had. False: a host has it, perhaps still the one that ends.</summary>
    internal static bool GiveBackAfter(int number, int keyboardMode)
    {
        var tty = Sys.Open($"/dev/tty{number}", O_RDWR | O_NOCTTY);
        var isFree = tty < 0 || new TerminalLock(tty).Leave();
        if (tty < 0)
            tty = Sys.Open("/dev/tty", O_RDWR | O_NOCTTY);
        if (tty >= 0 && isFree)
            GiveBack(tty, keyboardMode);
        Sys.Close(tty);
        return isFree;
    }

    /// <summary>The screen is this terminal's, or nobody knows.</summary>
    internal static bool IsInForeground(int number)
    {
        var tty = Sys.Open($"/dev/tty{number}", O_RDWR | O_NOCTTY);
        if (tty < 0)
            tty = Sys.Open("/dev/tty", O_RDWR | O_NOCTTY);
        var shown = IsShownOn(tty, number);
        Sys.Close(tty);
        return shown;
    }

    private static int NumberOf(int tty)
    {
        uint device = 0;
        return ioctl(tty, TIOCGDEV, &device) == 0 && device >> 8 == TTY_MAJOR ? (int)(device & 0xFF) : -1;
    }

    // Off is what a killed host left, or another one that runs; the kernel's own choice is Unicode.
    private static int KeyboardMode(int tty)
    {
        int mode;
        return ioctl(tty, KDGKBMODE, &mode) == 0 && mode != K_OFF ? mode : K_UNICODE;
    }

    private static bool IsShownOn(int tty, int number)
    {
        vt_stat state;
        return ioctl(tty, VT_GETSTATE, &state) != 0 || number <= 0 || state.v_active == number;
    }

    private static void SetAutomatic(int tty)
    {
        var auto = new vt_mode { mode = VT_AUTO };
        ioctl(tty, VT_SETMODE, &auto);
    }

    private static void GiveBack(int tty, int keyboardMode)
    {
        SetAutomatic(tty);
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
        _release?.Dispose();
        _acquire?.Dispose();
        Sys.Close(_tty);
        Sys.Close(FileDescriptor);
    }
}
