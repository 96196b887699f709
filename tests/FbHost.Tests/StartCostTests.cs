using System.Globalization;

namespace FbHost.Tests;

/// <summary>
/// What a start costs, in instructions: the same on a busy machine. bench/run start shows the number, and where they are spent.
/// </summary>
public class StartCostTests
{
    private const int Most = 12_000_000; // of the native program; 6 million when this was written

    [Fact]
    public void A_start_and_an_end_take_a_bounded_number_of_instructions()
    {
        Assert.True(Programs.IsPublished, "only the published host is native code; set MMM_HOST");
        using var host = new MmmHost(width: 800, height: 480, start: false)
        {
            Launcher = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"],
        };
        host.Start();
        Assert.Equal(0, host.Stop());
        var collected = host.Process.Errors.Single(l => l.Contains("Collected :", StringComparison.Ordinal));
        Assert.InRange(int.Parse(collected.Split(':')[1], CultureInfo.InvariantCulture), 1_000_000, Most);
    }
}
