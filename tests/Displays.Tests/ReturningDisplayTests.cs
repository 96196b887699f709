using Mmm;
using Mmm.Linux;

namespace Displays.Tests.Screens;

public sealed class ReturningDisplayTests
{
    private readonly Queue<Func<IDisplay>> _opens = new();
    private readonly List<(int, int)?> _sizesAsked = [];
    private int _returned;

    private sealed class Panel(int width, int height) : IDisplay
    {
        public List<string> Calls { get; } = [];
        public bool IsLost { get; set; }
        public bool IsReplaced { get; set; }
        public int Width { get; private set; } = width;
        public int Height { get; private set; } = height;
        public string Description => $"panel {Width}x{Height}";
        public IReadOnlyList<string> GuardArguments { get; init; } = [];
        public event Action? Resized;
        public void Resize(int w, int h)
        {
            (Width, Height) = (w, h);
            Resized?.Invoke();
        }
        public event Action? Ready;
        public void SayReady() => Ready?.Invoke();
        public void Write(Rect rect, ReadOnlySpan<uint> pixels) => Calls.Add("write");
        public void Flush() => Calls.Add("flush");
        public void Blank(bool blank) => Calls.Add($"blank {blank}");
        public void Read(Span<uint> pixels) => pixels.Fill(0xFF123456);
        public void Hide() => Calls.Add("hide");
        public void Show() => Calls.Add("show");
        public void Dispose() => Calls.Add("dispose");
    }

    [Fact]
    public void Without_a_monitor_at_the_start_the_display_appears_when_there_is_one_and_has_its_best_size()
    {
        var panel = new Panel(1920, 1080);
        using var display = Open(() => throw new MmmException("no monitor", innerException: new NoMonitorException()), () => panel);
        Assert.Equal((1024, 768, "no monitor yet"), (display.Width, display.Height, display.Description));
        var resized = 0;
        display.Resized += () => resized++;
        display.Flush();
        display.Blank(true);
        display.Hide();
        display.Show(); // tries at once, as a uevent does
        RunUntilReturned(display);
        Assert.Equal((1920, 1080, 1), (display.Width, display.Height, resized));
        Assert.Equal([null, null], _sizesAsked); // 1024x768 was nobody's size
        Assert.Contains("blank True", panel.Calls);
    }

    [Fact]
    public void Any_other_fault_at_the_start_is_thrown() =>
        Assert.Throws<MmmException>(() => Open(() => throw new MmmException("no permission")));

    [Fact]
    public void Another_monitor_has_its_best_size_and_not_the_former_one()
    {
        var (first, second) = (new Panel(800, 480), new Panel(1920, 1080));
        using var display = Open(() => first, () => second);
        (first.IsLost, first.IsReplaced) = (true, true);
        first.SayReady();
        RunUntilReturned(display);
        Assert.Equal([null, null], _sizesAsked);
    }

    private ReturningDisplay Open(params Func<IDisplay>[] opens)
    {
        foreach (var open in opens)
            _opens.Enqueue(open);
        var display = new ReturningDisplay(_ => { }, size =>
        {
            _sizesAsked.Add(size);
            return _opens.Dequeue()();
        });
        display.Returned += () => _returned++;
        return display;
    }

    private void RunUntilReturned(ReturningDisplay display) => RunUntil(display, () => _returned > 0);

    private static void RunUntil(ReturningDisplay display, Func<bool> isDone)
    {
        while (!isDone())
        {
            Assert.True(Sys.PollIn(display.FileDescriptor, 30_000));
            display.Dispatch();
        }
    }

    private static void Paint(IDisplay display)
    {
        display.Write(new Rect(0, 0, 1, 1), [0xFFFFFFFF]);
        display.Flush();
    }

    [Fact]
    public void A_lost_display_is_let_go_and_opened_again_with_the_size_it_had()
    {
        var (first, second) = (new Panel(80, 60), new Panel(80, 60));
        using var display = Open(() => first, () => throw new MmmException("not there"), () => second);
        Paint(display);
        Assert.Equal(["write", "flush"], first.Calls);

        first.IsLost = true;
        Paint(display);
        RunUntilReturned(display);
        Assert.Equal("dispose", first.Calls[^1]);
        Assert.Equal([null, (80, 60), (80, 60)], _sizesAsked);

        Paint(display);
        Assert.Equal(["write", "flush"], second.Calls);
        Assert.Equal("panel 80x60", display.Description);
    }

