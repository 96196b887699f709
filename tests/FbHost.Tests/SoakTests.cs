namespace FbHost.Tests;

/// <summary>Runs after all others, by itself: what it measures is the whole machine's.</summary>
[CollectionDefinition(nameof(ByItself), DisableParallelization = true)]
public class ByItself;

/// <summary>The short form of bench/run soak.</summary>
[Collection(nameof(ByItself))]
public class SoakTests
{
    [Fact]
    public void Twenty_seconds_of_attack_leave_nothing_behind_and_a_client_that_behaves_its_rate()
    {
        using var soak = new Child(Programs.Soak, [Programs.Mmm, "--seconds", "20", "--seed", "1", "--attackers", "5"]);
        Wait.Until(() => soak.HasEnded, "the end of the attack", () => string.Join('\n', soak.Output), TimeSpan.FromMinutes(5));
        Assert.True(soak.WaitForEnd() == 0, string.Join('\n', [.. soak.Output, .. soak.Errors]));
    }
}
