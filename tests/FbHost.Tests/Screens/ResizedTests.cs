using Displays;
using FbHost.Clients;

namespace FbHost.Tests.Screens;

/// <summary>A display that comes back with another size, and what its clients are told.</summary>
public sealed class ResizedTests : IDisposable
{
    private const int Wider = 300, Lower = 80;
    private readonly CountingDisplay _first = new(Desk.Width, Desk.Height);
    private readonly CountingDisplay _second = new(Wider, Lower);
    private readonly ReturningDisplay _display;
    private readonly Desk _desk;

    public ResizedTests()
    {
        var displays = new Queue<IDisplay>([_first, _second]);
        _display = new ReturningDisplay(_ => { }, _ => displays.Dequeue());
        _desk = new Desk(_display);
    }

    public void Dispose() => _desk.Dispose();

    private void ComeBack()
    {
        _first.IsLost = true;
        _display.Flush();
        Wait.Until(() =>
        {
            _display.Dispatch();
            return _display.Width == Wider;
        }, "the other display");
        _desk.Clients.Settle();
    }

    // As a program that knows only the offsets reads it.
    private static (string Width, string Height) SizeIn(HandMade client)
    {
        var values = Enumerable.Range(0, client.Peek(HandMade.ValueCount)).ToDictionary(
            i => client.PeekText(HandMade.ValueNames + 16 * i, 16), i => client.PeekText(HandMade.ValueTexts + 64 * i, 64));
        return (values["host-width"], values["host-height"]);
    }

    private static (int Width, int Height) DesiredBy(HandMade client) =>
        (client.Peek(HandMade.DesiredWidth), client.Peek(HandMade.DesiredWidth + 4));

    [Fact]
    public void Its_size_is_in_the_clients_files_and_a_client_in_full_screen_is_asked_for_it()
    {
        var plain = _desk.Client("plain", 0, 0);
        var full = _desk.Client("full", 50, 0);
        _desk.Clients.Messages.MakeFullScreen(_desk.Session(full));
        Assert.Equal((Desk.Width, Desk.Height), DesiredBy(full));
        Assert.Equal(($"{Desk.Width}", $"{Desk.Height}"), SizeIn(plain));

        ComeBack();
        Assert.Equal(($"{Wider}", $"{Lower}"), SizeIn(plain));
        Assert.Equal(($"{Wider}", $"{Lower}"), SizeIn(full));
        Assert.Equal((Wider, Lower), DesiredBy(full));
        Assert.Equal((40, 30), DesiredBy(plain));
        var late = _desk.Client("late", 0, 50);
        Assert.Equal(($"{Wider}", $"{Lower}"), SizeIn(late));
    }

    [Fact]
    public void Everything_is_painted_on_it()
    {
        _desk.Client("client", 0, 0);
        _desk.Clients.Settle();
        ComeBack();
        Wait.Until(() =>
        {
            _desk.Clients.Settle(); // what has waited for a frame's time
            return _second.Pixels >= Wider * Lower;
        }, "a whole picture", () => $"{_second.Pixels} pixels");
        Assert.Equal(Wider * Lower, _second.Pixels);
    }
}
