using System.Buffers;
using System.Text.Json;
using FbHost.Loop;

namespace FbHost.Audio;

/// <summary>
/// The volumes that people have chosen, in percent: of everything, and of clients by their names. Kept in a small file, written some
/// seconds after a change and at the end, and as a whole: a reader never finds half of it.
/// </summary>
internal sealed class Volumes : IDisposable
{
    private const string DefaultDirectory = "/var/lib/mmm";
    private const long SaveAfterMs = 3000;
    private const int MostBytes = 256 * 1024;
    private const int MostNames = 128; // clients that call themselves something else each time do not fill the file
    private readonly HostLog _log;
    private readonly string? _file;
    private readonly Worker _worker;
    private readonly LoopTimer _timer;
    private readonly Dictionary<string, int> _clients = [];
    private bool _saidNotKept;

    /// <param name="loop">Runs the timer.</param>
    /// <param name="worker">Writes.</param>
    /// <param name="log">Is told once when nothing can be kept.</param>
    /// <param name="file">The file; null: volume.json in $STATE_DIRECTORY (systemd's), else in /var/lib/mmm where that is.</param>
    /// <param name="start">The volume where nothing was kept.</param>
    public Volumes(EventLoop loop, Worker worker, HostLog log, string? file, int start)
    {
        (_worker, _log, Master) = (worker, log, start);
        _file = file ?? DefaultFile();
        _timer = loop.CreateTimer(Save);
        if (_file is not null)
            Load(_file);
    }

    /// <summary>Of everything, 0 to 100 %.</summary>
    public int Master { get; private set; }

    public bool IsMuted { get; private set; }

    /// <summary>Of a client, 0 to 100 %.</summary>
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
            using var json = JsonDocument.Parse(WholeFile.Read(file, MostBytes));
            Master = Percent(json.RootElement.GetProperty("volume"));
            IsMuted = json.RootElement.GetProperty("muted").GetBoolean();
            foreach (var client in json.RootElement.GetProperty("clients").EnumerateObject().Take(MostNames))
                _clients[client.Name] = Percent(client.Value);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _log.Warn($"{file}: the kept volume cannot be read: {IoFault.Text(e)}");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            _log.Warn($"{file}: is no file of kept volumes; it is written anew when the volume is changed");
        }
    }

    private static int Percent(JsonElement value) => Math.Clamp(value.GetInt32(), 0, 100);

    private void Changed()
    {
        if (_file is not null)
            _timer.NoLaterThan(EventLoop.Now + SaveAfterMs * 1_000_000);
        else if (!_saidNotKept)
            _log.Info($"the volume is not kept over a restart: there is no {DefaultDirectory}; make it, or name a file by audio.state");
        _saidNotKept |= _file is null;
    }

    private void Save()
    {
        var bytes = Bytes();
        if (!_worker.Run(() => Write(bytes)))
            _timer.After(SaveAfterMs); // it has too much to do
    }

    private byte[] Bytes()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var w = new Utf8JsonWriter(buffer))
        {
            w.WriteStartObject();
            w.WriteNumber("volume", Master);
            w.WriteBoolean("muted", IsMuted);
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

    /// <summary>Has what was changed written: the worker ends after that.</summary>
    public void Dispose()
    {
        if (_timer.IsRunning)
            Save();
    }
}
