using System.Text.Json;

namespace FbHost.Tests;

/// <summary>Clients' tones as they are in the wav file that the host writes.</summary>
public class SoundTests
{
    private const double Level = 0.5; // of the raw client's tones

    private static (double[] Left, double[] Right) Heard(MmmHost host, string? file = null)
    {
        var wav = File.ReadAllBytes(file ?? host.Sound);
        double[] Channel(int c) =>
            [.. Enumerable.Range(0, (wav.Length - 44) / 4).Select(i => BitConverter.ToInt16(wav, 44 + 4 * i + 2 * c) / 32768.0)];
        return (Channel(0), Channel(1));
    }

    private static double Strength(double[] tone, double hz) => 2.0 / tone.Length * System.Numerics.Complex.Abs(tone
        .Select((v, i) => v * System.Numerics.Complex.FromPolarCoordinates(1, -2 * Math.PI * hz * i / 48000)).Aggregate((a, b) => a + b));

    // The 200 ms in which the weakest of the tones is strongest: a client that came late on a busy machine was silent in the others.
    private static double[] Best(double[] heard, params double[] tones) => Enumerable.Range(0, (heard.Length - 9600) / 2400 + 1)
        .Select(i => heard[(i * 2400)..(i * 2400 + 9600)]).MaxBy(part => tones.Min(hz => Strength(part, hz)))!;

    // A tone's own slope, that of a fade of 5 ms, that of a volume's ramp of 10 ms, and dither.
    private static void AssertNoStep(double[] heard, double hz, double level = Level)
    {
        var steepest = level * (2 * Math.PI * hz / 48000 + Math.PI / 240 + 1.0 / 480) + 4.0 / 32768;
        for (var i = 1; i < heard.Length; i++)
            Assert.True(Math.Abs(heard[i] - heard[i - 1]) <= steepest, $"frame {i} of {heard.Length}: {heard[i - 1]} to {heard[i]}");
    }

    private static JsonElement Audio(MmmHost host) => host.Ask("audio").GetProperty("audio");

    private static void WaitForState(MmmHost host, string state) =>
        Wait.Until(() => Audio(host).GetProperty("state").GetString() == state, $"state {state}", () => Audio(host).GetRawText());

    // As long as something sounds, so many more frames are in the file.
    private static void WaitForSound(MmmHost host, int frames = 9600)
    {
        long Length() => new FileInfo(host.Sound).Length;
        var from = Length();
        Wait.Until(() => Length() >= from + 4 * frames, $"{frames} more frames of sound", () => Audio(host).GetRawText());
    }

    [Theory]
    [InlineData(0, 8000)]
    [InlineData(1, 8000)]
    [InlineData(2, 8000)]
    [InlineData(3, 8000)]
    [InlineData(0, 44100)]
    [InlineData(1, 44100)]
    [InlineData(2, 44100)]
    [InlineData(3, 44100)]
    [InlineData(0, 96000)]
    [InlineData(1, 96000)]
    [InlineData(2, 96000)]
    [InlineData(3, 96000)]
    [InlineData(3, 48000)]
    [InlineData(2, 22050)]
    public void A_tone_has_its_pitch_and_level(int format, int rate)
    {
        using var host = new MmmHost(audio: "wav:");
        using var client = host.Raw($"pcm {format} {rate} 440 600");
        client.WaitForOutput("played");
        Assert.Equal(0, host.Stop());
        var (left, right) = Heard(host);
        Assert.InRange(left.Zip(right, (l, r) => Math.Abs(l - r)).Max(), 0, 3.0 / 32768); // each side has a dither of its own
        var tone = left.SkipWhile(v => v == 0).Reverse().SkipWhile(v => v == 0).Reverse().ToArray();
        Assert.InRange(tone.Length, 0.55 * 48000, 1.5 * 48000); // on a busy machine with some silence in it
        var middle = Best(tone, 440);
        Assert.InRange(Strength(middle, 440), 0.48, 0.51);
        Assert.InRange(Strength(middle, 430), 0, 0.03);
        Assert.InRange(Strength(middle, 880), 0, 0.01);
        Assert.InRange(middle.Max(), 0.49, 0.51);
        AssertNoStep(left, 440);
    }

    [Fact]
    public void A_further_output_plays_the_same_with_the_same_volume()
    {
        using var host = new MmmHost(audio: "wav:", config: """{ "audio": { "also": [ "wav:$TEMP/also.wav", "none" ], "volume": 50 } }""");
        using var client = host.Raw("pcm 3 48000 440 800");
        client.WaitForOutput("played");
        WaitForState(host, "idle"); // the further one has played its delay, too
        Assert.Equal(0, host.Stop());
        var first = Heard(host).Left;
        var also = Heard(host, host.Temp["also.wav"]).Left;
        Assert.InRange(Strength(Best(first, 440), 440), 0.06, 0.064); // -18 dB
        Assert.InRange(Strength(Best(also, 440), 440), 0.06, 0.064);
        Assert.InRange(also.Length, first.Length / 2, 2 * first.Length);
    }

