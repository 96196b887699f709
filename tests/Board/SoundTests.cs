namespace Board.Tests;

/// <summary>Sound on the emulated board's HDA card, and on a USB card that comes and goes: what QEMU recorded of it.</summary>
[Collection("alone")]
[TestMethodOrderer(typeof(TopToBottom))]
public sealed class SoundTests(BoardFixture fixture, SoundBoard sounds) : IClassFixture<SoundBoard>
{
    private const double Amplitude = 16384; // ToneApp's
    // The range of QEMU's card is -128 to 8 dB, and it makes 1 - d/136 of d dB below the loudest: 100 % is 0 dB, and 50 % is -18 dB.
    private const double FullLeast = 0.92 * Amplitude, FullMost = 0.96 * Amplitude;
    private const double HalfLeast = 0.79 * Amplitude, HalfMost = 0.83 * Amplitude;
    private const string Card = "alsa:hw:0";
    private const int F32Mono = 0, S16Stereo = 3;
    private const int LongSeconds = 20;
    private const int Turns = 10, GoodTurns = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void Every_format_at_every_rate_is_heard_at_its_frequency_and_level_as_whole_as_by_aplay() => Watch("sound-formats", () =>
    {
        sounds.Start(Card);
        int[] rates = [22050, 44100, 48000];
        for (var format = 0; format < 4; format++)
        {
            for (var r = 0; r < rates.Length; r++)
                PlayWhole(format, rates[r], 400 + 100 * (3 * format + r), 2);
        }
    });

    [Fact]
    public void A_long_sine_is_as_whole_as_by_aplay() => Watch("sound-long", () =>
    {
        sounds.Start(Card);
        PlayWhole(S16Stereo, 48000, 440, LongSeconds);
    });

    [Fact]
    public void Aplay_is_heard_for_the_comparison() => Watch("sound-aplay", () =>
    {
        foreach (var (format, rate) in new[] { (S16Stereo, 48000), (F32Mono, 22050) })
            Assert.InRange(BreaksOfAplay(format, rate, 440, 2), 0, 10);
    });

    [Fact]
    public void Two_apps_are_heard_at_once_and_one_that_is_killed_leaves_the_other() => Watch("sound-two", () =>
    {
        sounds.Start(Card);
        var from = Recorded;
        sounds.Tone(S16Stereo, 48000, 440, 15);
        var victim = sounds.Tone(S16Stereo, 48000, 1000, 15);
        Wait.Until("both tones", Patience,
            () => Last(from) is { } last && Recording.Share(440, last) is > 0.4 and < 0.6
                && Recording.Share(1000, last) is > 0.4 and < 0.6, pause: 100);
        sounds.Device.Require($"kill -9 {victim}");
        Wait.Until("only one tone", Patience, () => Last(from) is { } last && Recording.Share(440, last) > 0.99, pause: 100);
    });

    [Fact]
    public void A_host_that_is_started_again_goes_on_with_what_plays() => Watch("sound-restart", () =>
    {
        sounds.Start(Card);
        var from = Recorded;
        sounds.Tone(S16Stereo, 48000, 440, 30);
        WaitTone("the tone", 440, 0.5, from);
        sounds.Restart(Card);
        from = Recorded;
        WaitTone("the tone again", 440, 1, from);
    });

