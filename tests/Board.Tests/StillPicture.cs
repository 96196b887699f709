namespace Board.Tests;

/// <summary>
/// A picture whose parts may move by themselves (the seconds of a clock): the pixels that stayed the same while
/// something else moved, so that a change there has another cause.
/// </summary>
internal sealed class StillPicture
{
    private readonly bool[] _still;
    private Picture _last;

    private StillPicture(Picture first, bool[] still) => (_last, _still) = (first, still);

    public Picture Picture => _last;

    /// <summary>Pixels that did not move.</summary>
    public int Pixels => _still.Count(still => still);

    /// <summary>Looks at the screen until it was seen to move by itself a few times.</summary>
    public static StillPicture Observe(Func<Picture> screen, int movements = 3)
    {
        var first = screen();
        var still = new StillPicture(first, [.. Enumerable.Repeat(true, first.Pixels.Length)]);
        var seen = 0;
        Wait.Until($"the picture moves {movements} times by itself", TimeSpan.FromSeconds(30), () =>
        {
            var next = screen();
            if (next.Differences(still._last) > 0)
                seen++;
            for (var i = 0; i < still._still.Length; i++)
                still._still[i] &= next.Pixels[i] == first.Pixels[i];
            still._last = next;
            return seen >= movements;
        }, () => $"it moved {seen} times");
        return still;
    }

    /// <summary>How many of the still pixels are others in this picture.</summary>
    public int Differences(Picture other) => _last.Differences(other, _still);

    /// <summary>Waits until many of the still pixels have changed.</summary>
    public Picture WaitChange(string cause, Func<Picture> screen, int pixels)
    {
        var differences = 0;
        return Wait.For($"{cause} changes the picture", TimeSpan.FromSeconds(20), () =>
        {
            var now = screen();
            differences = Differences(now);
            return differences >= pixels ? now : null;
        }, () => $"{differences} pixels changed, {pixels} should");
    }

    /// <summary>Waits until the still pixels are as they were.</summary>
    public void WaitSame(string cause, Func<Picture> screen)
    {
        var differences = 0;
        Wait.Until($"{cause} brings the picture back", TimeSpan.FromSeconds(20), () => (differences = Differences(screen())) == 0,
            () => $"{differences} pixels differ");
    }
}
