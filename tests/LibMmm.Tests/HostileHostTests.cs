namespace LibMmm.Tests;

/// <summary>A host that overwrites the files of its clients at random.</summary>
public class HostileHostTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_client_whose_file_is_overwritten_touches_no_other_memory(int seed)
    {
        using var directory = new TempDirectory();
        var scribble = Built.Program(Variant.Sanitized, "scribble");
        using var victim = new Child(Built.Program(Variant.Sanitized, "victim"), [], ("MMM_PATH", directory.Path));
        Wait.Until(() => victim.Output.Length > 0, "the client", () => string.Join(" | ", victim.Errors));
        Shell.Run($"{scribble} {victim.Output[0].Split(' ')[1]} {seed} 4000");
        Assert.False(victim.HasEnded, string.Join(" | ", victim.Errors));
        victim.Signal(Child.SIGTERM);
        Assert.Equal(0, victim.WaitForEnd());
        Assert.All(victim.Errors, l => Assert.StartsWith("mmm: ", l));
        Assert.StartsWith("rounds ", victim.Output[^1]);
    }
}