    // And one of an output that cannot be used plays on the first one.
    [Fact]
    public void An_app_has_an_output_of_its_own_with_the_same_volume()
    {
        using var host = new MmmHost(audio: "wav:", config: """
            { "audio": { "volume": 50 }, "apps": [
                { "name": "own", "audio": "wav:$TEMP/own.wav", "sandbox": "none",
                  "command": ["$RAW", "--title", "Own", "pcm", "3", "48000", "440", "800"] },
                { "name": "lost", "audio": "wav:/nowhere/x.wav",
                  "sandbox": "none", "command": ["$RAW", "--title", "Lost", "pcm", "3", "48000", "1000", "800"] } ] }
            """);
        host.WaitForLog("its apps play on the first output");
        foreach (var app in (string[])["own", "lost"])
        {
            Wait.Until(() => host.Ask("logs", app).GetProperty("lines").EnumerateArray()
                .Any(l => l.GetProperty("line").GetString() == "played"), $"the end of the sound of {app}", host.AllLog);
        }
        WaitForState(host, "idle");
        Assert.Equal(0, host.Stop());
        var (first, own) = (Heard(host).Left, Heard(host, host.Temp["own.wav"]).Left);
        Assert.InRange(Strength(Best(own, 440), 440), 0.06, 0.064); // -18 dB
        Assert.InRange(Strength(Best(own, 440), 1000), 0, 0.005);
        Assert.InRange(Strength(Best(first, 1000), 1000), 0.06, 0.064);
        Assert.InRange(Strength(Best(first, 1000), 440), 0, 0.005);
    }

    [Fact]
    public void Two_clients_are_mixed()
    {
        using var host = new MmmHost(audio: "wav:");
        using var one = host.Raw("--title One pcm 3 48000 440 800");
        using var two = host.Raw("--title Two pcm 1 44100 1000 800");
        one.WaitForOutput("played");
        two.WaitForOutput("played");
        Assert.Equal(0, host.Stop());
        var (left, _) = Heard(host);
        var both = Best(left, 440, 1000);
        Assert.InRange(Strength(both, 440), 0.45, 0.51);
        Assert.InRange(Strength(both, 1000), 0.45, 0.51);
        Assert.InRange(left.Max(), 0.8, 1.0);
    }

    [Fact]
    public void A_client_that_is_killed_while_it_plays_is_faded()
    {
        using var host = new MmmHost(audio: "wav:");
        for (var i = 0; i < 3; i++)
        {
            using var client = host.Raw("pcm 3 48000 200 60000");
            WaitForSound(host);
            client.Signal(Child.SIGKILL);
            host.WaitForNoClient("raw");
        }
        Assert.Equal(0, host.Stop());
        AssertNoStep(Heard(host).Left, 200);
    }

    [Fact]
    public void Volumes_move_without_steps_and_are_what_was_said()
    {
        using var host = new MmmHost(audio: "wav:");
        using var client = host.Raw("--title Tone pcm 1 48000 100 60000");
        WaitForSound(host);
        foreach (var volume in new[] { "10", "100", "0", "90", "5", "100" })
        {
            host.Ask("volume", volume);
            WaitForSound(host, 2400);
            host.Ask("volume", "Tone", volume);
            WaitForSound(host, 2400);
        }
        host.Ask("volume", "Tone", "50");
        WaitForSound(host);
        Assert.Equal(50, Audio(host).GetProperty("clients")[0].GetProperty("volume").GetInt32());
        client.Signal(Child.SIGKILL);
        host.WaitForNoClient("Tone");
        Assert.Equal(0, host.Stop());
        var (left, _) = Heard(host);
        AssertNoStep(left, 100);
        Assert.InRange(left.Max(), 0.49, 0.501);
        var end = left.Reverse().SkipWhile(v => v == 0).Skip(1500).Take(4800);
        Assert.InRange(end.Max(), 0.06, 0.063); // 0.5 * 0.5^3
    }

    [Fact]
    public void What_is_muted_is_silent_and_goes_on_when_it_is_not()
    {
        using var host = new MmmHost(audio: "wav:");
        using var client = host.Raw("pcm 3 48000 200 60000");
        WaitForState(host, "playing");
        host.Ask("mute");
        WaitForState(host, "idle");
        Assert.True(host.Ask("volume").GetProperty("muted").GetBoolean());
        var silent = new FileInfo(host.Sound).Length;
        host.Ask("mute", "off");
        WaitForSound(host);
        Assert.Equal(0, host.Stop());
        var (left, _) = Heard(host);
        AssertNoStep(left, 200);
        var at = (int)(silent - 44) / 4;
        Assert.All(left[(at - 20_000)..at], v => Assert.Equal(0, v));
        Assert.InRange(left[at..].Max(), 0.49, 0.501);
    }

