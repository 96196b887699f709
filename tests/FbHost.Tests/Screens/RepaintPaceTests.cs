namespace FbHost.Tests.Screens;

/// <summary>
/// What clients change without a frame of theirs is painted at most once a frame of the display. Here a frame takes an hour, so all that a
/// test does is within one, on any machine.
/// </summary>
public sealed class RepaintPaceTests : IDisposable
{
    private const long Hour = 3_600_000_000_000;
    private const int Turns = 500; // of the loop
    private readonly CountingDisplay _display = new(Desk.Width, Desk.Height) { FrameNs = 0 };
    private readonly Desk _desk;
    private int _arranged; // pictures that were moved, raised or lowered

    public RepaintPaceTests()
    {
        _desk = new Desk(_display);
        _desk.Clients.Stack.Arranged += () => _arranged++;
    }

    public void Dispose() => _desk.Dispose();

    // Clients that lie over each other, on the screen by now.
    private HandMade[] Clients(int count)
    {
        HandMade[] clients = [.. Enumerable.Range(0, count).Select(i => _desk.Client($"c{i}", 10 * i, 0))];
        _desk.Clients.Settle();
        _display.FrameNs = Hour;
        _arranged = 0;
        return clients;
    }

    private static void Move(HandMade client, int x) => client.Poke(HandMade.X, (double)x);

    private static void Say(HandMade client, string message)
    {
        for (var i = 0; i < 64; i++)
            client.Say(message);
    }

    [Fact]
    public void A_client_that_only_moves_is_moved_once_a_frame()
    {
        var client = Clients(1)[0];
        var shown = _display.Shown;
        for (var i = 1; i <= Turns; i++)
        {
            Move(client, i % 100);
            _desk.Look(client);
        }
        Assert.Equal(1, _arranged);
        Assert.Equal(1, _display.Shown - shown);
    }

    [Fact]
    public void Many_clients_that_move_are_painted_together_once_a_frame()
    {
        var clients = Clients(10);
        var (shown, pixels) = (_display.Shown, _display.Pixels);
        foreach (var client in clients)
        {
            Move(client, 100);
            _desk.Look(client);
        }
        Assert.Equal(clients.Length, _arranged);
        Assert.Equal(1, _display.Shown - shown);
        Assert.InRange(_display.Pixels - pixels, 1, 2 * 40 * 30); // the first one's place before and after
    }

    [Theory]
    [InlineData("raise")]
    [InlineData("lower")]
    public void Clients_that_send_64_messages_a_turn_to_be_restacked_are_once_a_frame(string message)
    {
        var clients = Clients(2);
        var shown = _display.Shown;
        for (var i = 0; i < Turns; i++)
        {
            foreach (var client in clients)
            {
                Say(client, message);
                _desk.Look(client);
            }
        }
        Assert.Equal(clients.Length, _arranged);
        Assert.Equal(1, _display.Shown - shown);
    }

    [Fact]
    public void A_client_that_draws_meanwhile_is_painted_at_once()
    {
        var clients = Clients(3);
        Move(clients[0], 100);
        _desk.Look(clients[0]);
        Move(clients[1], 100); // waits for the next frame
        _desk.Look(clients[1]);
        var shown = _display.Shown;
        _desk.Session(clients[2]).NextFrameNs = 0; // its own pace does not matter here
        clients[2].Present();
        _desk.Look(clients[2]);
        Assert.Equal(1, _display.Shown - shown);
    }
}
