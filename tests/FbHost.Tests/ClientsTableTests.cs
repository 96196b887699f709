using System.Text.Json;

namespace FbHost.Tests;

/// <summary>The states of clients and apps in mmmctl clients.</summary>
public class ClientsTableTests
{
    private static string[] Table(MmmHost host)
    {
        using var ctl = host.Ctl("clients");
        Assert.Equal(0, ctl.WaitForEnd());
        return ctl.Output;
    }

    [Fact]
    public void An_app_without_a_client_is_listed_with_its_state_restarts_and_last_exit()
    {
        using var host = new MmmHost(config: """
            { "apps": [
                { "name": "shown", "sandbox": "none", "command": [ "$RAW", "--title", "Shown", "color", "00ff00" ] },
                { "name": "quiet", "sandbox": "none", "command": [ "sleep", "1000" ] },
                { "name": "broken", "sandbox": "none", "command": [ "sh", "-c", "exit 3" ] } ] }
            """);
        host.WaitForClient("Shown");
        Wait.Until(() => Table(host).Any(l => l.StartsWith("broken ", StringComparison.Ordinal)
            && l.EndsWith("code 3     failing", StringComparison.Ordinal)), "the failing app", () => string.Join('\n', Table(host)));
        var table = Table(host);
        Assert.EndsWith("LAST EXIT  STATE", table[0]);
        Assert.Matches(@"^Shown +\d+ +64x48 .* yes +0 +- +running$", table[1]);
        Assert.Matches(@"^quiet +\d+ +- +- +- +- +- +- +- +0 +- +running$", table[2]);
        Assert.Matches(@"^broken +(\d+|-) +- +- +- +- +- +- +- +[2-9] +code 3 +failing$", table[3]);
        using var json = host.Ctl("clients", "--json");
        json.WaitForEnd();
        var all = JsonDocument.Parse(Assert.Single(json.Output)).RootElement;
        Assert.Equal(["running", "running", "failing"], all.EnumerateArray().Select(c => c.GetProperty("state").GetString()));
        Assert.Equal(["shown", "quiet", "broken"], all.EnumerateArray().Select(c => c.GetProperty("app").GetString()));
    }

    // It fails three times, then runs.
    [Fact]
    public void An_app_that_kept_ending_is_unstable_for_a_while()
    {
        using var host = new MmmHost(config: """
            { "apps": [ { "name": "slow", "sandbox": "none", "command": [ "sh", "-c",
                "echo >>$TEMP/starts; [ $(wc -l <$TEMP/starts) -le 3 ] && exit 3; exec $RAW --title Slow color 00ff00" ] } ] }
            """);
        host.WaitForClient("Slow");
        Assert.Equal("failing", App().GetProperty("state").GetString());
        Wait.Until(() => App().GetProperty("state").GetString() == "unstable", "the app has run for 10 s", () => $"{App()}",
            TimeSpan.FromSeconds(40));
        Assert.Equal(3, App().GetProperty("endsLastHour").GetInt32());

        JsonElement App() => host.Ask("clients").GetProperty("apps")[0];
    }

    [Fact]
    public void A_stopped_client_and_an_app_that_is_being_restarted_are_named()
    {
        using var host = new MmmHost(config: """
            { "apps": [ { "name": "demo", "sandbox": "none", "command": [ "$RAW", "--title", "Demo", "color", "00ff00" ] } ] }
            """);
        var pid = host.WaitForClient("Demo").Pid;
        new Child("kill", ["-STOP", $"{pid}"]).WaitForEnd();
        Wait.Until(() => State() == "stopped", "the stopped client");
        Child.Kill(pid);
        Wait.Until(() => State() == "restarting", "the restart");
        host.WaitForClient("Demo", c => c.Pid != pid && c.Frames > 0);
        Assert.Equal("running", State());

        string State() => Table(host)[1].Split(' ')[^1];
    }
}
