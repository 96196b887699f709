using System.Diagnostics;
using System.Runtime.InteropServices;

namespace AlsaSink.Tests;

/// <summary>A card's control and its periods, on a libasound of one card that is compiled here.</summary>
public sealed class CardVolumeTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mmm-test-").FullName;
    private readonly List<string> _log = [];

    [DllImport("libc")]
    private static extern int setenv(string name, string value, int overwrite);

    public CardVolumeTests()
    {
        using Process gcc = Process.Start("gcc",
            ["-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-o", Library, Path.Combine(AppContext.BaseDirectory, "fake_asound.c")]);
        gcc.WaitForExit();
        Assert.Equal(0, gcc.ExitCode);
        setenv("FAKE_CARD", _directory, 1);
        File.WriteAllText(Done, "");
        Plug(1);
    }

    private string Library => Path.Combine(_directory, "libfake.so");

    private string Done => Path.Combine(_directory, "done");

    private string Plugged => Path.Combine(_directory, "plugged");

    private void Plug(int card) => File.WriteAllText(Plugged, $"{card}");

    private CardVolume Volume(string control, string? device = "hw:0") => new(() => device, control, _log.Add, Library);

    private string[] Set(CardVolume volume, int percent)
    {
        File.WriteAllText(Done, "");
        volume.Set(percent);
        return File.ReadAllLines(Done);
    }

    [Fact]
    public void Percent_is_decibels_below_the_loudest_where_the_card_tells_them()
    {
        using CardVolume volume = Volume("Master");
        Assert.Equal(["Master 0", "switch 1"], Set(volume, 100));
        Assert.Equal(["Master -1806", "switch 1"], Set(volume, 50)); // as Gain.OfPercent: -18.06 dB
        Assert.Equal(["Master -6525", "switch 1"], Set(volume, 1)); // no further than it goes
        Assert.Equal(["Master 0", "switch 0"], Set(volume, 0)); // the least of its range, and off
        Assert.Equal(1, volume.Rest);
        Assert.Empty(_log);
    }

    [Theory]
    [InlineData(false, 100, 0)]
    [InlineData(true, 100, 2400)]
    [InlineData(false, 50, -1800)]
    [InlineData(true, 50, 600)]
    public void A_control_that_goes_beyond_0_dB_ends_there_unless_it_may_boost(bool boosts, int percent, int hundredths)
    {
        using CardVolume volume = new(() => "hw:0", "Amplified", _log.Add, Library) { Boosts = boosts };
        Assert.Equal([$"Amplified {hundredths}"], Set(volume, percent)); // the step above
    }

    [Theory]
    [InlineData("Short", 100, -100, 0)]
    [InlineData("Short", 50, -1900, -6)]
    [InlineData("Short", 10, -2800, -3300)] // 61 dB are wanted, and 28 the least
    [InlineData("Amplified", 90, -200, -75)]
    public void What_a_control_cannot_do_is_left_for_the_samples(string control, int percent, int set, int rest)
    {
        using CardVolume volume = Volume(control);
        Assert.Equal([$"{control} {set}"], Set(volume, percent));
        Assert.Equal(rest, 2000 * MathF.Log10(volume.Rest!.Value), 1f);
    }

    [Theory]
    [InlineData("Headphone", 5)]
    [InlineData("Headphone,0", 5)]
    [InlineData("'Headphone',0", 5)]
    [InlineData("Headphone,1", 10)]
    [InlineData("'Headphone',1", 10)]
    public void Controls_of_one_name_are_told_apart_by_their_index(string control, int set)
    {
        using CardVolume volume = Volume(control);
        Assert.Equal([$"Headphone {set}"], Set(volume, 50));
    }

    [Theory]
    [InlineData(0, 240, 960, 240, 960)]  // what the card has by itself
    [InlineData(2, 240, 960, 480, 960)]
    [InlineData(2, 240, 1920, 960, 1920)]
    [InlineData(3, 240, 960, 480, 1440)]
    [InlineData(2, 64, 128, 64, 128)]
    [InlineData(8, 240, 960, 240, 1920)]
    public void The_periods_of_a_card_that_allows_few_are_longer(int allowed, int period, int queue, int granted, int buffer)
    {
        File.WriteAllText(Path.Combine(_directory, "periods"), $"{allowed}");
        AlsaCard card = new(Library);
        Assert.Equal(0, card.Open("hw:0"));
        Assert.Equal(0, card.SetUp(period, queue, 8 * queue, out CardSetup setup));
        Assert.Equal((granted, buffer), (setup.PeriodFrames, setup.BufferFrames));
        card.Close();
    }

    [Fact]
    public void Without_decibels_the_range_is_divided_evenly()
    {
        using CardVolume volume = Volume("Beep");
        Assert.Equal(["Beep 200"], Set(volume, 100));
        Assert.Equal(["Beep 50"], Set(volume, 25));
        Assert.Equal(["Beep 0"], Set(volume, 0));
    }

    [Fact]
    public void A_control_that_is_not_there_is_one_line_that_lists_what_the_card_has()
    {
        using CardVolume volume = Volume("Mic Boost");
        Assert.Equal(["open 0"], Set(volume, 50));
        Set(volume, 60);
        Assert.Equal("audio.cardControl: card hw:0 has no control \"Mic Boost\"; choose one of 'Master',0, 'Beep',0, "
            + "'Amplified',0, 'Short',0, 'Headphone',0, 'Headphone',1", Assert.Single(_log));
        Assert.Null(volume.Rest);
    }

    [Fact]
    public void A_card_that_is_not_there_is_one_line()
    {
        using CardVolume volume = Volume("Master", "hw:7");
        volume.Set(50);
        volume.Set(60);
        Assert.StartsWith("audio.cardControl: control \"Master\" of card hw:7: no such file or directory; ", Assert.Single(_log));
        using CardVolume none = Volume("Master", null);
        none.Set(50);
        Assert.Null(none.Rest);
        Assert.Single(_log);
    }

    [Fact]
    public void A_card_that_was_plugged_in_again_is_set_though_nothing_has_changed()
    {
        using CardVolume volume = Volume("Master");
        Assert.Equal(["Master -1806", "switch 1"], Set(volume, 50));
        Plug(2);
        Assert.Equal(["open 0", "Master -1806", "switch 1"], Set(volume, 50));
        Assert.Empty(_log);
    }

    [Fact]
    public void The_card_that_plays_by_now_is_set()
    {
        string? device = "hw:0";
        using CardVolume volume = new(() => device, "Master", _log.Add, Library);
        Set(volume, 50);
        device = "hw:1";
        Assert.Equal(["open 0", "Master -1806", "switch 1"], Set(volume, 50));
        device = null;
        Assert.Equal(["open 0"], Set(volume, 50));
        Assert.Null(volume.Rest);
        Assert.Empty(_log);
    }

    [Fact]
    public void A_card_that_was_let_go_is_looked_for_again()
    {
        using CardVolume volume = Volume("Master");
        Set(volume, 50);
        volume.Release();
        Assert.Null(volume.Rest);
        File.Delete(Plugged);
        Assert.Equal(["open 0"], Set(volume, 60));
        Assert.StartsWith("audio.cardControl: control \"Master\" of card hw:0: no such device; ", Assert.Single(_log));
        Plug(2);
        Assert.Equal(["Master -1331", "switch 1"], Set(volume, 60));
        Assert.Equal(1, volume.Rest);
    }

    [Theory]
    [InlineData(AudioKind.Alsa, "hw:1,3", "hw:1")]
    [InlineData(AudioKind.Alsa, "plughw:0", "hw:0")]
    [InlineData(AudioKind.Alsa, "plughw:CARD=Headphones,DEV=0", "hw:CARD=Headphones")]
    [InlineData(AudioKind.Alsa, "default", "default")]
    [InlineData(AudioKind.Auto, "", null)]
    [InlineData(AudioKind.Card, "PCH", null)]
    [InlineData(AudioKind.Wav, "x.wav", null)]
    [InlineData(AudioKind.None, "", null)]
    public void The_control_belongs_to_the_card_that_plays(AudioKind kind, string name, string? device) =>
        Assert.Equal(device, CardVolume.DeviceOf(new AudioOptions(kind, name), _directory));

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
