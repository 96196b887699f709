using Displays;
using Displays.Pixels;
using FbHost.Clients;
using FbHost.Input;
using FbHost.Loop;
using FbHost.Options;
using FbHost.Screens;
using GpioButtons;
using InputEvdev;

namespace FbHost.Tests.Support;

/// <summary>
/// The parts of a host between devices and clients, in this process and without its loop: events go in as a device gives them, and come out
/// of the clients' files. A screen of 200x100 unless another display is given.
/// </summary>
internal sealed class Desk : IDisposable
{
    public const int Width = 200, Height = 100;
    private readonly TempDirectory _temp = new();
    private readonly EventLoop _loop = new();
    private readonly IDisplay _display;
    private readonly ClientDirectory _directory;
    private readonly Screen _screen;
    private readonly List<HandMade> _made = [];
    private long _timeNs = 1_000_000;

    /// <param name="display">The desk's from now on; null: one in memory.</param>
    public Desk(IDisplay? display = null)
    {
        Directory.CreateDirectory(_temp["mmm"]);
        _display = display ?? new MemoryDisplay(Width, Height, NamedLayouts.Xrgb8888, dither: false, _temp["screen"], deleteAtEnd: true);
        _screen = new Screen(_loop, _display);
        _display.Resized += _screen.Resize;
        if (_display is ReturningDisplay returning)
            returning.Returned += _screen.Damage;
        _directory = new ClientDirectory(_loop, _temp["mmm"], _ => { });
        var log = new HostLog(null);
        Clients = new ClientTable(_loop, _screen, log, _directory, new SeenClients([], _ => { }),
            new HashSet<string> { "calibrate", "move", "raise", "lower" });
        Clients.Open();
        Blanker = new Blanker(_loop, _screen, TimeSpan.Zero);
        Blanker.Changed += Clients.TellVisibility;
        Panel = new PanelToScreen(new OrientedDisplay(_display, default));
        var keyboards = new Keyboards(new KeyboardOptions(), _ => { });
        var hostKeys = new HostKeys(new HostKeyOptions([("power"u8.ToArray(), HostAction.Blank)], Lock: false), own: [],
            HostActions.Add, HostTerminals.Add);
        Seat = new Seat(_loop, log, keyboards, hostKeys, Blanker, () => IsShown,
            new InputRouter(_loop, Clients, _screen, Panel, cursor: false), () => Clicks++);
    }

    public ClientTable Clients { get; }

    public Blanker Blanker { get; }

    public PanelToScreen Panel { get; }

    public Seat Seat { get; }

    public bool IsBlank => _screen.IsBlank;

    /// <summary>False: another terminal has the screen.</summary>
    public bool IsShown { get; set; } = true;

    /// <summary>How many were heard.</summary>
    public int Clicks { get; private set; }

    /// <summary>What keys of the host's asked for; "power" is one, for blank.</summary>
    public List<HostAction> HostActions { get; } = [];

    /// <summary>The terminals that keys of the host's asked for.</summary>
    public List<int> HostTerminals { get; } = [];

    public ClientSession Session(HandMade client) => Clients.Serving.Single(s => s.FileName == client.Name);

    /// <summary>A client at a place of the screen that has shown a frame; 40x30 unless told.</summary>
    public HandMade Client(string name, int x, int y, string asks = "", int width = 40, int height = 30)
    {
        var client = new HandMade(System.IO.Path.Combine(_temp["mmm"], name), name, c =>
        {
            c.Poke(HandMade.X, (double)x);
            c.Poke(HandMade.X + 8, (double)y);
            c.Poke(HandMade.Width, width);
            c.Poke(HandMade.Height, height);
            c.Poke(HandMade.Stride, width * 4);
            c.Truncate(HandMade.Pixels + width * height * 4);
            if (asks.Length > 0)
                c.SetValue("events", asks);
        });
        _made.Add(client);
        Turn(() => Clients.Serving.Any(s => s.FileName == name));
        Clients.Look(Session(client));
        return client;
    }

