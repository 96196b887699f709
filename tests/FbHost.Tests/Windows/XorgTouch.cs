using System.Net.Sockets;

namespace FbHost.Tests.Windows;

/// <summary>An Xorg without a screen, with a touch screen whose events a test makes (the drivers dummy and inputtest).</summary>
internal sealed class XorgTouch : IDisposable
{
    private const int Width = 800, Height = 600, Axis = 65536;
    private const int Begin = 18, Update = 19, End = 20; // of XInput 2
    private readonly TempDirectory _temp = new();
    private readonly Child _server;
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public XorgTouch()
    {
        Programs.NeedRoot();
        _temp.Write("conf", $"""
            Section "ServerFlags"
                Option "AutoAddDevices" "false"
                Option "AutoAddGPU" "false"
                Option "AllowMouseOpenFail" "true"
                Option "DontVTSwitch" "true"
            EndSection
            Section "Device"
                Identifier "card"
                Driver "dummy"
            EndSection
            Section "Screen"
                Identifier "screen"
                Device "card"
                DefaultDepth 24
                SubSection "Display"
                    Depth 24
                    Virtual {Width} {Height}
                EndSubSection
            EndSection
            Section "InputDevice"
                Identifier "touch"
                Driver "inputtest"
                Option "DeviceType" "Touch"
                Option "TouchCount" "5"
                Option "SocketPath" "{_temp["touch"]}"
            EndSection
            Section "ServerLayout"
                Identifier "layout"
                Screen "screen"
                InputDevice "touch" "SendCoreEvents"
            EndSection

            """);
        string[] command =
        [
            .. Surroundings.OwnDevices(_temp, evdev: false), "sh", "-c",
            $"exec Xorg -displayfd 3 -config {_temp["conf"]} -logfile {_temp["log"]} -noreset -nolisten tcp -novtswitch -sharevts "
                + $"3>{_temp["display"]}",
        ];
        _server = new Child(command[0], command[1..]);
        Wait.Until(() => _server.HasEnded || File.Exists(_temp["display"]) && File.ReadAllText(_temp["display"]).EndsWith('\n'), "Xorg",
            () => string.Join(" | ", _server.Errors));
        Assert.False(_server.HasEnded, string.Join(" | ", _server.Errors));
        Wait.Until(() => File.Exists(_temp["touch"]), "the touch screen's socket");
        _socket.Connect(new UnixDomainSocketEndPoint(_temp["touch"]));
        Send(0, [1, 0, 1, 0]); // the protocol's version, 1.1
        _socket.Receive(new byte[12]);
    }

    public (string Name, string? Value)[] Environment =>
        [("DISPLAY", ":" + File.ReadAllText(_temp["display"]).Trim()), ("WAYLAND_DISPLAY", null), ("XAUTHORITY", null)];

    public void Down(int finger, double x, double y) => Touch(finger, Begin, x, y);

    public void Move(int finger, double x, double y) => Touch(finger, Update, x, y);

    public void Up(int finger, double x, double y) => Touch(finger, End, x, y);

    private void Touch(int finger, int kind, double x, double y)
    {
        const int touch = 6, axes = 64;
        var body = new byte[8 + 16 + 2 * axes * sizeof(double)];
        BitConverter.TryWriteBytes(body, finger);
        BitConverter.TryWriteBytes(body.AsSpan(4), kind);
        body[12] = 3; // the axes that are given: x and y
        BitConverter.TryWriteBytes(body.AsSpan(24), (x + 0.5) * Axis / Width); // the middle of the pixel
        BitConverter.TryWriteBytes(body.AsSpan(32), (y + 0.5) * Axis / Height);
        Send(touch, body);
    }

    private void Send(int type, byte[] body) =>
        _socket.Send([.. BitConverter.GetBytes(8 + body.Length), .. BitConverter.GetBytes(type), .. body]);

    public void Dispose()
    {
        _socket.Dispose();
        _server.Dispose();
        _temp.Dispose();
    }
}
