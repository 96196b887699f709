using System.Runtime.InteropServices;

namespace FbHost.Tests;

/// <summary>The host on a sound card that comes and goes: a libasound of one card that is compiled here.</summary>
public class CardTests
{
    private const double Level = 0.5; // of the raw client's tone
    private const double Half = 0.125; // what 50 % makes of it where no control does

    private const int Bare = 100; // a card without controls

    private static void Plug(MmmHost host, int card) => File.WriteAllText(host.Temp["plugged"], $"{card}");

    private static MmmHost WithCard()
    {
        var host = new MmmHost(audio: "alsa:hw:0", config: """{ "audio": { "volume": 50, "cardControl": "Master" } }""", start: false);
        var source = Path.Combine(AppContext.BaseDirectory, "fake_asound.c");
        using var gcc = new Child("gcc", ["-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-o", host.Temp["libasound.so.2"], source]);
        Assert.Equal(0, gcc.WaitForEnd());
        host.Environment = [("LD_LIBRARY_PATH", host.Temp.Path), ("FAKE_CARD", host.Temp.Path), ("STATE_DIRECTORY", host.Temp.Path)];
        Plug(host, 1);
        host.Start();
        return host;
    }

    private static string[] Done(MmmHost host) => File.Exists(host.Temp["done"]) ? File.ReadAllLines(host.Temp["done"]) : [];

    private static void WaitDone(MmmHost host, params string[] lines) =>
        Wait.Until(() => Done(host).SequenceEqual(lines), string.Join(" | ", lines),
            () => $"{string.Join(" | ", Done(host))} log {host.AllLog()}");

    // The loudest sample of so many frames from there on.
    private static double Loudest(MmmHost host, long frame, int frames)
    {
        using var file = new FileStream(host.Temp["played"], FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[8 * frames];
        file.Position = 8 * frame;
        file.ReadExactly(bytes);
        return MemoryMarshal.Cast<byte, int>(bytes).ToArray().Max(s => Math.Abs(s / 2147483648.0));
    }

    private static long Played(MmmHost host) => File.Exists(host.Temp["played"]) ? new FileInfo(host.Temp["played"]).Length / 8 : 0;

    private static void WaitLoudness(MmmHost host, double level) => Wait.Until(
        () => Played(host) is > 4800 and var now && Math.Abs(Loudest(host, now - 4800, 4800) - level) < 0.005,
        $"a loudness of {level}", () => $"{Loudest(host, Played(host) - 4800, 4800)} log {host.AllLog()}");

    [Fact]
    public void A_card_that_is_pulled_out_while_it_plays_has_its_volume_again_when_it_is_back()
    {
        using var host = WithCard();
        using var client = host.Raw("pcm 3 48000 440 60000");
        WaitLoudness(host, Level); // the control makes it softer, not the host
        Assert.Equal(["Master -1806", "switch 1"], Done(host)[..2]);

        File.Delete(host.Temp["plugged"]);
        Wait.Until(() => Done(host)[^1] == "open 0", "the control is let go", () => string.Join(" | ", Done(host)));
        host.WaitForLog("no such device; plug the card in again");
        File.Delete(host.Temp["done"]);
        Plug(host, 2);
        WaitDone(host, "Master -1806", "switch 1");
        WaitLoudness(host, Level);
        Assert.Equal(0, host.CountLog("cardControl"));
    }

    [Fact]
    public void A_card_whose_mixer_does_not_answer_holds_up_neither_pictures_nor_sound_and_gets_the_newest_volume()
    {
        using var host = WithCard();
        using var good = host.Raw("--title Good animate");
        using var client = host.Raw("--title Tone pcm 3 48000 440 60000");
        WaitLoudness(host, Level);
        host.WaitForClient("Good");
        File.WriteAllText(host.Temp["hang"], "");
        foreach (var volume in new[] { "30", "40", "20" })
            host.Ask("volume", volume);
        host.AssertKeepsShowing("Good");
        var from = Played(host);
        Wait.Until(() => Played(host) > from + 24000, "half a second of sound");
        File.Delete(host.Temp["done"]);
        File.Delete(host.Temp["hang"]);
        WaitDone(host, "Master -3137", "switch 1", "Master -4194", "switch 1");
    }

    [Fact]
    public void A_card_without_the_control_that_takes_another_s_place_is_as_loud_by_multiplying()
    {
        using var host = WithCard();
        using var client = host.Raw("pcm 3 48000 440 60000");
        WaitLoudness(host, Level);
        File.Delete(host.Temp["plugged"]);
        host.WaitForLog("no such device; plug the card in again");
        Plug(host, Bare);
        WaitLoudness(host, Half * Level);
        Assert.Equal(1, host.CountLog("audio.cardControl: card hw:0 has no control \"Master\"; it has no controls, so remove the option"));
    }

    [Fact]
    public void A_card_that_was_plugged_in_anew_while_nothing_sounded_is_set_with_the_first_sound()
    {
        using var host = WithCard();
        WaitDone(host, "Master -1806", "switch 1");
        File.Delete(host.Temp["plugged"]);
        File.Delete(host.Temp["done"]);
        Plug(host, 2);
        using var client = host.Raw("pcm 3 48000 440 60000");
        WaitDone(host, "open 0", "Master -1806", "switch 1");
        WaitLoudness(host, Level);
    }
}