    [Theory]
    [InlineData(HandMade.PcmRate, 0)]
    [InlineData(HandMade.PcmRate, 1_000_000_000)]
    [InlineData(HandMade.PcmFormat, 99)]
    [InlineData(HandMade.PcmRead, -5)]
    public void A_client_with_numbers_that_cannot_be_is_named_once_and_the_others_are_heard(int at, int value)
    {
        using var host = new MmmHost(audio: "wav:");
        using var tone = host.Raw("--title Tone pcm 3 48000 440 60000");
        using var broken = new HandMade(host, "broken", c =>
        {
            c.Poke(HandMade.PcmRate, 48000);
            c.Poke(HandMade.PcmFormat, 3);
            c.Poke(HandMade.PcmRead, 10);
            c.Poke(HandMade.PcmWrite, 5000);
            c.Poke(at, value);
        });
        host.WaitForLog("broken (pid");
        WaitForSound(host);
        Assert.Equal(1, host.CountLog("is silent: its "));
        Assert.Equal(0, host.Stop());
        Assert.InRange(Strength(Best(Heard(host).Left, 440), 440), 0.45, 0.51);
    }

    [Fact]
    public void A_volume_is_kept_over_a_restart()
    {
        using var host = new MmmHost(audio: "wav:", config: """{ "audio": { "volume": 70, "state": "$TEMP/volume.json" } }""");
        using var client = host.Raw("--title Tone color 336699");
        host.WaitForClient("Tone");
        Assert.Equal(70, host.Ask("volume").GetProperty("volume").GetInt32());
        host.Ask("volume", "80");
        host.Ask("volume", "Tone", "40");
        host.Ask("mute", "on");
        Assert.Equal(0, host.Stop());
        host.Start();
        host.WaitForClient("Tone", _ => true);
        Assert.Equal("""{"ok":true,"volume":80,"muted":true,"clients":[{"name":"Tone","volume":40}]}""", host.Ask("volume").GetRawText());
        File.WriteAllText(host.Temp["volume.json"], "{ \"volume\": \"loud\"");
        host.Process.Signal(Child.SIGKILL);
        host.Process.WaitForEnd();
        host.Start();
        Assert.Equal(1, host.CountLog("is not a valid volume file"));
        Assert.Equal(70, host.Ask("volume").GetProperty("volume").GetInt32());
    }

    [Fact]
    public void A_client_sets_the_volume_where_it_may()
    {
        using var host = new MmmHost(audio: "wav:", config: """{ "messages": ["volume"] }""");
        using var client = host.Run(Programs.RawClient, "message", "volume 101", "volume -1", "volume x", "volume 30");
        Wait.Until(() => host.Ask("volume").GetProperty("volume").GetInt32() == 30, "volume 30");
    }

    [Fact]
    public void Mmmctl_shows_what_sounds()
    {
        using var host = new MmmHost(audio: "wav:");
        using var client = host.Raw("--title Tone pcm 1 44100 440 60000");
        WaitForState(host, "playing");
        using var ctl = host.Ctl("audio");
        Assert.Equal(0, ctl.WaitForEnd());
        Assert.Matches($@"^{host.Sound}: playing, S16 48000 Hz, period \d+ frames, latency [\d.]+ ms, 0 xruns$", ctl.Output[0]);
        Assert.Equal("volume 100 %", ctl.Output[1]);
        Assert.Matches(@"^NAME +FORMAT +RATE +QUEUE +UNDERRUNS +VOLUME$", ctl.Output[2]);
        Assert.Matches(@"^Tone +f32 stereo +44100 +\d+ \([\d.]+ ms\) +\d+ +100 %$", ctl.Output[3]);
        using var json = host.Ctl("audio", "--json");
        Assert.Equal(0, json.WaitForEnd());
        Assert.Equal("Tone", JsonDocument.Parse(json.Output[0]).RootElement.GetProperty("clients")[0].GetProperty("name").GetString());
        using var wrong = host.Ctl("volume", "Nobody", "50");
        Assert.Equal(1, wrong.WaitForEnd());
        Assert.Equal("mmmctl: no client is named Nobody; there is Tone", wrong.Errors.Single());
        using var loud = host.Ctl("volume", "101");
        Assert.Equal(1, loud.WaitForEnd());
        Assert.Equal("mmmctl: volume is 101; it must be up, down or 0 to 100", loud.Errors.Single());
        using var set = host.Ctl("volume", "55");
        Assert.Equal(0, set.WaitForEnd());
        using var shown = host.Ctl("volume");
        Assert.Equal(0, shown.WaitForEnd());
        Assert.Equal(["55 %", "Tone  100 %"], shown.Output);
    }

    [Fact]
    public void Without_a_sound_device_frames_are_taken_at_the_right_speed()
    {
        using var host = new MmmHost();
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        using var client = host.Raw("pcm 3 48000 440 1000");
        client.WaitForOutput("played");
        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds, 0.9, double.MaxValue);
        Assert.True(host.Client("raw")!.Audio);
    }
}
