using FbHost.Clients;
using InputEvdev;
using Mmm;

namespace FbHost.Input;

/// <summary>
/// Gives typed input events to clients: keys to the one with the focus, the pointer to the uppermost one under it; a finger or button stays
/// with the client it went down on.
/// </summary>
internal sealed class InputRouter
{
    private readonly ClientTable _clients;
    private readonly int _width;
    private readonly int _height;
    private readonly KeyWords _words = new();
    private ClientSession? _held; // the client that the finger went down on
    private double _x;
    private double _y;

    public InputRouter(ClientTable clients, int width, int height)
    {
        (_clients, _width, _height) = (clients, width, height);
        (_x, _y) = (width / 2, height / 2);
        clients.Gone += client => _held = _held == client ? null : _held;
        Handler = Route;
    }

    /// <summary>Takes events from devices; one delegate, made once.</summary>
    public InputHandler Handler { get; }

    private void Route(in InputEvent e)
    {
        switch (e.Kind)
        {
            case InputKind.KeyPress or InputKind.KeyRepeat:
                if (_clients.Focus is { } focus && _words.Of(e) is { IsEmpty: false } word)
                    _clients.Push(focus, word);
                break;
            case InputKind.PointerMove when e.Finger == 0:
                MoveTo(e);
                Send(_held ?? Under(), _held is null ? EventText.Motion : EventText.Drag);
                break;
            case InputKind.PointerDown when e is { Finger: 0, Button: 0 }:
                MoveTo(e);
                _held = Under();
                Send(_held, EventText.Press);
                break;
            case InputKind.PointerUp when e is { Finger: 0, Button: 0 }:
                MoveTo(e);
                Send(_held, EventText.Release);
                _held = null;
                break;
        }
    }

    private void MoveTo(in InputEvent e)
    {
        (_x, _y) = e.IsRelative ? (_x + e.X, _y + e.Y) : (e.X * (_width - 1), e.Y * (_height - 1));
        (_x, _y) = (Math.Clamp(_x, 0, _width - 1), Math.Clamp(_y, 0, _height - 1));
    }

    private (int X, int Y) Pixel => ((int)Math.Round(_x), (int)Math.Round(_y));

    private ClientSession? Under() => _clients.At(Pixel.X, Pixel.Y);

    private void Send(ClientSession? client, ReadOnlySpan<byte> word)
    {
        if (client?.Layer is not { } layer)
            return;
        var (x, y) = Pixel;
        Span<byte> text = stackalloc byte[64];
        _clients.Push(client, text[..EventText.Pointer(text, word, x - layer.Bounds.X, y - layer.Bounds.Y, finger: -1)]);
    }
}
