using System.Net.Sockets;
using System.Text;

namespace Soak;

/// <summary>
/// Attacks the socket of the bell: greetings that are invalid, too long, for missing files, or many at once; continuous rings; and rings of
/// the host that are never read.
/// </summary>
internal sealed class BellAttack(string directory, Random random) : Attack(directory, random)
{
    protected override void Step()
    {
        switch (Random.Next(5))
        {
            case 0:
                Silent();
                break;
            case 1:
                Deaf();
                break;
            case 2:
                using (var client = NewClient())
                {
                    client.Connect();
                    if (OneIn(2))
                        Greet(client.Name); // a second greeting
                    if (OneIn(2))
                        client.HangUp();
                    Pause(20);
                }
                break;
            default:
                for (var times = Random.Next(40); times >= 0; times--)
                    Greet(Name());
                break;
        }
    }

    private string Name() => Random.Next(9) switch
    {
        0 => "",
        1 => "..",
        2 => ".control",
        3 => "/etc/passwd",
        4 => new string('x', 300),
        5 => new string('ä', 255), // 255 characters, 510 bytes
        6 => new string('ä', 120),
        7 => NewName() + "\0x",
        _ => NewName(), // a valid name of a file that does not exist
    };

    private void Greet(string name)
    {
        using var bell = HandMade.Connect(Directory);
        bell.Send(OneIn(6) ? Bytes(Random.Next(1, 4000)) : Encoding.UTF8.GetBytes("mmm 1 " + name));
        if (OneIn(2))
            bell.Receive(new byte[300]);
    }

    // Connections on which nothing is sent.
    private void Silent()
    {
        Socket[] bells = [.. Enumerable.Range(0, Random.Next(40)).Select(_ => HandMade.Connect(Directory))];
        Pause(500);
        Array.ForEach(bells, b => b.Dispose());
    }

    // A client that rings continuously, presents frames, and never reads the rings of the host.
    private void Deaf()
    {
        using var client = NewClient();
        client.Connect();
        for (var turns = Random.Next(60); turns >= 0; turns--)
        {
            for (var rings = Random.Next(200); rings >= 0; rings--)
                client.Ring();
            client.Present();
            Pause(10);
        }
    }
}