    [Fact]
    public void A_USB_card_that_is_pulled_out_and_plugged_in_again_plays_on() => Watch("sound-usb", () =>
    {
        sounds.LoadUsbAudio();
        sounds.Start("alsa:card=USB", """, "cardControl": "Audio Output Volume Control", "volume": 50 """);
        sounds.Tone(S16Stereo, 48000, 440, 120);
        sounds.Host.WaitLog("the missing card is told", "no sound card named USB; sound is discarded until there is one", Patience);
        sounds.PlugUsb();
        WaitUsb("the card that came later");
        sounds.UnplugUsb();
        sounds.Host.WaitLog("the pulled out card is told", "no such device; plug the card in again", Patience);
        sounds.PlugUsb();
        WaitUsb("the card that came back");
        WaitLevel(HalfLeast, HalfMost); // by its control, which is at its loudest when it is plugged in
        var lines = sounds.Host.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.Contains("xruns")).ToList();
        Assert.Equal(lines.Distinct(), lines); // each fault once
    });

    [Fact]
    public void A_control_of_the_card_s_own_mixer_is_the_volume_where_one_is_named() => Watch("sound-control", () =>
    {
        sounds.LoadUsbAudio();
        if (!sounds.HasUsb)
            sounds.PlugUsb();
        sounds.Start("alsa:card=USB", """, "cardControl": "Bass" """);
        sounds.Host.WaitLog("the missing control is told",
            "has no control \"Bass\"; choose one of 'Audio Output Volume Control',0", Patience);
        sounds.Start("alsa:card=USB", """, "cardControl": "Audio Output Volume Control" """);
        sounds.Tone(S16Stereo, 48000, 440, 60);
        WaitLevel(FullLeast, FullMost);
        sounds.Host.Control("volume 50");
        WaitLevel(HalfLeast, HalfMost);
        sounds.Host.Control("volume 100");
        WaitLevel(FullLeast, FullMost);
    });

    // The loudest sample of the last tenth of a second.
    private void WaitLevel(double least, double most)
    {
        var level = 0;
        Wait.Until($"a level of {least:0} to {most:0}", Patience, () =>
        {
            level = sounds.UsbRecording.Frames() is { Length: > 4800 } frames ? frames[^4800..].Max(s => Math.Abs((int)s)) : 0;
            return level >= least && level <= most;
        }, () => $"it is {level}; {sounds.Host.Log}", pause: 200);
    }

    private void WaitUsb(string what) => Wait.Until($"440 Hz on {what}", Patience,
        () => Recording.SecondsOf(440, sounds.UsbRecording.Frames()) >= 1, () => sounds.Host.Log, pause: 200);

    private int Recorded => sounds.Board.Recording.Length;

    /// <summary>The last tenth of a second that was recorded.</summary>
    private short[]? Last(int from) => sounds.Board.Recording.Frames(from) is { Length: > 4800 } frames ? frames[^4800..] : null;

    private void WaitTone(string what, double hertz, double seconds, int from)
    {
        var heard = 0.0;
        Wait.Until(what, Patience, () => (heard = Recording.SecondsOf(hertz, sounds.Board.Recording.Frames(from))) >= seconds,
            () => $"{heard:0.0} s were heard; {sounds.Host.Log}", pause: 200);
    }

    /// <summary>
    /// Plays a tone to its end, and looks for its frequency, level and length. A machine that is too busy to run the board at its speed
    /// breaks any program's sound: the emulated card loses pieces, and programs come too late. So a tone that is not whole is compared with
    /// the same tone by aplay, on the same card and while the board has the same work; the two play in turns. The app passes when it is
    /// whole in one turn, or has no more breaks than aplay in two of them, as one could be luck. It fails when ten turns bring neither:
    /// with a host that is as good as aplay each turn is a coin's throw at worst, and chance does that in one of 93 tests.
    /// </summary>
    private void PlayWhole(int format, int rate, int hertz, int seconds)
    {
        List<(int App, int Aplay)> turns = [];
        while (turns.Count < Turns)
        {
            var breaks = BreaksOfApp(format, rate, hertz, seconds);
            if (breaks == 0)
                return;
            turns.Add((breaks, BreaksOfAplay(format, rate, hertz, seconds)));
            if (turns.Count(t => t.App <= t.Aplay) == GoodTurns)
                return;
        }
        Assert.Fail($"{Name(format, rate, hertz, seconds)}: breaks of the app and of aplay in turns: {string.Join(' ', turns)}");
    }

    private int BreaksOfApp(int format, int rate, int hertz, int seconds)
    {
        var (from, before) = (Recorded, sounds.TimesDry);
        sounds.Tone(format, rate, hertz, seconds);
        var sound = WaitEnd($"{hertz} Hz by the app", from, () => sounds.Host.Log);
        var breaks = Breaks($"{Name(format, rate, hertz, seconds)}, {sounds.TimesDry - before} times dry", hertz, seconds, sound);
        sounds.Device.Require("kill $(pidof ToneApp)");
        sounds.Host.WaitGone("ToneApp");
        return breaks;
    }

    private int BreaksOfAplay(int format, int rate, int hertz, int seconds)
    {
        var from = Recorded;
        sounds.ToneOfAplay(format, rate, hertz, seconds);
        var sound = WaitEnd($"{hertz} Hz by aplay", from, () => sounds.AplayLog);
        sounds.Start(Card);
        return Breaks($"{Name(format, rate, hertz, seconds)} by aplay", hertz, seconds, sound);
    }

    private static string Name(int format, int rate, int hertz, int seconds) => $"{seconds} s of {hertz} Hz, format {format} at {rate} Hz";

    /// <summary>In how many tenths of a second a tone is not whole; one more when it is too long or too short.</summary>
    private int Breaks(string what, int hertz, int seconds, short[] sound)
    {
        var length = sound.Length / (double)Recording.Rate;
        var breaks = Recording.Breaks(hertz, Amplitude, sound);
        var seen = string.Join(' ', breaks.Take(20).Select(b => $"{b:0.0}"));
        fixture.Measured("sound", $"{what}: {length:0.00} s long, {breaks.Count} breaks: {seen}");
        return breaks.Count + (Math.Abs(length - seconds) > 0.05 ? 1 : 0);
    }

    /// <summary>Waits until a sound has begun and the card has stopped after it; the sound.</summary>
    private short[] WaitEnd(string what, int from, Func<string> seen)
    {
        int length = from, same = 0;
        Wait.Until($"the end of {what}", TimeSpan.FromSeconds(120), () =>
        {
            var now = Recorded;
            same = now > from && now == length ? same + 1 : 0;
            length = now;
            return same >= 8;
        }, seen, pause: 250);
        return Recording.Sound(sounds.Board.Recording.Frames(from)).ToArray();
    }

    private void Watch(string test, Action steps) => BoardFixture.Watch(sounds.Board, test, steps);
}
