using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Soak;

/// <summary>
/// Attacks the control socket, without commands that would legitimately disturb other clients: invalid requests, incomplete requests,
/// answers that are never read, and events for clients that never read them.
/// </summary>
internal sealed class ControlAttack(string directory, Random random) : Attack(directory, random)
{
    protected override void Step()
    {
        switch (Random.Next(6))
        {
            case 0:
                Hold();
                break;
            case 1:
                FillRings();
                break;
            default:
                using (var control = Connect())
                {
                    for (var requests = Random.Next(10); requests >= 0; requests--)
                        control.Send(Request());
                    if (OneIn(2))
                        control.Receive(new byte[Random.Next(1, 65536)]);
                }
                break;
        }
    }

    private Socket Connect()
    {
        var control = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            { ReceiveTimeout = 2000, SendTimeout = 500 };
        control.Connect(new UnixDomainSocketEndPoint(Path.Combine(Directory, ".control")));
        return control;
    }

    private byte[] Request() => Random.Next(10) switch
    {
        0 => Bytes(Random.Next(1, 2000)),
        1 => "[\"clients\""u8.ToArray(),
        2 => Words("clients"),
        3 => Words("screenshot"),
        4 => Words("audio"),
        5 => Words("volume"),
        6 => Words("dance", "with", "me"),
        7 => Words("event", NewName(), "a"),
        8 => Encoding.UTF8.GetBytes(new string('[', Random.Next(1, 9000)) + "\n"),
        _ => Words("watch"),
    };

    private static byte[] Words(params string[] words) => Encoding.UTF8.GetBytes(JsonSerializer.Serialize(words) + "\n");

    // Takes all connections that the host allows, and never reads the answers.
    private void Hold()
    {
        var held = new List<Socket>();
        try
        {
            for (var i = Random.Next(40); i >= 0; i--)
            {
                held.Add(Connect());
                held[^1].Send(Words("watch"));
                for (var shots = Random.Next(3); shots >= 0; shots--)
                    held[^1].Send(Words("screenshot"));
            }
            Pause(500);
        }
        finally
        {
            held.ForEach(s => s.Dispose());
        }
    }

    private void FillRings()
    {
        using var client = NewClient();
        if (OneIn(2))
            client.Connect();
        Pause(50);
        using var control = Connect();
        for (var events = Random.Next(1500); events >= 0; events--)
        {
            control.Send(Words(Any("event", "send"), client.Name,
                Any("a", "mouse-motion 1 1", "mouse-press 3 3", "return", new string('é', 60), "x\0y")));
            control.Receive(new byte[4096]);
        }
    }
}
