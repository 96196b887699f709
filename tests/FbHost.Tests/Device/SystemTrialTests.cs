using FbHost.Device;

namespace FbHost.Tests.Device;

/// <summary>The trial of an update, in time that the test passes.</summary>
public sealed class SystemTrialTests
{
    private const int App = 100;
    private int _second;

    // Runs a trial in which the front app and the network are as the functions say for each second.
    private string? Run(Func<int, FrontApp> front, Func<int, bool>? network = null) =>
        SystemTrial.Run(new(() => front(_second), () => network?.Invoke(_second) ?? false), network is not null,
            new(() => TimeSpan.FromSeconds(_second), pause => _second += (int)pause.TotalSeconds));

    private static FrontApp Well(int pid = App) => new(true, null, pid);

    private static FrontApp Sick(string fault) => new(true, fault, App);

    [Fact]
    public void An_app_that_is_well_for_30_s_confirms()
    {
        Assert.Null(Run(s => s < 5 ? Sick("no frame") : Well()));
        Assert.Equal(35, _second);
    }

    [Fact]
    public void An_app_that_is_never_well_is_rejected_after_120_s_with_the_reason()
    {
        Assert.Equal("no frame", Run(_ => Sick("no frame")));
        Assert.Equal(120, _second);
    }

    [Fact]
    public void A_fault_in_between_starts_the_30_s_anew()
    {
        Assert.Null(Run(s => s == 20 ? Sick("frozen") : Well()));
        Assert.Equal(51, _second);
    }

    [Fact]
    public void An_app_that_is_started_again_every_20_s_is_rejected()
    {
        Assert.Equal("the app in front does not keep running", Run(s => Well(App + s / 20)));
        Assert.Equal(150, _second);
    }

    [Fact]
    public void An_app_that_becomes_well_shortly_before_the_end_has_its_30_s() =>
        Assert.Null(Run(s => s < 119 ? Sick("no frame") : Well()));

    [Fact]
    public void The_network_has_to_be_back_if_it_was_there()
    {
        Assert.Contains("network", Run(_ => Well(), network: _ => false));
        _second = 0;
        Assert.Null(Run(_ => Well(), network: s => s > 40));
        _second = 0;
        Assert.Null(Run(_ => Well()));
    }
}
