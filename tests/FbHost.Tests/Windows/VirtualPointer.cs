using System.Net.Sockets;
using Desktop.Wayland;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Tests.Windows;

/// <summary>A pointer of sway's (zwlr_virtual_pointer_v1), which moves over the whole screen.</summary>
internal sealed class VirtualPointer : IDisposable
{
    private readonly WaylandClient _client;
    private readonly uint _pointer;
    private uint _time;

    public VirtualPointer(Sway sway)
    {
        var socket = Sys.UnixSocket(SOCK_STREAM);
        Assert.True(Sys.UnixConnect(socket, sway.Socket) >= 0);
        _client = new WaylandClient(socket);
        WaylandGlobal? manager = null;
        _client.Appeared = g => manager = g.Interface == "zwlr_virtual_pointer_manager_v1" ? g : manager;
        Sync();
        var bound = _client.Bind(manager!.Value, 1);
        _pointer = _client.New();
        _client.Request(bound, 0).UInt(0).UInt(_pointer).End();
        Sync();
    }

    private void Sync()
    {
        var done = false;
        _client.Sync(() => done = true);
        _client.WaitUntil(() => done, 10_000);
    }

    public void MoveTo(int x, int y)
    {
        _client.Request(_pointer, 1).UInt(++_time).UInt((uint)(x * 2 + 1)).UInt((uint)(y * 2 + 1)) // the middle of the pixel
            .UInt(Sway.Width * 2).UInt(Sway.Height * 2).End();
        Frame();
    }

    /// <param name="button">BTN_LEFT is 0x110.</param>
    public void Button(uint button, bool down)
    {
        _client.Request(_pointer, 2).UInt(++_time).UInt(button).UInt(down ? 1u : 0).End();
        Frame();
    }

    /// <summary>Clicks of the wheel, down or to the right.</summary>
    public void Wheel(bool horizontal, int clicks)
    {
        _client.Request(_pointer, 5).UInt(0).End(); // the source: a wheel
        _client.Request(_pointer, 7).UInt(++_time).UInt(horizontal ? 1u : 0).Fixed(15 * clicks).Int(clicks).End();
        Frame();
    }

    private void Frame()
    {
        _client.Request(_pointer, 4).End();
        Sync();
    }

    public void Dispose() => _client.Dispose();
}
