using System.Globalization;

namespace LibMmm.Tests.Support;

/// <summary>legacy_host.c on a directory: a host without a bell. It can be killed and started again.</summary>
internal sealed class LegacyHost : IDisposable
{
    private readonly TempDirectory _temp = new();
    private readonly List<Child> _children = [];

    public LegacyHost(int width = 320, int height = 200)
    {
        (Width, Height) = (width, height);
        Directory.CreateDirectory(Path);
        Start();
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>MMM_PATH.</summary>
    public string Path => _temp["mmm"];

    public Child Process { get; private set; } = null!;

    public void Start()
    {
        string[] size = [Width.ToString(CultureInfo.InvariantCulture), Height.ToString(CultureInfo.InvariantCulture)];
        Process = new Child(Built.Program(Variant.Plain, "legacy_host"), [Path, _temp["screen"], .. size, _temp["fifo"]]);
        _children.Add(Process);
        Process.WaitForOutput("ready");
    }

    public Child Run(string program, params string[] arguments)
    {
        var child = new Child(program, arguments, ("MMM_PATH", Path));
        _children.Add(child);
        return child;
    }

    /// <summary>Sends an event to all clients, "size WIDTH HEIGHT", or "slow".</summary>
    public void Tell(string line) => File.AppendAllText(_temp["fifo"], line + "\n");

    /// <summary>The last lines of this word, without it.</summary>
    public string[] Said(string word) =>
        [.. Process.Output.Where(l => l.StartsWith(word + " ", StringComparison.Ordinal)).Select(l => l[(word.Length + 1)..])];

    public void WaitFor(string line) =>
        Wait.Until(() => Process.Output.Contains(line), $"\"{line}\" of the host", () => string.Join(" | ", Process.Output.TakeLast(20)));

    /// <summary>Waits until the last pixel of the picture of the last client has this colour.</summary>
    public void WaitForLastPixel(int color) => Wait.Until(() => LastPixel() == color, $"the colour {color:x6}", () => $"{LastPixel():x6}");

    private int LastPixel()
    {
        if (!File.Exists(_temp["screen"]))
            return -1;
        var bytes = File.ReadAllBytes(_temp["screen"]);
        return bytes.Length < 4 ? -1 : BitConverter.ToInt32(bytes, bytes.Length - 4) & 0xFFFFFF;
    }

    public void Dispose()
    {
        foreach (var child in _children)
            child.Dispose();
        _temp.Dispose();
    }
}
