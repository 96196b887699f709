namespace FbHost.Tests;

/// <summary>The terminal that the host was started on as its keyboard.</summary>
public class TerminalTests
{
    // A host whose controlling terminal and stdin are the pseudo terminal.
    private static Child Start(PseudoTerminal terminal, TempDirectory temp, params string[] more) =>
        StartIn([], terminal, temp, "terminal", more);

    private static Child StartIn(string[] surroundings, PseudoTerminal terminal, TempDirectory temp, string input, params string[] more)
    {
        string[] arguments = [.. surroundings, .. Host(temp), "--input", input, .. more];
        // Whoever runs the tests in the background, or by nohup, has SIGINT or SIGHUP ignored, which children inherit.
        const string Script = "exec env --default-signal=INT,HUP setsid --ctty \"$@\" < \"$0\"";
        var host = new Child("sh", ["-c", Script, terminal.Path, .. arguments], ("MMM_PATH", temp["mmm"]));
        bool IsReady() => host.Errors.Any(l => l.StartsWith("mmm: ready: ", StringComparison.Ordinal));
        Wait.Until(() => host.HasEnded || IsReady(), "the ready line", () => string.Join(" | ", host.Errors));
        return host;
    }

    private static string[] Host(TempDirectory temp) =>
        [Programs.Mmm, "--display", "memory:64x48@" + temp["framebuffer"], "--audio", "none"];

    private static Child Client(TempDirectory temp)
    {
        var client = new Child(Programs.RawClient, ["color", "00ff00"], ("MMM_PATH", temp["mmm"]));
        using var control = new ControlClient(temp["mmm"]);
        bool Shows() => control.Ask("clients").GetProperty("clients").EnumerateArray().Any(c => c.GetProperty("frames").GetInt64() > 0);
        Wait.Until(Shows, "the client's frame");
        return client;
    }

    [Fact]
    public void Keys_typed_on_the_terminal_reach_the_client_by_their_names()
    {
        using var temp = new TempDirectory();
        using var terminal = new PseudoTerminal();
        using var host = Start(terminal, temp);
        Assert.Contains(host.Errors, l => l.Contains("the terminal's keys", StringComparison.Ordinal));
        using var client = Client(temp);
        foreach (var keys in new[] { "aÅ€", "\r", "\x7f", "\t", " ", "\e[A",
            "\e[1;6D", "\eOP", "\e[24~", "\ex", "\u0001", "\u0011", "\e[Z" })
            terminal.Type(keys);
        client.WaitForEvents("a", "Å", "€", "return", "backspace", "tab", "space", "up", "control-shift-left",
            "F1", "F12", "alt-x", "control-a", "control-q", "shift-tab");
        terminal.Type("\e"); // alone: a key, as soon as nothing follows
        Wait.Until(() => client.Events.LastOrDefault() == "escape", "the Escape key", () => string.Join(" | ", client.Events));
    }

    [Fact]
    public void The_terminal_is_raw_while_the_host_runs_and_as_before_when_SIGTERM_ends_it()
    {
        using var temp = new TempDirectory();
        using var terminal = new PseudoTerminal();
        using var keepOpen = new FileStream(terminal.Path, FileMode.Open, FileAccess.Read); // else its settings go with its last user
        var before = terminal.Settings();
        Assert.Contains(" icanon", before);
        using var host = Start(terminal, temp);
        var during = terminal.Settings();
        Assert.Contains("-icanon", during);
        Assert.Contains("-echo ", during);
        Assert.Contains(" isig", during);
        host.Signal(Child.SIGTERM);
        Assert.Equal(0, host.WaitForEnd());
        Assert.Equal(before, terminal.Settings());
    }

    [Fact]
    public void Control_C_ends_the_host_and_gives_the_terminal_back()
    {
        using var temp = new TempDirectory();
        using var terminal = new PseudoTerminal();
        using var keepOpen = new FileStream(terminal.Path, FileMode.Open, FileAccess.Read);
        var before = terminal.Settings();
        using var host = Start(terminal, temp);
        terminal.Type("\u0003");
        Assert.Equal(0, host.WaitForEnd());
        Assert.Equal(before, terminal.Settings());
    }

    [Fact]
    public void The_terminal_stays_raw_when_the_host_starts_an_app_on_it()
    {
        using var temp = new TempDirectory();
        using var terminal = new PseudoTerminal();
        using var host = Start(terminal, temp, Programs.RawClient, "color", "00ff00");
        using var control = new ControlClient(temp["mmm"]);
        Wait.Until(() => control.Ask("clients").GetProperty("clients").GetArrayLength() == 1, "the app");
        Assert.Contains("-icanon", terminal.Settings());
        terminal.Type("q");
        Wait.Until(() => host.Events.Contains("q"), "the key, in the app's output", () => string.Join(" | ", host.Output));
        host.Signal(Child.SIGTERM); // in order, so that the app ends with it
        Assert.Equal(0, host.WaitForEnd());
    }

    [Fact]
    public void A_terminal_that_hangs_up_ends_the_host_in_order()
    {
        using var temp = new TempDirectory();
        using var terminal = new PseudoTerminal();
        using var host = Start(terminal, temp);
        terminal.Dispose();
        Assert.Equal(0, host.WaitForEnd());
    }

    [Theory]
    [InlineData(true, " icanon")]
    [InlineData(false, "-icanon")]
    public void With_auto_the_terminal_is_read_only_where_there_is_no_evdev(bool evdev, string setting)
    {
        using var temp = new TempDirectory();
        using var terminal = new PseudoTerminal();
        using var host = StartIn(Surroundings.OwnDevices(temp, evdev), terminal, temp, "auto");
        Assert.Contains(setting, terminal.Settings());
    }

    [Fact]
    public void Stdin_that_is_no_terminal_is_said_in_one_line()
    {
        using var temp = new TempDirectory();
        using var mmm = new Child(Programs.Mmm, [.. Host(temp)[1..], "--input", "terminal"], ("MMM_PATH", temp["mmm"]));
        BadInputTests.AssertOneLine(mmm, "input: terminal: stdin is not a terminal; start the host on one, or choose --input auto");
    }
}
