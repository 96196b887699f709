namespace Board.Tests;

/// <summary>Sound on the emulated board's HDA card, and on a USB card that comes and goes: what QEMU recorded of it.</summary>
[Collection("board")]
[TestMethodOrderer(typeof(TopToBottom))]
public sealed class SoundTests(BoardFixture fixture, SoundBoard sounds) : IClassFixture<SoundBoard>
{
    private const double Amplitude = 16384; // ToneApp's
    private const double HalfLeast = 0.85 * Amplitude, HalfMost = 0.88 * Amplitude; // -18 dB, of which QEMU's card makes 1 - 18/136, its range being 136 dB
    private const int S16Stereo = 3;
    private const int LongSeconds = 60;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void Every_format_at_every_rate_is_heard_at_its_frequency_and_level_without_gaps() => Watch("sound-formats", () =>
    {
        sounds.Start("alsa:hw:0");
        int[] rates = [22050, 44100, 48000];
        for (var format = 0; format < 4; format++)
        {
            for (var r = 0; r < rates.Length; r++)
                PlayWhole(format, rates[r], 400 + 100 * (3 * format + r), 2);
        }
    });

    [Fact]
    public void A_long_sine_has_no_gap() => Watch("sound-long", () =>
    {
        sounds.Start("alsa:hw:0");
        PlayWhole(S16Stereo, 48000, 440, LongSeconds);
    });

    [Fact]
    public void Two_apps_are_heard_at_once_and_one_that_is_killed_leaves_the_other() => Watch("sound-two", () =>
    {
        sounds.Start("alsa:hw:0");
        var from = Recorded;
        sounds.Tone(S16Stereo, 48000, 440, 15);
        var victim = sounds.Tone(S16Stereo, 48000, 1000, 15);
        Wait.Until("both tones", Patience,
            () => Last(from) is { } last && Recording.Share(440, last) is > 0.4 and < 0.6 && Recording.Share(1000, last) is > 0.4 and < 0.6, pause: 100);
        sounds.Device.Require($"kill -9 {victim}");
        Wait.Until("only one tone", Patience, () => Last(from) is { } last && Recording.Share(440, last) > 0.99, pause: 100);
    });

    [Fact]
    public void A_host_that_is_started_again_goes_on_with_what_plays() => Watch("sound-restart", () =>
    {
        sounds.Start("alsa:hw:0");
        var from = Recorded;
        sounds.Tone(S16Stereo, 48000, 440, 30);
        WaitTone("the tone", 440, 0.5, from);
        sounds.Restart("alsa:hw:0");
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
        sounds.Host.WaitLog("the pulled out card is told", "no such device; plug it in again", Patience);
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
        sounds.Host.WaitLog("the missing control is told", "has no control \"Bass\"; it has Audio Output Volume Control", Patience);
        sounds.Start("alsa:card=USB", """, "cardControl": "Audio Output Volume Control" """);
        sounds.Tone(S16Stereo, 48000, 440, 60);
        WaitLevel(0.98 * Amplitude, 1.01 * Amplitude);
        sounds.Host.Control("volume 50");
        WaitLevel(HalfLeast, HalfMost);
        sounds.Host.Control("volume 100");
        WaitLevel(0.98 * Amplitude, 1.01 * Amplitude);
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

    private int Recorded => sounds.Board.Recording.Frames().Length;

    /// <summary>The last tenth of a second that was recorded.</summary>
    private short[]? Last(int from) => sounds.Board.Recording.Frames(from) is { Length: > 4800 } frames ? frames[^4800..] : null;

    private void WaitTone(string what, double hertz, double seconds, int from)
    {
        var heard = 0.0;
        Wait.Until(what, Patience, () => (heard = Recording.SecondsOf(hertz, sounds.Board.Recording.Frames(from))) >= seconds,
            () => $"{heard:0.0} s were heard; {sounds.Host.Log}", pause: 200);
    }

    /// <summary>
    /// Plays a tone to its end, and looks for its frequency, length and level, and for gaps. Where the machine does not run the board at its speed, the
    /// card or the app's ring runs dry, or the emulated card loses a piece that nothing on the board missed. So it is played again, five times at most
    /// when something ran dry; and a gap with nothing dry counts when it is there in three of three.
    /// </summary>
    private void PlayWhole(int format, int rate, int hertz, int seconds)
    {
        var what = $"{seconds} s of {hertz} Hz, format {format} at {rate} Hz";
        for (var attempt = 1; ; attempt++)
        {
            var (from, before) = (Recorded, sounds.TimesDry);
            sounds.Tone(format, rate, hertz, seconds);
            var sound = WaitEnd(what, from);
            var dry = sounds.TimesDry - before;
            sounds.Device.Require("kill $(pidof ToneApp)");
            sounds.Host.WaitGone("ToneApp");
            var breaks = Recording.Breaks(hertz, Amplitude, sound);
            var heard = Recording.SecondsOf(hertz, sound);
            fixture.Measured("sound", $"{what}: {heard:0.00} s heard, {breaks.Count} breaks, {dry} times dry");
            if (attempt < 5 && dry > 0 || attempt < 3 && breaks.Count > 0)
                continue;
            var seen = string.Join(' ', breaks.Take(20).Select(b => $"{b / (double)Recording.Rate:0.000}"));
            Assert.True(breaks.Count == 0, $"{what}: breaks at {seen} s, {dry} times dry");
            Assert.InRange(sound.Length / (double)Recording.Rate, seconds - 0.05, seconds + 0.05);
            Assert.InRange(heard, seconds - 0.2, seconds);
            return;
        }
    }

    /// <summary>Waits until a sound has begun and the card has stopped after it; the sound.</summary>
    private short[] WaitEnd(string what, int from)
    {
        int length = from, same = 0;
        Wait.Until($"the end of {what}", TimeSpan.FromSeconds(90), () =>
        {
            var now = Recorded;
            same = now > from && now == length ? same + 1 : 0;
            length = now;
            return same >= 8;
        }, () => sounds.Host.Log, pause: 250);
        return Recording.Sound(sounds.Board.Recording.Frames(from)).ToArray();
    }

    private void Watch(string test, Action steps) => BoardFixture.Watch(sounds.Board, test, steps);
}
