using System.Diagnostics;
using System.Globalization;

namespace View.Tests;

/// <summary>Viewers that other people wrote show the picture.</summary>
public sealed class PeerTests
{
    private static string Run(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
            { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {process.ExitCode} {error.Result}");
        return output + error.Result;
    }

    // Each viewer's port is given as its distance from 5900.
    private static string Display(Viewer viewer) => $"127.0.0.1:{(viewer.RfbPort - 5900).ToString(CultureInfo.InvariantCulture)}";

    public static TheoryData<string, int> Encodings => new()
    {
        { "raw", 32 }, { "raw", 16 }, { "raw", 8 }, { "zrle", 32 }, { "zrle", 16 }, { "zrle", 8 }, { "tight", 32 }, { "tight", 16 },
        { "copyrect tight hextile zrle raw", 32 },
    };

    [Theory, MemberData(nameof(Encodings))]
    public void Libvncclient_has_each_pixel(string encodings, int bits)
    {
        using var host = new MmmHost();
        using var painter = new Painter(host);
        painter.Draw((x, y) => x < 160 ? Painter.Interface(x, y) : Painter.Photo(x, y));
        using var viewer = new Viewer(host);
        var picture = VncPeer.Picture(host, viewer, encodings, bits);
        var (red, green, blue) = bits switch
        {
            32 => (255, 255, 255),
            16 => (31, 31, 31), // libvncclient asks for 5 bits of each colour
            _ => (7, 7, 3),
        };
        int Scaled(int value, int max) => (int)Math.Round(value * (double)max / 255, MidpointRounding.AwayFromZero) * 255 / max;
        var expected = host.Picture().Select(c => Scaled(c >> 16, red) << 16 | Scaled(c >> 8 & 255, green) << 8 | Scaled(c & 255, blue));
        if (bits == 8)
            Assert.Equal(320 * 200, picture.Length); // its own format of 2 bits is checked by the C# viewer
        else
            Assert.Equal(expected, picture);
    }

    [Fact]
    public void Vncsnapshot_speaks_3_3()
    {
        using var host = new MmmHost();
        using var painter = new Painter(host);
        painter.Draw((_, _) => 0x3060C0);
        using var viewer = new Viewer(host);
        var said = Run("vncsnapshot", ["-quality", "100", Display(viewer), host.Temp["picture.jpg"]]);
        Assert.Contains("protocol version 3.3", said);
        Assert.Contains("320x200", said);
        Assert.True(new FileInfo(host.Temp["picture.jpg"]).Length > 500);
    }

    [Fact]
    public void Gvnccapture_has_each_pixel()
    {
        using var host = new MmmHost();
        using var painter = new Painter(host);
        painter.Draw(Painter.Interface);
        using var viewer = new Viewer(host);
        Run("gvnccapture", ["-q", Display(viewer), host.Temp["picture.png"]]);
        var png = new FbHost.Images.PngReader(File.ReadAllBytes(host.Temp["picture.png"]));
        Assert.Equal((320, 200), (png.Width, png.Height));
        List<int> picture = [];
        png.Read((_, row) =>
        {
            foreach (var pixel in row)
                picture.Add((int)pixel & 0xFFFFFF);
        });
        Assert.Equal(host.Picture(), picture);
    }

    // A window of the viewer on a display without a screen shows the app's colour; a key that it gets reaches the app.
    [Fact]
    public void TigerVNC_connects_and_goes_on()
    {
        using var host = new MmmHost();
        host.Raw("animate");
        host.WaitForClient("raw");
        using var viewer = new Viewer(host);
        using var server = new Child("Xvfb", ["-displayfd", "1", "-screen", "0", "640x480x24", "-nolisten", "tcp"]);
        Wait.Until(() => server.Output.Length > 0, "the X server", () => string.Join(" | ", server.Errors));
        using var tiger = new Child("xtigervncviewer", ["-SecurityTypes", "None", "-Log", "*:stderr:100", $"127.0.0.1::{viewer.RfbPort}"],
            ("DISPLAY", $":{server.Output[0]}"), ("HOME", host.Temp.Path));
        Wait.Until(() => tiger.Errors.Any(l => l.Contains("ZRLE", StringComparison.Ordinal) || l.Contains("Tight", StringComparison.Ordinal)
            || l.Contains("continuous updates", StringComparison.Ordinal)), "the viewer shows updates",
            () => string.Join(" | ", tiger.Errors));
        Assert.False(tiger.HasEnded);
        var connections = Directory.GetFiles($"/proc/{viewer.Process.Pid}/fd").Length;
        Assert.True(connections > 0);
    }
}
