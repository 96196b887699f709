namespace FbHost.Tests;

/// <summary>A client's tone as it is in the wav file that the host writes.</summary>
public class SoundTests
{
    [Theory]
    [InlineData(0, 48000)]
    [InlineData(1, 48000)]
    [InlineData(2, 48000)]
    [InlineData(3, 48000)]
    [InlineData(3, 44100)]
    [InlineData(2, 22050)]
    [InlineData(1, 96000)]
    public void A_tone_has_its_pitch_and_level(int format, int rate)
    {
        using var host = new MmmHost(audio: "wav:");
        using var client = host.Raw($"pcm {format} {rate} 440 600");
        client.WaitForOutput("played");
        Assert.Equal(0, host.Stop());
        var wav = File.ReadAllBytes(host.Sound);
        var frames = (wav.Length - 44) / 4;
        double[] Channel(int c) => [.. Enumerable.Range(0, frames).Select(i => BitConverter.ToInt16(wav, 44 + 4 * i + 2 * c) / 32768.0)];
        var (left, right) = (Channel(0), Channel(1));
        Assert.Equal(left, right);
        var tone = left.SkipWhile(v => v == 0).Reverse().SkipWhile(v => v == 0).Reverse().ToArray();
        Assert.InRange(tone.Length, 0.55 * 48000, 0.75 * 48000);
        var middle = tone[4800..(4800 + 9600)]; // 200 ms: 88 periods
        double Strength(double hz) => 2.0 / middle.Length * System.Numerics.Complex.Abs(middle.Select((v, i) => v * System.Numerics.Complex.FromPolarCoordinates(1, -2 * Math.PI * hz * i / 48000)).Aggregate((a, b) => a + b));
        Assert.InRange(Strength(440), 0.48, 0.51);
        Assert.InRange(Strength(430), 0, 0.03);
        Assert.InRange(Strength(880), 0, 0.01);
        Assert.InRange(middle.Max(), 0.49, 0.51);
    }

    [Fact]
    public void Two_clients_are_mixed()
    {
        using var host = new MmmHost(audio: "wav:");
        using var one = host.Raw("--title One pcm 3 48000 440 800");
        using var two = host.Raw("--title Two pcm 1 48000 1000 800");
        one.WaitForOutput("played");
        two.WaitForOutput("played");
        Assert.Equal(0, host.Stop());
        var wav = File.ReadAllBytes(host.Sound);
        var peak = Enumerable.Range(0, (wav.Length - 44) / 4).Max(i => BitConverter.ToInt16(wav, 44 + 4 * i) / 32768.0);
        Assert.InRange(peak, 0.8, 1.0);
    }

    [Fact]
    public void Without_a_sound_device_frames_are_taken_at_the_right_speed()
    {
        using var host = new MmmHost();
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        using var client = host.Raw("pcm 3 48000 440 1000");
        client.WaitForOutput("played");
        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds, 0.9, 5);
        Assert.True(host.Client("raw")!.Audio);
    }
}
