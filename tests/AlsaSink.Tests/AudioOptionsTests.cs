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
    [InlineData("wav:")]
    [InlineData("wav:a\0b")]
    [InlineData("pulse")]
    public void A_wrong_option_is_one_line(string text)
    {
        Assert.False(AudioOptions.TryParse(text, out _, out string? error));
        Assert.Equal($"--audio {text}: not understood; use auto, none, alsa:NAME or wav:FILE", error);
    }

    [Fact]
    public void Auto_without_a_card_is_none_and_one_line()
    {
        Assert.Null(new AudioOptions(AudioKind.Auto).Open(_log.Add, _proc));
        Assert.Equal("audio: no sound card; sound is discarded", Assert.Single(_log));
    }

    [Fact]
    public void Auto_without_a_card_that_plays_is_none()
    {
        File.WriteAllText(Path.Combine(_proc, "pcm"), "00-00: Camera : USB Audio : capture 1\n");
        Assert.Null(new AudioOptions(AudioKind.Auto).Open(_log.Add, _proc));
    }

    [Fact]
    public void Auto_names_the_first_card_that_plays_and_opens_nothing_yet()
    {
        File.WriteAllText(Path.Combine(_proc, "cards"), """
             0 [Camera         ]: USB-Audio - USB Camera
                                  USB Camera at usb-0000:00:14.0-1, high speed
             1 [Intel          ]: HDA-Intel - HDA Intel
                                  HDA Intel at 0x10043000 irq 43
            """);
        File.WriteAllText(Path.Combine(_proc, "pcm"), """
            00-00: USB Audio : USB Audio : capture 1
            01-00: Generic Analog : Generic Analog : playback 1 : capture 1
            """);
        using IPcmOutput output = new AudioOptions(AudioKind.Auto).Open(_log.Add, _proc)!;
        Assert.Equal("HDA Intel", output.Status.Description);
        Assert.Empty(_log);
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
