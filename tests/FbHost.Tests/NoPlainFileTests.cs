using System.Net.Sockets;

namespace FbHost.Tests;

/// <summary>
/// What lies in the place of a file that a configuration names and is none: a FIFO that nobody writes, a device without end, a directory.
/// </summary>
public sealed class NoPlainFileTests : IDisposable
{
    private readonly TempDirectory _temp = new();
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public NoPlainFileTests()
    {
        new Child("mkfifo", [_temp["fifo"]]).WaitForEnd();
        Directory.CreateDirectory(_temp["directory"]);
        File.CreateSymbolicLink(_temp["link"], "/dev/zero");
        _socket.Bind(new UnixDomainSocketEndPoint(_temp["socket"]));
    }

    public void Dispose()
    {
        _socket.Dispose();
        _temp.Dispose();
    }

    private Child Mmm(string config) => new(Programs.Mmm,
        ["--display", "memory:64x48", "--input", "none", "--audio", "none", "--path", _temp["clients"], "--config", config]);

    [Theory]
    [InlineData("$TEMP/fifo", "it is a FIFO, not a file")]
    [InlineData("/dev/zero", "it is a device, not a file")]
    [InlineData("$TEMP/link", "it is a device, not a file")]
    [InlineData("$TEMP/directory", "it is a directory, not a file")]
    [InlineData("$TEMP/socket", "No such device or address")]
    public void It_is_no_configuration_splash_or_click(string path, string fault)
    {
        path = path.Replace("$TEMP", _temp.Path);
        using (var config = Mmm(path))
            BadInputTests.AssertOneLine(config, $"{path}: the configuration cannot be read: {fault}; name a file of JSON");
        using (var splash = Mmm(_temp.Write("splash.json", $$"""{ "display": { "splash": "{{path}}" } }""")))
            AssertRuns(splash, $"display.splash: {path}: the picture cannot be read: {fault}; name a PNG or JPEG file");
        using (var click = Mmm(_temp.Write("click.json", $$"""{ "audio": { "click": "{{path}}" } }""")))
            AssertRuns(click, $"audio.click: {path}: ");
    }

    // Nobody needs a splash or a click.
    private static void AssertRuns(Child mmm, string fault)
    {
        string All() => string.Join(" | ", mmm.Errors);
        bool IsReady() => mmm.Errors.Any(l => l.StartsWith("mmm: ready: ", StringComparison.Ordinal));
        Wait.Until(() => mmm.HasEnded || IsReady(), "the ready line", All);
        Assert.Contains($"mmm: {fault}", All());
        mmm.Signal(Child.SIGTERM);
        Assert.Equal(0, mmm.WaitForEnd());
    }

    [Theory]
    [InlineData("fifo", "it is a FIFO, not a file")]
    [InlineData("directory", "it is a directory, not a file")]
    [InlineData("socket", "it is a socket, not a file")]
    public void Volumes_are_not_kept_in_it_and_it_stays_what_it_is(string name, string fault)
    {
        using var host = new MmmHost(config: $$"""{ "audio": { "state": "{{_temp[name]}}" } }""");
        Assert.True(host.Ask("volume", "50").GetProperty("ok").GetBoolean());
        Assert.Equal(0, host.Stop());
        host.WaitForLog($"{_temp[name]}: the volume is not kept over a restart: {fault}");
        Assert.False(File.Exists(_temp[name]) && new FileInfo(_temp[name]).Length > 0);
    }

    [Theory]
    [InlineData(5000, 5000, "5000x5000 pixels are more than 16,777,216")]
    [InlineData(16384, 16384, "16384x16384 pixels are more than 16,777,216")]
    [InlineData(20000, 10, "a picture of 20000x10")]
    public void A_splash_of_more_pixels_than_any_screen_shows_is_refused_before_it_is_unpacked(int width, int height, string fault)
    {
        File.WriteAllBytes(_temp["splash.png"], Images.PngTests.Png(width, height, 8, 6, new byte[1000]));
        using var mmm = Mmm(_temp.Write("splash.json", $$"""{ "display": { "splash": "{{_temp["splash.png"]}}" } }"""));
        AssertRuns(mmm, $"display.splash: {_temp["splash.png"]}: {fault}; use a PNG or JPEG that fits the screen");
    }

    [Fact]
    public void Of_a_splash_larger_than_the_screen_the_middle_is_shown()
    {
        using var host = new MmmHost(64, 48, config: """{ "display": { "splash": "$TEMP/splash.png" } }""", start: false);
        const int width = 200, height = 100;
        var pixels = new byte[width * height * 4];
        for (var i = 0; i < width * height; i++)
            (pixels[4 * i + 2], pixels[4 * i + 1]) = ((byte)(i % width), (byte)(i / width));
        using (var png = File.Create(host.Temp["splash.png"]))
            FbHost.Images.PngWriter.Write(png, width, height, pixels);
        host.Start();
        Assert.Equal([.. Enumerable.Range(0, 64 * 48).Select(i => (68 + i % 64) << 16 | (26 + i / 64) << 8)], host.Picture());
    }
}
