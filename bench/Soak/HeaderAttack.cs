using System.Text;

namespace Soak;

/// <summary>
/// Attacks every field of the header with values at limits, beyond limits and at random. Two threads write the same file at the same time,
/// while the host reads it. In between, the file is made valid again, so that the host shows the client again.
/// </summary>
internal sealed class HeaderAttack(string directory, Random random) : Attack(directory, random)
{
    private static readonly int[] Limits =
    [
        0, 1, -1, 2, 3, 4, 5, 12, 13, 16, 17, 127, 128, 255, 256, 1022, 1023, 1024, -1024, 4095, 8191, 8192, 16383, 16384, 16385, 32767,
        -32768, 65535, 65536, 100_000, HandMade.Pixels, HandMade.Pixels + 1, int.MaxValue, int.MaxValue - 3, int.MinValue,
    ];

    private static readonly double[] Places = [0, -0.0, 1, -1, 799, 800, -1e9, 1e9,
        1e300, -1e300, double.NaN, double.PositiveInfinity, double.Epsilon];

    // Offsets of numbers; then offsets and lengths of texts. Each is written in one piece.
    private static readonly int[] Numbers =
    [
        .. Every(0x10, 0xb0, 4), .. Every(HandMade.Width, 0x5c8, 4), .. Every(HandMade.DesiredWidth, 0x5f0, 4), 0xa8, 0xac, 0x670 + 8,
        0x670 + 12, HandMade.EventsRead, HandMade.MessagesRead, 0x206a8 + 8, 0x406e0 + 8, .. Every(HandMade.PcmFormat, 0x40708, 4),
        0x48748 + 8, HandMade.ValueCount, 0x48c60 + 8,
    ];

    private static readonly int[] Indices = [HandMade.EventsRead, HandMade.EventsWrite, HandMade.MessagesRead, HandMade.MessagesWrite];

    private static readonly (int At, int Length)[] Texts =
    [
        (0, 16), (0xa0, 16), (HandMade.Title, 256), (0x1b0, 1024), (HandMade.EventsBuffer, 4096), (HandMade.MessagesBuffer, 4096),
        (HandMade.PcmBuffer, 4096), (HandMade.ValueNames, 256), (HandMade.ValueTexts, 1024), (HandMade.Pixels, 4800),
    ];

    private HandMade _client = null!;

    private static IEnumerable<int> Every(int from, int to, int step)
    {
        for (var at = from; at < to; at += step)
            yield return at;
    }

    protected override void Step()
    {
        using var client = _client = NewClient();
        if (OneIn(2))
            client.Connect();
        Pause(50);
        var racing = new Thread(Race);
        racing.Start(new Random(Random.Next()));
        for (var turns = Random.Next(30); turns >= 0; turns--)
        {
            for (var writes = Random.Next(200); writes >= 0; writes--)
                WriteOne(Random);
            if (OneIn(4))
                MakeValid(client);
            Pause(15);
        }
        racing.Join();
    }

    private void Race(object? random)
    {
        var own = (Random)random!;
        var (at, other) = (Numbers[own.Next(Numbers.Length)], Limits[own.Next(Limits.Length)]);
        try
        {
            for (var turns = own.Next(30); turns >= 0; turns--)
            {
                // Switches one field between two values as fast as possible and presents frames, so that the value changes between check
                // and use.
                var valid = _client.Peek(at);
                for (var writes = own.Next(200); writes >= 0; writes--)
                {
                    _client.Poke(at, (writes & 1) == 0 ? valid : other);
                    if (writes % 16 == 0)
                        _client.Present();
                }
                WriteOne(own);
                Thread.Sleep(1 + own.Next(10));
            }
        }
        catch (IOException)
        {
            // The file is truncated or removed.
        }
    }

    private void WriteOne(Random random)
    {
        switch (random.Next(8))
        {
            case 0:
                _client.Poke(HandMade.Flip, random.Next(-1, 14));
                break;
            case 1:
                _client.Poke(HandMade.X + 8 * random.Next(2), Places[random.Next(Places.Length)]);
                break;
            case 2:
                _client.Poke(Indices[random.Next(4)], (short)Limits[random.Next(Limits.Length)]);
                break;
            case 3:
                var (at, length) = Texts[random.Next(Texts.Length)];
                var bytes = new byte[random.Next(1, length + 1)];
                if (random.Next(3) == 0)
                    bytes.AsSpan().Fill((byte)random.Next(256)); // a text without a terminating NUL
                else
                    random.NextBytes(bytes);
                _client.Poke(at, bytes);
                break;
            case 4:
                _client.Say(Message(random));
                break;
            case 5:
                _client.Present();
                break;
            default:
                var limit = Limits[random.Next(Limits.Length)];
                _client.Poke(Numbers[random.Next(Numbers.Length)], random.Next(3) == 0 ? random.Next(int.MinValue, int.MaxValue) : limit);
                break;
        }
    }

    private static string Message(Random random) => random.Next(8) switch
    {
        0 => "raise",
        1 => "lower",
        2 => $"move {random.Next(-2000, 2000)} {random.Next(-2000, 2000)}",
        3 => "move nowhere at all",
        4 => "fullscreen",
        5 => $"volume {random.Next(-10, 200)}",
        6 => "send nobody hello",
        _ => new string((char)random.Next(1, 0x250), 60),
    };

    private static void MakeValid(HandMade client)
    {
        client.Truncate(HandMade.Pixels + 40 * 30 * 4 + 1);
        client.Poke(0, new byte[0x18]);
        client.Poke(HandMade.Pid, Environment.ProcessId);
        client.Poke(0x20, new byte[HandMade.Title - 0x20]);
        client.Poke(HandMade.Title, Encoding.UTF8.GetBytes(client.Name + "\0"));
        client.Poke(0x1b0, new byte[1024]);
        client.Poke(HandMade.Width, new byte[0x620 - HandMade.Width]);
        client.Poke(HandMade.Width, 40);
        client.Poke(HandMade.Height, 30);
        client.Poke(HandMade.DesiredWidth, 40);
        client.Poke(HandMade.DesiredWidth + 4, 30);
        client.Poke(HandMade.Stride, 160);
        client.Poke(HandMade.FbOffset, HandMade.Pixels);
        foreach (var index in Indices)
            client.Poke(index, (short)0);
        client.Poke(HandMade.PcmFormat, 3);
        client.Poke(HandMade.PcmRate, 48000);
        client.Poke(HandMade.PcmRead, 0);
        client.Poke(HandMade.PcmWrite, 0);
        client.Poke(HandMade.ValueCount, 0);
        client.Present();
    }
}