    [Fact]
    public void A_display_that_says_it_is_lost_while_nothing_is_painted_is_let_go_and_its_clients_go_on()
    {
        var first = new Panel(80, 60);
        using var display = Open(() => first, () => new Panel(80, 60));
        var goOn = 0;
        display.Ready += () => goOn++;
        first.IsLost = true;
        first.SayReady();
        Assert.Equal(1, goOn);
        RunUntilReturned(display);
        Assert.Equal(["dispose"], first.Calls);
    }

    [Fact]
    public void While_it_is_away_nothing_is_written_the_picture_is_black_and_it_is_not_busy()
    {
        var first = new Panel(2, 1);
        using var display = Open(() => first, () => throw new MmmException("not there"));
        Assert.True(display.IsThere);
        first.IsLost = true;
        Assert.False(display.IsThere);
        display.Flush();
        RunUntil(display, () => first.Calls[^1] == "dispose");
        Paint(display);
        Assert.Equal(["flush", "dispose"], first.Calls);
        Assert.False(display.IsBusy);
        Assert.False(display.IsThere);
        var pixels = new uint[2];
        display.Read(pixels);
        Assert.Equal([0xFF000000, 0xFF000000], pixels);
    }

    [Fact]
    public void It_comes_back_blank_when_the_screen_was_turned_off_meanwhile()
    {
        var (first, second) = (new Panel(80, 60), new Panel(80, 60));
        using var display = Open(() => first, () => second);
        first.IsLost = true;
        display.Blank(true);
        display.Flush();
        RunUntilReturned(display);
        Assert.Equal(["blank True"], second.Calls);
    }

    [Fact]
    public void While_another_program_has_the_screen_it_is_not_opened()
    {
        var (first, second) = (new Panel(80, 60), new Panel(80, 60));
        using var display = Open(() => first, () => second);
        display.Hide();
        first.IsLost = true;
        display.Flush();
        RunUntil(display, () => first.Calls[^1] == "dispose");
        Assert.Equal(["hide", "flush", "dispose"], first.Calls);
        Assert.Single(_sizesAsked);
        display.Show();
        RunUntilReturned(display);
        Assert.Empty(second.Calls);
    }

    [Fact]
    public void One_that_is_back_with_another_size_is_resized_before_it_is_painted_anew()
    {
        var (first, second) = (new Panel(80, 60), new Panel(60, 90));
        using var display = Open(() => first, () => second);
        var said = new List<string>();
        display.Resized += () => said.Add($"resized {display.Width}x{display.Height}");
        display.Returned += () => said.Add("returned");
        first.IsLost = true;
        display.Flush();
        RunUntilReturned(display);
        Assert.Equal(["resized 60x90", "returned"], said);
        Paint(display);
        Assert.Equal(["write", "flush"], second.Calls);
    }

    [Fact]
    public void One_that_is_back_with_its_size_is_not_resized()
    {
        var first = new Panel(80, 60);
        using var display = Open(() => first, () => new Panel(80, 60));
        display.Resized += () => Assert.Fail("resized");
        first.IsLost = true;
        display.Flush();
        RunUntilReturned(display);
    }

    [Fact]
    public void The_size_of_the_device_s_own_follows()
    {
        var first = new Panel(80, 60);
        using var display = Open(() => first);
        var said = new List<string>();
        display.Resized += () => said.Add($"{display.Width}x{display.Height} {display.Description}");
        first.Resize(90, 70);
        Assert.Equal(["90x70 panel 90x70"], said);
    }

    [Fact]
    public void What_is_to_be_guarded_follows_the_device()
    {
        Panel first = new(80, 60) { GuardArguments = ["a"] }, second = new(80, 60) { GuardArguments = ["b"] };
        using var display = Open(() => first, () => second);
        var guarded = new List<string>();
        display.GuardChanged += () => guarded.Add(string.Join(' ', display.GuardArguments));
        Assert.Equal(["a"], display.GuardArguments);
        first.IsLost = true;
        display.Flush();
        RunUntilReturned(display);
        Assert.Equal(["", "b"], guarded);
    }
}
