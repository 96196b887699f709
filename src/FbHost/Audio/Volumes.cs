using System.Buffers;
using System.Text.Json;
using FbHost.Loop;
using FbHost.Options;

namespace FbHost.Audio;

/// <summary>
/// The volumes that users have chosen, in percent: the master volume, and those of clients by name; and the brightness. They are stored
/// in a small file, which is written some seconds after a change and at the end. It is replaced as a whole, so a reader never finds an
/// incomplete file.
/// </summary>
internal sealed class Volumes : IDisposable
{
    private const string DefaultDirectory = "/var/lib/mmm";
    private const long SaveAfterMs = 3000;
    private const int MostBytes = 256 * 1024;
    private const int MostNames = 128; // so clients with a new name each time cannot fill the file
    private readonly HostLog _log;
    private readonly string? _file;
    private readonly Worker _worker;
    private readonly LoopTimer _timer;
    private readonly Dictionary<string, int> _clients = [];
    private bool _saidNotKept;

    /// <param name="loop">Runs the timer.</param>
    /// <param name="worker">Writes the file.</param>
    /// <param name="log">Takes one line if the volumes cannot be stored.</param>
    /// <param name="file">The file; null for volume.json in systemd's $STATE_DIRECTORY, or else in /var/lib/mmm if that exists.</param>
    /// <param name="start">The master volume if none is stored.</param>
    public Volumes(EventLoop loop, Worker worker, HostLog log, string? file, int start)
    {
        (_worker, _log, Master) = (worker, log, start);
        _file = file ?? DefaultFile();
        _timer = loop.CreateTimer(Save);
        if (_file is not null)
            Load(_file);
    }

    /// <summary>The directory of the file; null if nothing is stored.</summary>
    public string? StateDirectory => Path.GetDirectoryName(_file);

    /// <summary>The master volume, 0 to 100 %.</summary>
    public int Master { get; private set; }

    public bool IsMuted { get; private set; }

    /// <summary>The brightness of the backlight, 0 to 100 %; null if nobody has set it.</summary>
    public int? Brightness { get; private set; }

    public void SetBrightness(int percent)
    {
        Brightness = percent;
        Changed();
    }

    /// <summary>Returns a client's volume, 0 to 100 %.</summary>
    public int Of(string name) => _clients.GetValueOrDefault(name, 100);

    public void SetMaster(int percent)
    {
        Master = percent;
        Changed();
    }

    public void SetMuted(bool muted)
    {
        IsMuted = muted;
        Changed();
    }

    public void Set(string name, int percent)
    {
        if (percent == 100)
            _clients.Remove(name);
        else if (_clients.ContainsKey(name) || _clients.Count < MostNames)
            _clients[name] = percent;
        Changed();
    }

    private static string? DefaultFile()
    {
        var state = Environment.GetEnvironmentVariable("STATE_DIRECTORY")?.Split(':')[0];
        var directory = string.IsNullOrEmpty(state) ? DefaultDirectory : state;
        return Directory.Exists(directory) ? Path.Combine(directory, "volume.json") : null;
    }

    private void Load(string file)
    {
        try
        {
            if (!File.Exists(file))
                return;
            var faults = new ConfigFaults(file);
            var stored = ConfigText.Parse(WholeFile.Read(file, MostBytes), faults);
            var clients = stored?.Member("clients")?.Members;
            if (Percent(stored?.Member("volume")) is not { } master || stored?.Member("muted")?.AsFlag is not { } muted
                || clients is null || !faults.AreNone || clients.Any(c => Percent(c) is null))
            {
                _log.Warn($"{file}: is not a valid volume file; it is overwritten when the volume is changed");
                return;
            }
            (Master, IsMuted, Brightness) = (master, muted, Percent(stored.Member("brightness")));
            foreach (var client in clients.Take(MostNames))
                _clients[client.Key] = Percent(client)!.Value;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _log.Warn($"{file}: the stored volume cannot be read: {IoFault.Text(e)}");
        }
    }

    private static int? Percent(JsonValue? value) =>
        value?.AsNumber is { } number && Math.Floor(number) == number ? (int)Math.Clamp(number, 0, 100) : null;

    private void Changed()
    {
        if (_file is not null)
            _timer.NoLaterThan(EventLoop.Now + SaveAfterMs * 1_000_000);
        else if (!_saidNotKept)
            _log.Info($"the volume is not kept over a restart: there is no {DefaultDirectory}; create it, or set audio.state to a file");
        _saidNotKept |= _file is null;
    }

    private void Save()
    {
        var bytes = Bytes();
        if (!_worker.Run(() => Write(bytes)))
            _timer.After(SaveAfterMs); // the worker's queue is full
    }

    private byte[] Bytes()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var w = new Utf8JsonWriter(buffer))
        {
            w.WriteStartObject();
            w.WriteNumber("volume", Master);
            w.WriteBoolean("muted", IsMuted);
            if (Brightness is { } brightness)
                w.WriteNumber("brightness", brightness);
            w.WriteStartObject("clients");
            foreach (var (name, percent) in _clients)
                w.WriteNumber(name, percent);
            w.WriteEndObject();
            w.WriteEndObject();
        }
        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    private void Write(byte[] bytes)
    {
        try
        {
            WholeFile.Replace(_file!, bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_saidNotKept)
                _log.Warn($"{_file}: the volume is not kept over a restart: {IoFault.Text(e)}");
            _saidNotKept = true;
        }
    }

    /// <summary>Queues unsaved changes for writing: the worker must end after this.</summary>
    public void Dispose()
    {
        if (_timer.IsRunning)
            Save();
    }
}
