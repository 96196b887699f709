namespace Soak;

/// <summary>
/// Attacks the sound: keeps changing rate and format, writes random ring indices, and plays samples that are NaN or infinite.
/// </summary>
internal sealed class SoundAttack(string directory, Random random) : Attack(directory, random)
{
    protected override void Step()
    {
        using var client = NewClient(c => c.Poke(HandMade.PcmBuffer, Bytes(32768)));
        if (OneIn(2))
            client.Connect();
        for (var turns = Random.Next(15); turns >= 0; turns--)
        {
            client.Poke(HandMade.PcmFormat, OneIn(10) ? Random.Next(-2, 100) : Random.Next(4));
            client.Poke(HandMade.PcmRate, OneIn(10) ? Any(0, -1, 1, int.MaxValue, 1_000_000) : Random.Next(4000, 192_001));
            if (OneIn(4))
                client.Poke(HandMade.PcmRead, OneIn(3) ? Random.Next(int.MinValue, int.MaxValue) : 0);
            client.Poke(HandMade.PcmWrite, OneIn(8) ? Random.Next(int.MinValue, int.MaxValue) : Random.Next(4096));
            Pause(100);
        }
    }
}
