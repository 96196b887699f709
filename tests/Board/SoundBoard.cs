using System.Text.Json.Nodes;

namespace Board.Tests;

/// <summary>A board of its own for tests of sound: no host runs but what a test starts. It has a USB card beside the HDA one.</summary>
public sealed class SoundBoard : IDisposable
{
    private const string Path = "/tmp/mmm";
    private readonly string _modules;

    public SoundBoard(BoardFixture fixture)
    {
        var wav = System.IO.Path.Combine(fixture.Folder, "sound-usb.wav");
        Board = fixture.BootAnother("sound", "-device", "qemu-xhci,id=usb", "-audiodev", $"wav,id=usbsound,path={wav},out.frequency=48000");
        UsbRecording = new Recording(wav);
        _modules = Assert.Single(Directory.GetDirectories(System.IO.Path.Combine(fixture.Repo, "cache/virt/lib/modules"))); // where the image's come from
        Board.WaitReady();
        Board.WaitSsh();
        // init is told to start nothing again; the host it started ends, and with it the app.
        Device.Require("kill -TSTP 1; sleep 0.5; kill $(pidof mmm)");
        WaitGone("mmm");
        Device.Send(System.IO.Path.Combine(fixture.Programs.ToneApp, "ToneApp"), "/data/ToneApp");
    }

    internal Board Board { get; }

    internal Device Device => Board.Device;

    /// <summary>What the USB card played since it was plugged in.</summary>
    internal Recording UsbRecording { get; }

    internal string HostLog => Device.Require("cat /tmp/host.log");

    /// <summary>Starts a host in place of the last one, and waits until it serves.</summary>
    /// <param name="audio">The device.</param>
    /// <param name="more">Further members of "audio" in the configuration, after a comma.</param>
    internal void Start(string audio, string more = "")
    {
        End();
        StartHost(audio, more);
    }

    /// <summary>Ends the host and starts another, while apps go on.</summary>
    internal void Restart(string audio)
    {
        Device.Require("kill $(pidof mmm)");
        WaitGone("mmm");
        StartHost(audio);
    }

    // A latency that an emulated card keeps on a machine that is busy with other work: what is looked at here is content.
    private void StartHost(string audio, string more = "")
    {
        Device.Require($"mkdir -p {Path}; : >/tmp/host.log; echo '{{ \"audio\": {{ \"device\": \"{audio}\", \"latencyMs\": 250{more} }} }}' >/tmp/sound.json;"
            + $" MMM_PATH={Path} mmm --config /tmp/sound.json --display memory:160x120 --input none >/dev/null 2>/tmp/host.log </dev/null &");
        Wait.Until($"a host on {audio}", TimeSpan.FromSeconds(30), () => HostLog.Contains("mmm: ready:"), () => HostLog, pause: 100);
    }

    internal void End(string signal = "TERM")
    {
        Device.Run($"kill -9 $(pidof ToneApp); kill -{signal} $(pidof mmm)");
        WaitGone("mmm");
    }

    /// <summary>Plays a tone of half the full scale; the app's process.</summary>
    internal int Tone(int format, int rate, int hertz, int seconds) => int.Parse(Device.Require(
        $"MMM_PATH={Path} /data/ToneApp {format} {rate} {hertz} {seconds} >/tmp/tone.log 2>&1 </dev/null & echo $!"));

    /// <summary>
    /// How often the emulated card ran dry since the host has started, or the ring of an app that is there: the machine was too busy to run the board
    /// at its speed.
    /// </summary>
    internal int TimesDry
    {
        get
        {
            using var answer = System.Text.Json.JsonDocument.Parse(Device.Require($"MMM_PATH={Path} mmmctl audio --json"));
            var root = answer.RootElement;
            var audio = root.TryGetProperty("audio", out var inner) ? inner : root;
            return audio.GetProperty("xruns").GetInt32() + audio.GetProperty("clients").EnumerateArray().Sum(c => c.GetProperty("underruns").GetInt32());
        }
    }

    /// <summary>Loads what a USB card needs; the image has no driver for it.</summary>
    internal void LoadUsbAudio()
    {
        foreach (var module in Dependencies("xhci-pci").Concat(Dependencies("snd-usb-audio")))
        {
            Device.Send(System.IO.Path.Combine(_modules, module), "/tmp/module.ko");
            Device.Run("insmod /tmp/module.ko"); // some are there already
        }
    }

    // A module after those that it depends on, which modules.dep lists the other way round.
    private IEnumerable<string> Dependencies(string name) => File.ReadLines(System.IO.Path.Combine(_modules, "modules.dep"))
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

    /// <summary>Runs mmmctl.</summary>
    internal void Control(string arguments) => Device.Require($"MMM_PATH={Path} mmmctl {arguments}");

    internal void WaitGone(string program) =>
        Wait.Until($"{program} ends", TimeSpan.FromSeconds(20), () => Device.Run($"pidof {program}").ExitCode != 0, pause: 100);

    public void Dispose() => Board.Dispose();
}
