using static FbHost.Tests.Support.Wait;

namespace FbHost.Tests;

/// <summary>The click that the host plays at a press, as it is in the wav file that the host writes.</summary>
public class ClickTests
{
    private const string Config = """{ "audio": { "click": "$TEMP/click.wav", "clickVolume": 100 } }""";
    private const int EV_KEY = 1, KEY_A = 30;

    private static readonly short[] Click = [.. Enumerable.Range(0, 64).Select(i => (short)(16000 * Math.Exp(-i / 20.0)))];

    // 48 kHz, one channel, 16 bits.
    private static byte[] Wav(short[] samples) =>
    [
        .. "RIFF"u8, .. BitConverter.GetBytes(36 + 2 * samples.Length), .. "WAVEfmt "u8, 16, 0, 0, 0, 1, 0, 1, 0,
        .. BitConverter.GetBytes(48000), .. BitConverter.GetBytes(96000), 2, 0, 16, 0,
        .. "data"u8, .. BitConverter.GetBytes(2 * samples.Length), .. samples.SelectMany(BitConverter.GetBytes),
    ];

    private static short[] Heard(MmmHost host)
    {
        var wav = File.ReadAllBytes(host.Sound);
        return [.. Enumerable.Range(0, (wav.Length - 44) / 4).Select(i => BitConverter.ToInt16(wav, 44 + 4 * i))];
    }

    private static int Clicks(short[] heard) =>
        Enumerable.Range(0, Math.Max(0, heard.Length - 10)).Count(i => heard.AsSpan(i, 10).SequenceEqual(Click.AsSpan(0, 10)));

    private static MmmHost Host()
    {
        var host = new MmmHost(config: Config, input: true, audio: "wav:", start: false);
        File.WriteAllBytes(host.Temp["click.wav"], Wav(Click));
        host.Start();
        return host;
    }

    [Fact]
    public void A_key_clicks_once_and_not_when_it_repeats_or_goes_up()
    {
        using var host = Host();
        host.Input((EV_KEY, KEY_A, 1));
        Until(() => Clicks(Heard(host)) == 1, "a click");
        host.Input((EV_KEY, KEY_A, 2));
        host.Input((EV_KEY, KEY_A, 0));
        host.Input((EV_KEY, KEY_A, 1));
        Until(() => Clicks(Heard(host)) == 2, "another click");
        Assert.Equal(0, host.Stop());
        Assert.Equal(2, Clicks(Heard(host)));
        Assert.Equal(Click, Heard(host).AsSpan().Slice(Array.IndexOf(Heard(host), Click[0]), Click.Length).ToArray());
    }

    [Fact]
    public void What_wakes_the_screen_does_not_click()
    {
        using var host = Host();
        host.Ask("blank");
        host.Input((EV_KEY, KEY_A, 1));
        host.Input((EV_KEY, KEY_A, 0));
        host.Input((EV_KEY, KEY_A, 1));
        Until(() => Clicks(Heard(host)) == 1, "a click");
        Assert.Equal(0, host.Stop());
        Assert.Equal(1, Clicks(Heard(host)));
    }

    [Fact]
    public void A_click_that_is_no_wav_file_is_one_line()
    {
        using var host = new MmmHost(config: """{ "audio": { "click": "$TEMP/nothing.wav" } }""");
        var file = host.Temp["nothing.wav"];
        Assert.StartsWith($"mmm: audio.click: {file}: there is no such file; name a WAV file", host.Log[0]);
        Assert.StartsWith("mmm: ready: ", host.Log[1]);
    }
}
