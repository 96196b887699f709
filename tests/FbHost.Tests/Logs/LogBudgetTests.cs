using FbHost.Logs;

namespace FbHost.Tests.Logs;

/// <summary>A source that writes without end has a small part of the log.</summary>
public class LogBudgetTests
{
    private const int LineBytes = 100;
    private const long DayMs = 24 * 3600 * 1000;

    [Fact]
    public void A_source_that_writes_without_end_is_held_to_its_part_and_counted_and_others_are_not_affected()
    {
        var budget = new LogBudget();
        long taken = 0, offered = 0;
        for (long ms = 0; ms < DayMs; ms += 500, offered++)
            taken += budget.TryTake("endless", LineBytes, ms) ? 1 : 0;
        const long most = LogBudget.MostAtOnce + LogBudget.BytesPerMinute * 24 * 60;
        Assert.InRange(taken * LineBytes, most / 2, most);
        Assert.Equal(("endless", offered - taken), Assert.Single(budget.TakeLeftOut()));
        Assert.True(budget.TryTake("other", LineBytes, DayMs));
        Assert.Empty(budget.TakeLeftOut());
    }

    [Fact]
    public void Sources_beyond_the_table_share_one_part()
    {
        var budget = new LogBudget();
        long bytes = 0;
        for (var i = 0; i < 10_000; i++)
            bytes += budget.TryTake($"source {i}", 1000, 0) ? 1000 : 0;
        Assert.InRange(bytes, LogBudget.MostAtOnce, 32 * 1000 + LogBudget.MostAtOnce);
        Assert.Equal("other sources", Assert.Single(budget.TakeLeftOut()).Source);
    }
}