    /// <summary>The client's process, bell and file are gone.</summary>
    public void End(HandMade client)
    {
        Clients.Events.Deliver();
        client.Poke(HandMade.EventsWrite, (short)-5); // a broken ring ends a client at its next event
        Clients.Events.To(Session(client))!.Offer("x"u8);
        Clients.Events.Deliver();
    }

    /// <summary>What came into the client's ring, once the loop would sleep.</summary>
    public string[] Events(HandMade client)
    {
        Clients.Events.Deliver();
        return [.. client.TakeEvents()];
    }

    public void Touch(int finger, InputKind kind, double x, double y, int device = 1) => Send(new InputEvent
    {
        Kind = kind, Finger = (byte)finger, IsTouch = true, Device = device, TimeNs = _timeNs, X = x / (Width - 1), Y = y / (Height - 1),
    });

    /// <summary>As the decoder sends a finger that goes down: its position, then its down, at one time.</summary>
    public void Down(int finger, double x, double y, int device = 1)
    {
        _timeNs += 1_000_000;
        Touch(finger, InputKind.PointerMove, x, y, device);
        Touch(finger, InputKind.PointerDown, x, y, device);
    }

    public void Drag(int finger, double x, double y, int device = 1) => Touch(finger, InputKind.PointerMove, x, y, device);

    public void Up(int finger, double x, double y, int device = 1) => Touch(finger, InputKind.PointerUp, x, y, device);

    public void Mouse(InputKind kind, double dx = 0, double dy = 0, byte button = 0) =>
        Send(new InputEvent { Kind = kind, IsRelative = true, Device = 9, TimeNs = _timeNs += 1_000_000, X = dx, Y = dy, Button = button });

    public void Wheel(double x, double y) =>
        Send(new InputEvent
        {
            Kind = InputKind.Scroll, IsRelative = true, Device = 9, TimeNs = _timeNs += 1_000_000, ScrollX = x, ScrollY = y,
        });

    public void Key(InputKind kind, KeyCode key, Modifiers modifiers = default) => Send(new InputEvent
    {
        Kind = kind, Key = key, Meaning = key, Device = 5, TimeNs = _timeNs += 1_000_000, Modifiers = modifiers,
        Text = kind == InputKind.KeyRelease ? default : UsKeymap.TextOf(key, modifiers),
    });

    /// <summary>Keys as they are typed, all else as devices give it.</summary>
    public void Send(in InputEvent e)
    {
        if (e.Kind is InputKind.KeyPress or InputKind.KeyRepeat or InputKind.KeyRelease)
            Seat.Typed(e);
        else
            Seat.Raw(e);
    }

    /// <summary>A GPIO button went down or up.</summary>
    public void Button(int index, string text, bool pressed) => Seat.Take(new ButtonEvent(index, text, pressed, _timeNs += 1_000_000));

    /// <summary>Configured buttons, whose lines are opened by a test.</summary>
    public Buttons Buttons(Func<IReadOnlyList<ButtonConfig>, IReadOnlyList<KeypadConfig>, ButtonSet> open) =>
        new(_loop, Seat, Clients.Stack, Blanker, () => IsShown, () => new KeyboardOptions(), _ => { })
        {
            OpenLines = (lines, keypads, _) => open(lines, keypads),
        };

    /// <summary>The input devices of some paths, as the host reads them.</summary>
    public InputDevices Devices(DeviceRules rules, params string[] paths) => new(_loop, new HostLog(null), paths, rules, Panel, Seat);

    /// <summary>The screen in memory gets another size.</summary>
    public void Resize(int width, int height) => ((MemoryDisplay)_display).Resize(width, height);

    /// <summary>Looks at a client, and does what the loop does before it sleeps.</summary>
    public void Look(HandMade client)
    {
        Clients.Look(Session(client));
        Clients.Settle();
    }

    /// <summary>Turns the loop until a condition holds.</summary>
    public void Turn(Func<bool> until) => Wait.Until(
        () =>
        {
            _loop.Post(_loop.Stop);
            _loop.Run();
            return until();
        }, "the loop");

    public void Dispose()
    {
        Seat.Dispose();
        Clients.Dispose();
        _directory.Dispose();
        _display.Dispose();
        _loop.Dispose();
        _made.ForEach(c => c.Dispose());
        _temp.Dispose();
    }
}
