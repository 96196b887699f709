namespace Board.Tests;

/// <summary>The image of the board rpi on QEMU's Raspberry Pi 3.</summary>
[Collection("system")]
public sealed class RaspberryPiTests(BoardFixture fixture)
{
    /// <summary>Announces the sensor, and prints what it measures.</summary>
    private const string Probe = "echo tmp105 0x48 >/sys/bus/i2c/devices/i2c-1/new_device; echo /dev/spidev*; "
        + "while sleep 1; do cat /sys/bus/i2c/devices/1-0048/hwmon/hwmon*/temp1_input; done";

    [Fact]
    public void A_Raspberry_Pi_shows_the_app_in_16_bits_and_reads_an_I2C_sensor()
    {
        var image = Path.Combine(fixture.Folder, "image", "rpi.img");
        var config = Path.Combine(fixture.Folder, "rpi.json");
        File.WriteAllText(config, $$"""
            { "display": { "dither": false }, "apps": [ { "name": "app", "command": [ "/data/apps/app/current/run" ] },
                { "name": "probe", "command": [ "/bin/sh", "-c", "{{Probe}}" ], "sandbox": "none", "firstFrameWithin": 0 } ] }
            """);
        var built = fixture.Build(
            "--board", "rpi", "--app", "Hello", "--app-dir", fixture.Programs.Hello, "--config", config, "-o", image);
        Assert.True(built.ExitCode == 0, $"{built}");
        using var pi = new RaspberryPi(fixture.Repo, image, Path.Combine(fixture.Folder, "raspi3b"));
        Wait.Until("the app's first frame", TimeSpan.FromSeconds(120), () => pi.Console.Contains("mmm: Hello "), () => pi.Console,
            pause: 200);
        // QEMU's Pi stands still for good after one of some hundred screendumps, so few are taken. What is drawn during one may be missing
        // in all later ones, so the first is taken some seconds after the frame.
        var lines = Probes(pi);
        Wait.Until("five seconds of the Pi", TimeSpan.FromSeconds(60), () => Probes(pi) >= lines + 5, () => pi.Console, pause: 200);
        (int First, int Last) seen = default;
        Wait.Until("the app's background", TimeSpan.FromSeconds(60), () => (seen = FirstAndLast(pi.Screen())) == (0x203040, 0x203040),
            () => $"it is {seen.First:x6} to {seen.Last:x6}; {pi.Console}", pause: 1000);
        fixture.Measured("raspi3b, power-on to the app's picture on RGB565", $"{pi.Uptime.Elapsed.TotalSeconds:0.00} s");
        Assert.Contains("ready: 640x480 rgb565 on /dev/fb0 (simple)", pi.Console);
        // As 5, 6 and 5 bits, which QEMU widens by zeros: 4, 12, 8 and 31, 63, 31.
        var screen = pi.Screen();
        Assert.Equal((640, 480), (screen.Width, screen.Height));
        for (var y = 0; y < 480; y++)
        {
            for (var x = 0; x < 640; x++)
                Assert.Equal(x is >= 160 and < 480 && y is >= 236 and < 244 ? 0xF8FCF8 : 0x203040, screen.At(x, y));
        }

        pi.SetTemperature(31500);
        Wait.Until("the sensor's temperature", TimeSpan.FromSeconds(60), () => pi.Console.Contains("probe: 31500"), () => pi.Console);
        Assert.Contains("probe: /dev/spidev0.0 /dev/spidev0.1", pi.Console); // by the overlay
    }

    private static int Probes(RaspberryPi pi) => pi.Console.Split("probe: ").Length;

    private static (int First, int Last) FirstAndLast(Picture screen) =>
        screen is { Width: 640, Height: 480 } ? (screen.At(10, 10), screen.At(629, 469)) : default;
}
