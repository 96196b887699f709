using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AlsaSink.Tests;

/// <summary>The real libasound, with devices of a configuration of our own: this machine has no card.</summary>
public class AlsaPcmTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly string Played = Path.Combine(Path.GetTempPath(), $"alsa-played-{Environment.ProcessId}.raw");

    private static readonly string Converted = Path.Combine(Path.GetTempPath(), $"alsa-converted-{Environment.ProcessId}.raw");

    [DllImport("libc")]
    private static extern int setenv(string name, string value, int overwrite);

    // Before libasound reads its configuration, which it does once; .NET's own environment is not seen by C.
    [ModuleInitializer]
    internal static void Configure()
    {
        string conf = Path.Combine(Path.GetTempPath(), $"alsa-{Environment.ProcessId}.conf");
        File.WriteAllText(conf, $$"""
            pcm.null { type null }
            pcm.tofile { type file slave.pcm { type null } file "{{Played}}" format raw }
            pcm.nocard { type hw card 9 }
            pcm.converted { type file slave.pcm { type null } file "{{Converted}}" format raw }
            pcm.hw {
                @args [ CARD DEV ]
                @args.CARD { type string }
                @args.DEV { type integer default 0 }
                type iec958
                slave { pcm "converted" format S32_LE }
            }
            pcm.plughw {
                @args [ CARD DEV ]
                @args.CARD { type string }
                @args.DEV { type integer default 0 }
                type plug
                slave.pcm { @func concat strings [ "hw:" $CARD "," $DEV ] }
            }
            pcm.wrong { type nosuchtype }
            """);
        setenv("ALSA_CONFIG_PATH", conf, 1);
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            File.Delete(conf);
            File.Delete(Played);
            File.Delete(Converted);
        };
    }

    private static AlsaPcm Pcm(string name, IAudioClock? clock = null,
        Action<string>? log = null, string library = LibAsound.DefaultName) =>
        new(CardChoice.OfDevice(name), new AudioLatency(AudioOptions.DefaultLatencyMs),
            log, new AlsaCard(library), clock ?? new FakeClock());

    [Fact]
    public void A_device_that_exists_is_probed_and_described()
    {
        using AlsaPcm pcm = Pcm("null");
        pcm.Probe();
        pcm.Probe();
        Assert.Equal("null", pcm.Status.Description);
    }

    [Fact]
    public void Frames_reach_the_device_in_its_best_format_after_a_lead_of_silence_of_three_periods()
    {
        List<string> log = [];
        using (AudioSink sink = new(Pcm("tofile", log: log.Add), log.Add))
        {
            TestSource source = new TestSource(0.5f).Fill(10 * AudioSink.MaxPeriodFrames);
            sink.Add(source);
            Assert.True(source.Empty.Wait(Patience));
        }
        Assert.Empty(log);
        int[] played = MemoryMarshal.Cast<byte, int>(File.ReadAllBytes(Played)).ToArray();
        int lead = 3 * 240 * 2, sound = 10 * AudioSink.MaxPeriodFrames * 2;
        Assert.All(played[..lead], s => Assert.Equal(0, s));
        Assert.All(played[lead..(lead + sound)], s => Assert.Equal(1 << 30, s));
        Assert.All(played[(lead + sound)..], s => Assert.Equal(0, s));
    }

    [Fact]
    public void A_device_without_a_card_is_not_fed_faster_than_5_percent_above_the_rate()
    {
        FakeClock clock = new();
        using AlsaPcm pcm = Pcm("null", clock);
        pcm.Start();
        for (int i = 0; i < 376; i++)
            pcm.Write(new float[1024]);
        Assert.InRange(clock.SleptNs, 3_800_000_000, 3_820_000_000);
    }

    // In the configuration above, hw is a card that takes only IEC958 subframes, as the HDMI outputs of a Raspberry Pi.
    [Theory]
    [InlineData("hw:0,0")]
    [InlineData("hw:1")]
    [InlineData("mmm_iec958:\"hw:0,0\"")]
    public void A_card_that_takes_only_subframes_is_given_them(string name)
    {
        File.Delete(Converted);
        List<string> log = [];
        using (AudioSink sink = new(Pcm(name, log: log.Add), log.Add))
        {
            TestSource source = new TestSource(0.5f).Fill(10 * AudioSink.MaxPeriodFrames);
            sink.Add(source);
            Assert.True(source.Empty.Wait(Patience));
        }
        Assert.Empty(log);
        int[] played = [.. MemoryMarshal.Cast<byte, int>(File.ReadAllBytes(Converted)).ToArray().Where(s => s != 0)];
        Assert.Equal(Enumerable.Repeat(1 << 30, 10 * AudioSink.MaxPeriodFrames * 2), played);
    }

    [Fact]
    public void A_fault_of_the_configuration_is_told_in_the_words_of_libasound()
    {
        using AlsaPcm pcm = Pcm("wrong");
        AudioException e = Assert.Throws<AudioException>(pcm.Probe);
        Assert.Contains(" (libasound: ", e.Message);
        Assert.Contains("nosuchtype", e.Message);
        Assert.StartsWith("ALSA device wrong: ", e.Message);
    }

    [Theory]
    [InlineData("nocard", "ALSA device nocard: no such file or directory; see /proc/asound/cards")]
    [InlineData("nonsense", "ALSA device nonsense: no such file or directory; see /proc/asound/cards")]
    public void A_missing_device_is_one_line(string name, string line)
    {
        using AlsaPcm pcm = Pcm(name);
        AudioException e = Assert.Throws<AudioException>(pcm.Probe);
        Assert.StartsWith(line, e.Message);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Theory]
    [InlineData("tooslow", "use a converting device such as plug:tooslow")]
    [InlineData("hw:x", "plughw:x, mmm_iec958:\"hw:x\" cannot either; choose another card (audio.device)")]
    public void The_remedy_for_a_card_that_cannot_play_is_not_what_was_tried(string name, string remedy)
    {
        using AlsaPcm pcm = new(CardChoice.OfDevice(name), new AudioLatency(20), null,
            new FakeCard(new FakeClock(), [Fault.None, Fault.TryAgain, Fault.None, Fault.TryAgain, Fault.None, Fault.TryAgain]),
            new FakeClock());
        AudioException e = Assert.Throws<AudioException>(pcm.Probe);
        Assert.Equal($"ALSA device {name}: cannot play 48000 Hz (resource temporarily unavailable); {remedy}", e.Message);
    }

    [Fact]
    public void A_missing_library_is_one_line_with_its_remedy()
    {
        using AlsaPcm pcm = Pcm("default", library: "libnosuch.so.2");
        AudioException e = Assert.Throws<AudioException>(pcm.Probe);
        Assert.Equal("libnosuch.so.2: cannot be loaded; install libasound2, or choose --audio none", e.Message);
    }

    [Fact]
    public void A_library_that_is_something_else_is_one_line()
    {
        AudioException e = Assert.Throws<AudioException>(() => new LibAsound("libc.so.6"));
        Assert.Equal("libc.so.6: has no function snd_pcm_open; install libasound2 1.1 or later", e.Message);
    }
}
