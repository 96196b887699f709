using System.Text.Json.Nodes;

namespace Board.Tests;

/// <summary>A board of its own for tests of sound: no host runs but what a test starts. It has a USB card beside the HDA one.</summary>
public sealed class SoundBoard : IDisposable
{
    private const string ToneApp = "ToneApp";
    private const string Aplay = "aplay";
    private const string ToneOnBoard = "/tmp/tone.wav";
    private const int LatencyMs = 250; // what an emulated card keeps up on a busy machine: these tests look at content
    private const string Arguments = "--display memory:160x120 --input none";
    private readonly string _modules, _tone;

    public SoundBoard(BoardFixture fixture)
    {
        var aplay = Command.Require(Path.Combine(fixture.Repo, "tests/Board/aplay"), [], TimeSpan.FromMinutes(5)).Output.Trim();
        _tone = Path.Combine(fixture.Folder, "tone.wav");
        var wav = Path.Combine(fixture.Folder, "sound-usb.wav");
        Board = fixture.BootAnother("sound", "-device", "qemu-xhci,id=usb", "-audiodev", $"wav,id=usbsound,path={wav},out.frequency=48000");
        UsbRecording = new Recording(wav);
        // Where the image's come from.
        _modules = Assert.Single(Directory.GetDirectories(Path.Combine(fixture.Repo, "cache/virt/lib/modules")));
        Host = new HostOnBoard(Device);
        Host.End();
        Host.Send(fixture.Programs.ToneApp, ToneApp);
        Host.Send(Path.GetDirectoryName(aplay)!, Aplay);
    }

    internal Board Board { get; }

    internal Device Device => Board.Device;

    internal HostOnBoard Host { get; }

    /// <summary>What the USB card played since it was plugged in.</summary>
    internal Recording UsbRecording { get; }

    /// <summary>Starts a host in place of the last one, and waits until it serves.</summary>
    /// <param name="audio">The device.</param>
    /// <param name="more">Further members of "audio" in the configuration, after a comma.</param>
    internal void Start(string audio, string more = "") => Host.Start(Arguments, Configuration(audio, more));

    /// <summary>Ends the host and starts another, while apps go on.</summary>
    internal void Restart(string audio) => Host.Restart(Arguments, Configuration(audio));

    private static string Configuration(string audio, string more = "") =>
        $$"""{ "audio": { "device": "{{audio}}", "latencyMs": {{LatencyMs}}{{more}} } }""";

    /// <summary>Plays a tone of half the full scale; the app's process.</summary>
    internal int Tone(int format, int rate, int hertz, int seconds) => Host.StartApp(ToneApp, $"{format} {rate} {hertz} {seconds}");

    /// <summary>
    /// Plays a tone by aplay on the HDA card, with the host's latency and periods, while an app plays it through a host that has no card:
    /// the board has the same work as with <see cref="Tone"/> then. That host is left to run.
    /// </summary>
    internal void ToneOfAplay(int format, int rate, int hertz, int seconds)
    {
        ToneFile.Write(_tone, format, rate, hertz, seconds);
        Device.Send(_tone, ToneOnBoard);
        Start("none");
        Tone(format, rate, hertz, seconds + 10); // aplay starts some seconds later
        Host.StartApp(Aplay, $"-D plughw:0 --buffer-time={LatencyMs * 1000} --period-time={LatencyMs * 1000 / 24} {ToneOnBoard}");
    }

    /// <summary>What aplay has said.</summary>
    internal string AplayLog => Host.LogOf(Aplay);

    /// <summary>
    /// How often the emulated card ran dry since the host has started, or the ring of an app that is there: the machine was too busy to run
    /// the board at its speed.
    /// </summary>
    internal int TimesDry
    {
        get
        {
            using var answer = System.Text.Json.JsonDocument.Parse(Host.Control("audio --json"));
            var root = answer.RootElement;
            var audio = root.TryGetProperty("audio", out var inner) ? inner : root;
            return audio.GetProperty("xruns").GetInt32() + audio.GetProperty("clients")
                .EnumerateArray().Sum(c => c.GetProperty("underruns").GetInt32());
        }
    }

    /// <summary>Loads what a USB card needs; the image has no driver for it.</summary>
    internal void LoadUsbAudio()
    {
        foreach (var module in Dependencies("xhci-pci").Concat(Dependencies("snd-usb-audio")))
        {
            Device.Send(Path.Combine(_modules, module), "/tmp/module.ko");
            Device.Run("insmod /tmp/module.ko"); // some are there already
        }
    }

    // A module after those that it depends on, which modules.dep lists the other way round.
    private IEnumerable<string> Dependencies(string name) => File.ReadLines(Path.Combine(_modules, "modules.dep"))
        .Single(line => line.Split(':')[0].EndsWith($"/{name}.ko", StringComparison.Ordinal))
        .Split([':', ' '], StringSplitOptions.RemoveEmptyEntries).Reverse();

    internal bool HasUsb { get; private set; }

    internal void PlugUsb()
    {
        Board.AddDevice(new JsonObject { ["driver"] = "usb-audio", ["id"] = "headset", ["audiodev"] = "usbsound", ["bus"] = "usb.0" });
        HasUsb = true;
    }

    internal void UnplugUsb()
    {
        Board.RemoveDevice("headset");
        HasUsb = false;
    }

    public void Dispose() => Board.Dispose();
}
