namespace Board.Tests;

/// <summary>
/// A picture of which some rows move by themselves (a clock's seconds, which wander along a scale). The rest stays as it
/// is, so that a change there has another cause.
/// </summary>
internal sealed class StillPicture
{
    private const int Margin = 4;
    private readonly bool[] _still;

    private StillPicture(Picture picture, bool[] still) => (Picture, _still) = (picture, still);

    public Picture Picture { get; }

    /// <summary>How many pixels belong to the part that does not move.</summary>
    public int Pixels => _still.Count(still => still);

    /// <summary>
    /// Looks at the screen until it has moved by itself a few times; the rows from the first to the last that did are the moving part.
    /// </summary>
    public static StillPicture Observe(Func<Picture> screen, int movements)
    {
        Picture first = screen(), last = first;
        int seen = 0, top = int.MaxValue, bottom = -1;
        Wait.Until($"the picture moves {movements} times by itself", TimeSpan.FromSeconds(30), () =>
        {
            var next = screen();
            seen += next.Differences(last) > 0 ? 1 : 0;
            for (var i = 0; i < next.Pixels.Length; i++)
            {
                if (next.Pixels[i] != last.Pixels[i])
                    (top, bottom) = (Math.Min(top, i / next.Width), Math.Max(bottom, i / next.Width));
            }
            last = next;
            return seen >= movements;
        }, () => $"it moved {seen} times", pause: 100);

        var still = new bool[first.Pixels.Length];
        for (var i = 0; i < still.Length; i++)
        {
            var y = i / first.Width;
            still[i] = y < top - Margin || y > bottom + Margin;
        }
        return new StillPicture(last, still);
    }

    /// <summary>How many of the still pixels are others in this picture.</summary>
    public int Differences(Picture other) => Picture.Differences(other, _still);

    /// <summary>Waits until at least so many of the still pixels have changed.</summary>
    public void WaitChange(string cause, Func<Picture> screen, int pixels)
    {
        var differences = 0;
        Wait.Until($"{cause} changes the picture", TimeSpan.FromSeconds(20), () => (differences = Differences(screen())) >= pixels,
            () => $"{differences} pixels changed, {pixels} should");
    }

    /// <summary>Waits until the still pixels are as they were.</summary>
    public void WaitSame(string cause, Func<Picture> screen)
    {
        var differences = 0;
        Wait.Until($"{cause} brings the picture back", TimeSpan.FromSeconds(20), () => (differences = Differences(screen())) == 0,
            () => $"{differences} of {Pixels} pixels differ");
    }
}
