using Displays;
using Displays.Pixels;
using FbHost.Clients;
using FbHost.Input;
using FbHost.Loop;
using FbHost.Screens;
using InputEvdev;

namespace FbHost.Tests.Support;

/// <summary>
/// The parts of a host between devices and clients, in this process and without its loop: events go in as a device gives them, and come out
/// of the clients' files. A screen of 200x100.
/// </summary>
internal sealed class Desk : IDisposable
{
    public const int Width = 200, Height = 100;
    private readonly TempDirectory _temp = new();
    private readonly EventLoop _loop = new();
    private readonly MemoryDisplay _display;
    private readonly ClientDirectory _directory;
    private readonly List<HandMade> _made = [];
    private long _timeNs = 1_000_000;

    public Desk(int rotate = 0)
    {
        Directory.CreateDirectory(_temp["mmm"]);
        _display = new MemoryDisplay(Width, Height, NamedLayouts.Xrgb8888, dither: false, _temp["screen"], deleteAtEnd: true);
        var screen = new Screen(_loop, _display);
        _directory = new ClientDirectory(_temp["mmm"], _ => { });
        Clients = new ClientTable(_loop, screen, new HostLog(null), _directory, new SeenClients([], _ => { }), new HashSet<string> { "calibrate", "move" });
        Clients.Open();
        Blanker = new Blanker(_loop, screen, TimeSpan.Zero);
        Blanker.Changed += Clients.TellVisibility;
        Router = new InputRouter(_loop, Clients, screen, Blanker, Orientation.Make(rotate, false, false, out _)!.Value, cursor: false);
    }

    public ClientTable Clients { get; }

    public Blanker Blanker { get; }

    public InputRouter Router { get; }

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
        Clients.Look(Clients.Consider(name)!);
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
        Send(new InputEvent { Kind = InputKind.Scroll, IsRelative = true, Device = 9, TimeNs = _timeNs += 1_000_000, ScrollX = x, ScrollY = y });

    public void Key(InputKind kind, KeyCode key, Modifiers modifiers = default) => Send(new InputEvent
    {
        Kind = kind, Key = key, Meaning = key, Device = 5, TimeNs = _timeNs += 1_000_000, Modifiers = modifiers,
        Text = kind == InputKind.KeyRelease ? default : UsKeymap.TextOf(key, modifiers),
    });

    public void Send(in InputEvent e) => Router.Handler(e);

    public void Dispose()
    {
        Clients.Dispose();
        _directory.Dispose();
        _display.Dispose();
        _loop.Dispose();
        _made.ForEach(c => c.Dispose());
        _temp.Dispose();
    }
}
