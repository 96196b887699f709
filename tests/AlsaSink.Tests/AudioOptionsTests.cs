namespace AlsaSink.Tests;

public sealed class AudioOptionsTests : IDisposable
{
    private readonly string _proc = Directory.CreateTempSubdirectory("asound").FullName;
    private readonly List<string> _log = [];

    public void Dispose() => Directory.Delete(_proc, true);

    [Theory]
    [InlineData("auto", AudioKind.Auto, "")]
    [InlineData("none", AudioKind.None, "")]
    [InlineData("alsa:plughw:0,3", AudioKind.Alsa, "plughw:0,3")]
    [InlineData("alsa:hw:CARD=PCH", AudioKind.Alsa, "hw:CARD=PCH")]
    [InlineData("alsa:card=USB Audio", AudioKind.Card, "USB Audio")]
    [InlineData("wav:/tmp/a:b.wav", AudioKind.Wav, "/tmp/a:b.wav")]
    public void A_right_option_is_read(string text, AudioKind kind, string name)
    {
        Assert.True(AudioOptions.TryParse(text, out AudioOptions? options, out string? error));
        Assert.Equal(new AudioOptions(kind, name), options);
        Assert.Null(error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Auto")]
    [InlineData("alsa")]
    [InlineData("alsa:")]
    [InlineData("alsa:card=")]
    [InlineData("wav:")]
    [InlineData("wav:a\0b")]
    [InlineData("pulse")]
    public void A_wrong_option_is_one_line(string text)
    {
        Assert.False(AudioOptions.TryParse(text, out _, out string? error));
        Assert.Equal($"--audio {text}: not understood; use auto, none, alsa:NAME, alsa:card=NAME or wav:FILE", error);
    }

    private void Cards()
    {
        File.WriteAllText(Path.Combine(_proc, "cards"), """
             0 [Camera         ]: USB-Audio - USB Camera
                                  USB Camera at usb-0000:00:14.0-1, high speed
             1 [HDMI           ]: HDA-Intel - HDA Intel HDMI
                                  HDA Intel HDMI at 0x10043000 irq 43
            10 [Device         ]: USB-Audio - USB Audio Device
                                  C-Media USB Audio Device at usb-0000:00:14.0-2, full speed
            """);
        File.WriteAllText(Path.Combine(_proc, "pcm"), """
            00-00: USB Audio : USB Audio : capture 1
            01-03: HDMI 0 : HDMI 0 : playback 1
            01-07: HDMI 1 : HDMI 1 : playback 1
            10-00: USB Audio : USB Audio : playback 1 : capture 1
            """);
    }

    [Fact]
    public void Without_a_card_auto_waits_for_one_and_says_so_at_the_first_sound()
    {
        using IPcmOutput output = new AudioOptions(AudioKind.Auto).Open(_log.Add, null, _proc)!;
        Assert.Equal("no sound card", output.Status.Description);
        Assert.Empty(_log);
        AudioException e = Assert.Throws<AudioException>(output.Start);
        Assert.Equal("audio: no sound card; sound is discarded until there is one", e.Message);
    }

    [Fact]
    public void A_card_that_only_records_is_not_one_that_plays()
    {
        File.WriteAllText(Path.Combine(_proc, "pcm"), "00-00: Camera : USB Audio : capture 1\n");
        Assert.Empty(CardChoice.Auto([], _proc).Names());
    }

    [Fact]
    public void Auto_names_the_first_card_that_plays_and_opens_nothing_yet()
    {
        Cards();
        using IPcmOutput output = new AudioOptions(AudioKind.Auto).Open(_log.Add, null, _proc)!;
        Assert.Equal("HDA Intel HDMI", output.Status.Description);
        Assert.Equal(["hw:1,3", "plughw:1,3", "hdmi:CARD=1,DEV=0", "mmm_iec958:\"hw:1,3\"",
            "hw:10,0", "plughw:10,0", "sysdefault:CARD=10", "mmm_iec958:\"hw:10,0\"", "default"], CardChoice.Auto([], _proc).Names());
    }

    [Fact]
    public void A_card_for_HDMI_is_tried_by_every_definition_that_libasound_may_have()
    {
        File.WriteAllText(Path.Combine(_proc, "cards"), """
             0 [vc4hdmi0       ]: vc4-hdmi - vc4-hdmi-0
                                  vc4-hdmi-0
             1 [vc4hdmi1       ]: vc4-hdmi - vc4-hdmi-1
                                  vc4-hdmi-1
            """);
        File.WriteAllText(Path.Combine(_proc, "pcm"), """
            00-00: MAI PCM i2s-hifi-0 : MAI PCM i2s-hifi-0 : playback 1
            01-00: MAI PCM i2s-hifi-0 : MAI PCM i2s-hifi-0 : playback 1
            """);
        Assert.Equal(["hw:1,0", "plughw:1,0", "sysdefault:CARD=1", "hdmi:CARD=1,DEV=0", "mmm_iec958:\"hw:1,0\""],
            CardChoice.OfCard("vc4hdmi1", _proc).Names());
        Assert.Equal(["hw:0,0", "hw:1,0"],
            CardChoice.OfCard("vc4-hdmi", _proc).Names().Where(n => n.StartsWith("hw:", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("HDMI,HDMI 1", "hw:1,7", "hdmi:CARD=1,DEV=1")]
    [InlineData("hda intel, hdmi 0", "hw:1,3", "hdmi:CARD=1,DEV=0")]
    [InlineData("Device,USB Audio", "hw:10,0", "sysdefault:CARD=10")]
    public void A_device_of_a_card_is_chosen_by_its_name(string text, string hw, string own)
    {
        Cards();
        IReadOnlyList<string> names = CardChoice.OfCard(text, _proc).Names();
        Assert.Equal((hw, own), (names[0], names[2]));
        Assert.Equal(names, CardChoice.Auto([text], _proc).Names().Take(4));
        Assert.Empty(CardChoice.OfCard("HDMI,HDMI 4", _proc).Names());
    }

    [Theory]
    [InlineData("hw:1,3")]
    [InlineData("hw:1,3", "PCH", "nonsense")]
    [InlineData("hw:10,0", "PCH", "usb audio")]
    [InlineData("hw:10,0", "device")]
    [InlineData("hw:1,3", "HDMI", "USB")]
    public void Auto_takes_the_first_preference_that_is_there(string first, params string[] prefer)
    {
        Cards();
        Assert.Equal(first, CardChoice.Auto(prefer, _proc).Names()[0]);
    }

    [Fact]
    public void A_card_by_its_name_is_looked_up_anew_each_time()
    {
        CardChoice choice = CardChoice.OfCard("USB Audio", _proc);
        Assert.Empty(choice.Names());
        Assert.Equal("audio: no sound card named USB Audio; sound is discarded until there is one (see /proc/asound/cards)",
            choice.NothingThere);
        Cards();
        Assert.Equal(["hw:10,0", "plughw:10,0", "sysdefault:CARD=10", "mmm_iec958:\"hw:10,0\""], choice.Names());
        File.WriteAllText(Path.Combine(_proc, "cards"), " 1 [Device         ]: USB-Audio - USB Audio Device\n");
        Assert.Equal(["hw:1,3", "plughw:1,3", "hdmi:CARD=1,DEV=0", "mmm_iec958:\"hw:1,3\""], choice.Names());
    }

    [Fact]
    public void Only_a_hardware_device_gets_a_converting_one_behind_it()
    {
        Assert.Equal(["hw:2", "plughw:2", "mmm_iec958:\"hw:2\""], CardChoice.OfDevice("hw:2").Names());
        Assert.Equal(["default"], CardChoice.OfDevice("default").Names());
    }

    [Theory]
    [InlineData(2.67, 64, 128, 1024)]
    [InlineData(4, 64, 192, 1536)]
    [InlineData(5.34, 64, 256, 2048)]
    [InlineData(20, 240, 960, 7680)]
    [InlineData(42.67, 512, 2048, 16384)]
    [InlineData(500, 510, 23970, 24000)]
    public void A_latency_is_four_periods_unless_they_are_too_short_or_too_long(double ms, int period, int queue, int most)
    {
        AudioLatency latency = new(ms);
        Assert.Equal((period, queue, most), (latency.PeriodFrames, latency.QueueFrames, latency.MostFrames));
    }

    [Fact]
    public void Another_output_keeps_how_a_card_is_used()
    {
        AudioOptions configured = new(AudioKind.Auto) { LatencyMs = 5, Priority = 0, Prefer = ["USB"] };
        Assert.Equal(configured with { Kind = AudioKind.Wav, Name = "x" }, configured.On(new AudioOptions(AudioKind.Wav, "x")));
    }

    [Fact]
    public void A_named_device_is_tried_at_once()
    {
        AudioException e = Assert.Throws<AudioException>(() => new AudioOptions(AudioKind.Alsa, "nocard").Open());
        Assert.StartsWith("ALSA device nocard: no such file or directory; ", e.Message);
        using IPcmOutput? output = new AudioOptions(AudioKind.Alsa, "null").Open();
        Assert.Equal("null", output!.Status.Description);
    }

    [Fact]
    public void None_is_no_output_and_no_line()
    {
        Assert.Null(new AudioOptions(AudioKind.None).Open(_log.Add));
        Assert.Empty(_log);
    }
}
