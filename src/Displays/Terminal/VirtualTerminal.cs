using System.Globalization;
using System.Runtime.InteropServices;
using Mmm;
using Mmm.Linux;
using Tmds.Linux;
using static Displays.LinuxVt;
using static Tmds.Linux.LibC;

namespace Displays;

/// <summary>
/// The virtual terminal that shares its screen with the display. While the host has taken the terminal, the kernel writes no text and no
/// cursor over the picture, key presses do not reach a login behind it, and no other program gets the screen before the display has been
/// hidden. The terminal is restored when this object is disposed and when the host fails; after a crash or kill -9 its
/// <see cref="CrashGuard"/> restores it. A terminal that another host has taken is not changed until that host ends.
/// </summary>
/// <remarks>
/// While its keyboard is off, the kernel does not switch terminals on Ctrl+Alt+F2. The host does so instead (<see cref="Switch"/>), unless
/// its keys are locked. Root needs neither a session nor a controlling terminal for this. Another user needs the
/// terminal as the controlling terminal.
/// <para>
/// The display is opened first, because only that shows whether the host can use the screen. Until the terminal is taken, the console may
/// draw: on KMS it draws into a buffer that is not shown; on fbdev the host paints over its text. At the end the display is closed first,
/// and the console then draws its text.
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
    private TerminalLock? _lock; // null if this user cannot open /dev/ttyN; then only this user's session uses the terminal
    private bool _readsStdin;
    private int _keyboardMode;
    private bool _isTaken;
    private bool _isShown;
    private bool _isOver;
    private IDisplay? _display;
    private PosixSignalRegistration? _release;
    private PosixSignalRegistration? _acquire;

    /// <param name="log">Receives a line for each switch, and the reason if the terminal is not taken.</param>
    /// <exception cref="MmmException">No descriptor is left.</exception>
    public VirtualTerminal(Action<string> log)
    {
        _log = log;
        FileDescriptor = eventfd(0, O_NONBLOCK | O_CLOEXEC);
        if (FileDescriptor < 0)
            throw new MmmException($"cannot create a descriptor for the terminal: {Sys.ErrorText(errno)}");
    }

    /// <summary>Whether the kernel has virtual terminals and shows one of them.</summary>
    public static bool AreThere => File.Exists(Foreground);

    /// <summary>A descriptor that is readable while <see cref="Dispatch"/> has something to do.</summary>
    public int FileDescriptor { get; }

    /// <summary>
    /// Releases the screen or takes it back if the kernel has requested that by a signal. Takes the terminal if the host
    /// that had it has ended.
    /// </summary>
    public void Dispatch()
    {
        Span<byte> count = stackalloc byte[8];
        Sys.Read(FileDescriptor, count);
        while (NextCall() is { } call)
            call();
    }

    /// <summary>
    /// True if this terminal has the screen, or if the terminal is not taken. While another terminal has the screen, nothing must be
    /// written to the display.
    /// </summary>
    public bool IsShown => !_isTaken || _isShown;

    /// <summary>Raised when the screen has been taken back. Its content is undefined, so the host must paint everything again.</summary>
    public event Action? Returned;

    /// <summary>Raised when <see cref="GuardArguments"/> have changed.</summary>
    public event Action? GuardChanged;

    /// <summary>
    /// The arguments with which <see cref="CrashGuard"/> restores the terminal after a crash; empty if the terminal is not taken.
    /// </summary>
    public IReadOnlyList<string> GuardArguments => _isTaken
        ? [CrashGuard.Terminal, _number.ToString(CultureInfo.InvariantCulture), _keyboardMode.ToString(CultureInfo.InvariantCulture)]
        : [];

    /// <summary>
    /// Takes the terminal in the foreground, or the controlling terminal if the user has no permission for the first. Nothing happens if
    /// there are no virtual terminals. If the user has no permission for either terminal, or another host has the terminal, a line in the
    /// log tells the consequences.
    /// </summary>
    /// <param name="display">The display, which is hidden before the screen is released, and shown when the screen is taken back.</param>
    /// <param name="readsStdin">
    /// True if the host reads its keys from stdin. If stdin is this terminal, its keyboard then stays on.
    /// </param>
    public void TakeOver(IDisplay display, bool readsStdin)
    {
        (_display, _readsStdin) = (display, readsStdin);
        _tty = Sys.Open(Foreground, O_RDWR | O_NOCTTY); // the terminal in the foreground now; later switches do not change it
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
                        + "and key presses reach the login behind it; run the host as root, or from a login on that console");
                return;
            }
        }
        _number = NumberOf(_tty);
        var own = Sys.Open($"/dev/tty{_number}", O_RDWR | O_NOCTTY); // locks of /dev/tty0 and /dev/ttyN are different, so /dev/ttyN is used
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

    // Tests the permission without changing anything: it sets the mode that the terminal already has.
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
        Say(_tty, "\e[?25l"); // hides the cursor, which some kernels blink by a timer even in graphics mode
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
        _log($"terminal {_number} is used by another mmm and is not changed while that one runs: its keys are off, "
            + "and this mmm is not notified of terminal switches");
        new Thread(() =>
        {
            if (owner.WaitForOwner())
                Post(TakeLate);
        }) { IsBackground = true, Name = "terminal" }.Start();
    }

    // Called after the other host has ended. Its end, or its guard, may have made the console draw, so everything is painted again.
    private void TakeLate()
    {
        if (_isOver)
            return;
        Take();
        if (_isShown)
            ShowAgain();
        _log($"terminal {_number}: the other mmm has ended; this mmm has taken the terminal");
    }

    private void ShowAgain()
    {
        _display?.Show();
        Returned?.Invoke();
    }

    /// <summary>
    /// Switches to another terminal. The kernel first requests by a signal that this one is released. Nothing happens if
    /// this terminal is not taken.
    /// </summary>
    /// <param name="number">The N of /dev/ttyN, 1 to 12.</param>
    public void Switch(int number)
    {
        if (_isTaken)
            ioctl(_tty, VT_ACTIVATE, number);
    }

    // The signal handler runs on a thread of the runtime, but the display belongs to the thread that calls Dispatch.
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
        _log($"terminal {_number}: another terminal has the screen; nothing is drawn until it is back");
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

    // This is not called after a fault in native code or kill -9; the guard handles these.
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
            SetAutomatic(_tty); // before the lock is released and another host may take the terminal
        if (_lock?.Leave() ?? _isTaken)
            GiveBack(_tty, _isTaken ? _keyboardMode : KeyboardMode(_tty));
    }

    /// <summary>
    /// Restores the terminal of a host that has ended. Returns false if a host has the terminal; this may still be the host that is ending.
    /// </summary>
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

    /// <summary>Whether this terminal has the screen. Also true if that cannot be determined.</summary>
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

    // Returns the keyboard mode to restore. K_OFF was set by a host that was killed or still runs, so the kernel's
    // default, Unicode, is returned instead.
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
        // The mode is always set to text, and the console then draws its text. The mode found at the start could be the graphics mode of a
        // host that was killed.
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
        Restore(); // before the signal handlers are removed: without them the signals would end the process
        _release?.Dispose();
        _acquire?.Dispose();
        Sys.Close(_tty);
        Sys.Close(FileDescriptor);
    }
}
