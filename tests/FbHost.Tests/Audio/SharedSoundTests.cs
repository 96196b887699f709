namespace FbHost.Tests.Audio;

/// <summary>Clients that want more of the sound than their share: the others are heard and shown as before.</summary>
public class SharedSoundTests
{
    private const int Nobody = 65534;

    // Anonymous memory of the host, bytes.
    private static long Memory(MmmHost host) => 1024 * long.Parse(File.ReadLines($"/proc/{host.Process.Pid}/status")
        .First(line => line.StartsWith("RssAnon:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);

    private static MmmHost HostWithGood()
    {
        var host = new MmmHost(width: 160, height: 120, audio: "wav:");
        host.Raw("--title Good --size 64x48 --at 90,60 animate");
        host.WaitForClient("Good");
        return host;
    }

    private static void HasFrames(HandMade client)
    {
        client.Poke(HandMade.PcmFormat, 3);
        client.Poke(HandMade.PcmRate, 48000);
        client.Poke(HandMade.PcmWrite, 2000);
    }

    [Theory]
    [InlineData(10, 1)]
    [InlineData(10, 6)]
    public void Clients_that_change_their_rates_all_the_time_slow_nobody_and_fill_no_memory(int processes, int each)
    {
        Programs.NeedRoot();
        using var host = HostWithGood();
        var before = Memory(host);
        var random = new Random(1);
        using var hostile = new Musicians(host, processes, each, Nobody, () => random.Next(8000, 192000));
        Wait.Until(() => hostile.Sounding >= 8, "rate changers that sound", () => host.AllLog());
        var most = 0L;
        for (var look = 0; look < 20; look++)
        {
            host.AssertKeepsShowing("Good");
            most = Math.Max(most, Memory(host));
        }
        Assert.InRange(most - before, 0, 50 << 20); // a filter of each rate for all would be more than 70 MB
        using var tone = host.Raw("--title Tone pcm 1 44100 440 2000"); // another user's
        host.WaitForClient("Tone", c => c.Audio);
        tone.WaitForOutput("played");
    }

    [Fact]
    public void An_app_has_no_more_than_its_share_of_streams_and_the_next_is_heard_when_one_ends()
    {
        using var host = new MmmHost(width: 160, height: 120);
        using var musicians = new Musicians(host, 1, 9, 0, () => 48000);
        Wait.Until(() => musicians.Sounding == 8 && host.CountLog("waits for its sound: its app already has the most clients") == 1,
            "eight that sound",
            () => $"{musicians.Sounding}; {host.AllLog()}");
        using var other = host.Raw("--title Other pcm 3 48000 440 60000"); // its process has a share of its own
        host.WaitForClient("Other", c => c.Audio);
        File.Delete(musicians.Clients.First(m => host.Client(m.Name) is { Audio: true }).Path);
        Wait.Until(() => host.Clients.Length == 9 && musicians.Sounding == 8, "the ninth", () => host.AllLog());
        Assert.Equal(1, host.CountLog("waits for its sound"));
    }

    [Fact]
    public void Streams_that_are_silent_give_way()
    {
        using var host = new MmmHost(width: 160, height: 120);
        List<HandMade> silent = [.. Enumerable.Range(0, 8).Select(i => new HandMade(host, $"silent-{i}", HasFrames))];
        silent.ForEach(s => host.WaitForClient(s.Name, c => c.Audio && s.Peek(HandMade.PcmRead) == 2000));
        using var ninth = new HandMade(host, "ninth", HasFrames);
        host.WaitForClient("ninth", c => c.Audio);
        silent[0].Poke(HandMade.PcmWrite, 4000); // comes back like any other
        Wait.Until(() => silent[0].Peek(HandMade.PcmRead) == 4000, "the first again", () => host.AllLog());
        silent.ForEach(s => s.Dispose());
    }
}
