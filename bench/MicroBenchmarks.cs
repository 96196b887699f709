using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using FbHost.Clients;
using Mmm.Protocol;
using Mmm;
using Mmm.Hosting;

namespace Bench;

/// <summary>
/// Measures how the host reads a client's pixels, compared with a memcpy of the same bytes and with a scalar loop as in a C host.
/// </summary>
[MemoryDiagnoser]
public class PixelBenchmarks
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mmm-bench").FullName;
    private MmmClient _client = null!;
    private ClientFile _file = null!;
    private ClientPicture _picture = null!;
    private ClientPicture _scaled = null!;
    private uint[] _screen = [];
    private uint[] _from = [];
    private uint[] _to = [];

    /// <summary>Size of the picture in pixels.</summary>
    [Params("800x480", "1920x1080")]
    public string Size { get; set; } = "";

    /// <summary>Creates a client in a directory that no host serves, and the host's object for it.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var (w, h) = (int.Parse(Size.Split('x')[0]), int.Parse(Size.Split('x')[1]));
        Environment.SetEnvironmentVariable(Rendezvous.PathVariable, _directory);
        _client = MmmClient.Open(new MmmClientOptions { Title = "bench", Width = w, Height = h });
        var frame = _client.BeginFrame();
        frame.Fill(PixelColor.White);
        frame.Present();
        _file = ClientFile.Open(_client.FilePath).File!;
        _file.TryIdentify(out _);
        _file.Refresh();
        _picture = new ClientPicture(_file);
        _picture.Update(_file.State, Placement.Of(PlaceRule.TopLeft, (w, h), (0, 0), (w, h)));
        _scaled = new ClientPicture(_file);
        _scaled.Update(_file.State, Placement.Of(PlaceRule.Fit, (w, h), (0, 0), (1920, 1080)));
        _screen = new uint[1920 * 1080];
        _from = new uint[w * h];
        _to = new uint[w * h];
    }

    /// <summary>Removes the client and its directory.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _file.Dispose();
        _client.Dispose();
        Directory.Delete(_directory);
    }

    /// <summary>The baseline: a memcpy.</summary>
    [Benchmark(Baseline = true)]
    public void Memcpy() => _from.CopyTo(_to, 0);

    /// <summary>Copies pixel by pixel.</summary>
    [Benchmark]
    public void ScalarLoop()
    {
        for (var i = 0; i < _from.Length; i++)
            _to[i] = _from[i];
    }

    /// <summary>Reads the whole picture as one block.</summary>
    [Benchmark]
    public bool ReadAll() => _file.ReadPixels(_file.State, new Rect(0, 0, _client.Width, _client.Height), _to, _client.Width);

    /// <summary>Reads the whole picture as the host does, with ones in the X bytes.</summary>
    [Benchmark]
    public bool DrawAll() => _picture.Draw(_picture.Bounds, _to, _client.Width);

    /// <summary>Reads the whole picture and scales it to 1920x1080, filtered.</summary>
    [Benchmark]
    public bool DrawFit() => _scaled.Draw(_scaled.Bounds, _screen, 1920);

    /// <summary>Reads a small damage, row by row.</summary>
    [Benchmark]
    public bool Read64x64() => _file.ReadPixels(_file.State, new Rect(100, 100, 64, 64), _to, 64);
}

/// <summary>Measures the work of the host for each ring of the bell and each event.</summary>
[MemoryDiagnoser]
public class RingBenchmarks
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mmm-bench").FullName;
    private readonly byte[] _text = new byte[128];
    private MmmClient _client = null!;
    private ClientFile _file = null!;

    /// <summary>Creates a client in a directory that no host serves, and the host's object for it.</summary>
    [GlobalSetup]
    public void Setup()
    {
        Environment.SetEnvironmentVariable(Rendezvous.PathVariable, _directory);
        _client = MmmClient.Open(new MmmClientOptions { Title = "bench", Width = 64, Height = 64 });
        _file = ClientFile.Open(_client.FilePath).File!;
        _file.TryIdentify(out _);
    }

    /// <summary>Removes the client and its directory.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _file.Dispose();
        _client.Dispose();
        Directory.Delete(_directory);
    }

    /// <summary>Reads the state of a client, as after each ring.</summary>
    [Benchmark]
    public bool Refresh() => _file.Refresh();

    /// <summary>Takes a frame and releases it, without reading its pixels.</summary>
    [Benchmark]
    public bool Flip() => _file.BeginFlip() && _file.EndFlip();

    /// <summary>Passes the text of an event from the host to the client.</summary>
    [Benchmark]
    public int Event()
    {
        var n = EventText.Pointer(_text, EventText.Motion, 123, 456, -1);
        _file.PushEvent(_text.AsSpan(0, n));
        return _client.TryReadEventText(_text);
    }

    /// <summary>Parses the text of an event into a typed event.</summary>
    [Benchmark]
    public MmmEvent Parse() => EventText.Parse("mouse-drag 123 456 0"u8);
}
