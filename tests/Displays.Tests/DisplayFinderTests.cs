using Mmm;

namespace Displays.Tests;

/// <summary>Machines as trees of /dev and /sys.</summary>
public sealed class DisplayFinderTests : IDisposable
{
    private readonly TempDirectory _temp = new();
    private readonly List<string> _opened = [];
    private readonly List<string> _log = [];
    private string[] _refused = [];

    private sealed class Shown(string path) : IDisplay
    {
        public int Width => 1;
        public int Height => 1;
        public string Description => path;
        public void Write(Rect rect, ReadOnlySpan<uint> pixels) { }
        public void Read(Span<uint> pixels) { }
        public void Dispose() { }
    }

    // As sysfs has it: the class's entry leads to the device's own directory, and "device" in there to the parent.
    private void Add(string parent, string kind, string name)
    {
        var folder = kind == "drm" ? "dev/dri" : "dev";
        Directory.CreateDirectory(_temp[folder]);
        File.WriteAllText(_temp[$"{folder}/{name}"], "");
        var device = _temp[$"sys/devices/{parent}/{kind}/{name}"];
        Directory.CreateDirectory(device);
        File.CreateSymbolicLink(Path.Combine(device, "device"), $"../../../{parent}");
        Directory.CreateDirectory(_temp[$"sys/class/{kind}"]);
        File.CreateSymbolicLink(_temp[$"sys/class/{kind}/{name}"], $"../../devices/{parent}/{kind}/{name}");
    }

    private DisplayFinder Finder => new(_temp["dev"], _temp["sys"]);

    private IDisplay Open(string path)
    {
        var name = Path.GetFileName(path);
        _opened.Add(name);
        return _refused.Contains(name) ? throw new MmmException($"{name}: refused") : new Shown(name);
    }

    private string Find(bool alsoFramebuffers = true)
    {
        using var display = Finder.Open(Open, alsoFramebuffers ? Open : null, _log.Add);
        return display.Description;
    }

    [Fact]
    public void A_card_comes_before_its_framebuffer()
    {
        Add("virtio0", "drm", "card0");
        Add("virtio0", "graphics", "fb0");
        Assert.Equal("card0", Find());
    }

    [Fact]
    public void The_framebuffer_of_a_card_that_was_refused_is_not_opened()
    {
        Add("virtio0", "drm", "card0");
        Add("virtio0", "graphics", "fb0");
        _refused = ["card0"];
        var e = Assert.Throws<MmmException>(() => Find());
        Assert.Equal("no display found. "
            + $"Tried card0: refused; {_temp["dev/fb0"]}: uses the same screen as {_temp["dev/dri/card0"]}", e.Message);
        Assert.Equal(["card0"], _opened);
    }

    [Fact]
    public void The_next_card_is_opened_when_another_host_has_the_first()
    {
        Add("virtio0", "drm", "card0");
        Add("virtio0", "graphics", "fb0");
        Add("virtio1", "drm", "card1");
        Add("virtio1", "graphics", "fb1");
        _refused = ["card0"];
        Assert.Equal("card1", Find());
        Assert.Equal(["display: card0: refused"], _log);
    }

    [Fact]
    public void A_framebuffer_of_its_own_is_opened_where_a_card_drives_no_display()
    {
        Add("gpu", "drm", "card0");
        Add("spi0", "graphics", "fb0");
        _refused = ["card0"];
        Assert.Equal("fb0", Find());
    }

    [Fact]
    public void A_framebuffer_behind_that_of_a_card_which_was_refused_is_opened()
    {
        Add("virtio0", "drm", "card0");
        Add("virtio0", "graphics", "fb0");
        Add("spi0", "graphics", "fb1");
        _refused = ["card0"];
        Assert.Equal("fb1", Find());
    }

    [Fact]
    public void Cards_are_tried_by_their_numbers_and_nothing_else_is()
    {
        foreach (var name in new[] { "card10", "card2", "renderD128", "cardinal" })
            Add($"for {name}", "drm", name);
        _refused = ["card2"];
        Assert.Equal("card10", Find());
        Assert.Equal(["card2", "card10"], _opened);
    }

    [Fact]
    public void Where_only_KMS_can_do_what_is_configured_no_framebuffer_is_opened()
    {
        Add("spi0", "graphics", "fb0");
        Assert.Throws<MmmException>(() => Find(alsoFramebuffers: false));
        Assert.Empty(_opened);
    }

    [Fact]
    public void A_card_s_framebuffers_are_known_by_any_of_its_names()
    {
        Add("virtio0", "drm", "card0");
        Add("virtio0", "graphics", "fb0");
        Add("spi0", "graphics", "fb1");
        File.CreateSymbolicLink(_temp["by-path"], _temp["dev/dri/card0"]);
        Assert.Equal([_temp["dev/fb0"]], Finder.EmulatedBy(_temp["by-path"]));
        Assert.Empty(Finder.EmulatedBy(_temp["dev/dri/card7"]));
    }

    public void Dispose() => _temp.Dispose();
}
