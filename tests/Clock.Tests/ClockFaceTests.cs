using CsCheck;
using Mmm;
using Mmm.Apps.Clock;

namespace Clock.Tests;

public class ClockFaceTests
{
    private static readonly (int Width, int Height)[] s_panels =
        [(800, 480), (480, 800), (320, 240), (240, 320), (480, 480), (1280, 400), (1024, 600)];
    private static readonly int[] s_units = [60, 3600, 43200, 86400]; // seconds
    private static readonly DateTime s_start = new(2026, 1, 1);

    private static readonly Gen<(int Width, int Height)> s_size =
        Gen.Frequency((3, Gen.Int[0, s_panels.Length - 1].Select(i => s_panels[i])), (1, Gen.Select(Gen.Int[1, 300], Gen.Int[1, 300])));

    private static readonly Gen<ClockState> s_state = Gen.Select(Gen.Int[0, 365 * 86400 - 2], Gen.Bool, Gen.Bool,
        (second, is24, tick) => new ClockState(s_start.AddSeconds(second), is24, tick));

    // The last second of a minute, an hour, half a day, a day: where most changes.
    private static readonly Gen<ClockState> s_edge = Gen.Select(s_state, Gen.Int[0, s_units.Length - 1].Select(i => s_units[i]),
        (state, unit) => state with { Time = s_start.AddSeconds((long)(state.Time - s_start).TotalSeconds / unit * unit + unit - 1) });

    private static readonly Gen<ClockState> s_anyState = Gen.OneOf(s_state, s_edge);

    private static ClockState Next(ClockState state) => state with { Time = state.Time.AddSeconds(1) };

    [Fact]
    public void Next_second_drawn_over_the_last_equals_a_full_redraw() =>
        Gen.Select(s_size, s_anyState).Sample((size, state) => CheckStep(size, state, Next(state)), iter: 200, threads: 1);

    [Fact]
    public void Any_jump_and_any_switch_drawn_over_the_last_equals_a_full_redraw() =>
        Gen.Select(s_size, s_anyState, s_anyState).Sample((size, from, to) => CheckStep(size, from, to), iter: 100, threads: 1);

    [Fact]
    public void A_whole_minute_drawn_second_by_second_equals_full_redraws_on_a_large_screen()
    {
        using var picture = new Picture(1920, 1080);
        var state = new ClockState(new DateTime(2026, 11, 22, 11, 59, 30), false, false);
        picture.Show(state);
        for (var i = 0; i < 60; i++)
        {
            state = Next(state);
            picture.Show(state);
            if (i % 10 == 9)
                Assert.True(picture.Pixels().AsSpan().SequenceEqual(Picture.Full(1920, 1080, state)), $"{state}");
        }
    }

    private static void CheckStep((int Width, int Height) size, ClockState from, ClockState to)
    {
        var (width, height) = size;
        using var picture = new Picture(width, height);
        picture.Show(from);
        var before = picture.Pixels();
        var damage = picture.Show(to);
        var after = picture.Pixels();
        var full = Picture.Full(width, height, to);
        Assert.Equal(damage, damage.Intersect(new Rect(0, 0, width, height)));
        for (var i = 0; i < full.Length; i++)
        {
            int x = i % width, y = i / width;
            if (after[i] != full[i])
                Assert.Fail($"{width}x{height} {from} to {to}: {x},{y} is {after[i]:X8}, {full[i]:X8} when all is drawn; damage {damage}");
            if (before[i] != after[i] && !damage.Contains(x, y))
                Assert.Fail($"{width}x{height} {from} to {to}: {x},{y} changed outside of the damage {damage}");
        }
    }

    [Fact]
    public void Update_says_nothing_changed_when_nothing_did()
    {
        using var picture = new Picture(800, 480);
        var state = new ClockState(new DateTime(2026, 11, 22, 10, 28, 36), true, false);
        Assert.Equal(new Rect(0, 0, 800, 480), picture.Show(state));
        Assert.True(picture.Show(state with { Time = state.Time.AddMilliseconds(300) }).IsEmpty);
    }

    [Fact]
    public void A_second_damages_a_small_part_and_allocates_nothing()
    {
        using var picture = new Picture(800, 480);
        var state = new ClockState(new DateTime(2026, 11, 22, 10, 28, 0), true, true);
        picture.Show(state);
        picture.Show(state = Next(state));
        Allocations.AssertNone(() =>
        {
            for (var i = 0; i < 9; i++) // six times: within the minute
            {
                var damage = picture.Show(state = Next(state));
                if (damage.Width * damage.Height > 800 * 480 / 50)
                    Assert.Fail($"{state.Time.Second} s: {damage} is damaged");
            }
        });
    }

    [Fact]
    public void Everything_fits_the_picture_and_keeps_apart()
    {
        foreach (var (width, height) in s_panels.Append((1920, 1080)).Append((1080, 1920)).Append((720, 720)))
        {
            var layout = new ClockLayout(width, height);
            Assert.False(layout.IsCrowded, $"{width}x{height} cannot be drawn in parts");
            var areas = Areas(layout);
            for (var i = 0; i < areas.Count; i++)
            {
                Assert.Equal(areas[i], areas[i].Intersect(new Rect(0, 0, width, height)));
                for (var j = 0; j < i; j++)
                    Assert.True(areas[i].Intersect(areas[j]).IsEmpty, $"{width}x{height}: areas {j} {areas[j]} and {i} {areas[i]} overlap");
            }
        }
    }

    private static List<Rect> Areas(ClockLayout layout)
    {
        List<Rect> areas = [layout.DateArea, layout.StatusArea, .. layout.DigitAreas, layout.ColonArea];
        areas.Add(layout.MarkArea(0, ClockLayout.Marks - 1));
        areas.Add(layout.SecondsArea(0).Union(layout.SecondsArea(59)));
        areas.RemoveAll(area => area.IsEmpty); // a tall picture has no colon
        return areas;
    }

    [Fact]
    public void Every_area_holds_all_that_is_drawn_in_it()
    {
        // The widest of everything, in a picture of its own: what is lit lies in the areas.
        ClockState[] states =
        [
            new(new DateTime(2026, 9, 30, 20, 48, 58), true, true), // Wednesday
            new(new DateTime(2026, 9, 30, 8, 8, 0), false, true),
            new(new DateTime(2026, 9, 30, 22, 0, 59), false, false),
        ];
        foreach (var (width, height) in s_panels)
        {
            var layout = new ClockLayout(width, height);
            var areas = Areas(layout);
            foreach (var state in states)
            {
                var pixels = Picture.Full(width, height, state);
                for (var i = 0; i < pixels.Length; i++)
                {
                    if ((pixels[i] >> 8 & 0xFF) > 0x40 && !areas.Exists(a => a.Contains(i % width, i / width)))
                        Assert.Fail($"{width}x{height} {state}: {i % width},{i / width} is lit");
                }
            }
        }
    }

    [Fact]
    public void Every_date_has_its_letters_and_fits()
    {
        foreach (var (width, height) in s_panels)
        {
            var layout = new ClockLayout(width, height);
            var unit = layout.TextHeight / StrokeFont.CapHeight;
            for (var date = new DateTime(2024, 1, 1); date.Year < 2031; date = date.AddDays(1))
            {
                string weekday = ClockState.Weekday(date), day = ClockState.DayAndMonth(date);
                string[] lines = layout.IsTall ? [weekday, day] : [$"{weekday}, {day}"];
                foreach (var line in lines)
                {
                    Assert.All(line, letter => Assert.True(StrokeFont.Has(letter), $"no letter {letter} for {line}"));
                    var right = layout.Date.X + StrokeFont.Measure(line, ClockLayout.Tracking) * unit + layout.TextPen * StrokeFont.Reach;
                    Assert.True(right <= layout.DateArea.Right, $"{line} ends at {right}");
                }
            }
        }
    }

    [Fact]
    public void Every_letter_can_be_drawn()
    {
        foreach (var letter in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ,.:")
        {
            using var path = StrokeFont.Outline(letter.ToString(), default, 100, 1, 10, 0);
            Assert.False(path.IsEmpty);
            var reach = StrokeFont.Reach * 10;
            Assert.InRange(path.Bounds.Top, -reach, 100);
            Assert.InRange(path.Bounds.Bottom, 30, 114 + reach);
            Assert.InRange(path.Bounds.Left, -reach, reach);
            Assert.InRange(path.Bounds.Right, 0, StrokeFont.Measure(letter.ToString(), 0) + reach);
        }
    }

    [Theory]
    [InlineData(0, 12, "AM")]
    [InlineData(1, 1, "AM")]
    [InlineData(11, 11, "AM")]
    [InlineData(12, 12, "PM")]
    [InlineData(23, 11, "PM")]
    public void Twelve_hours_are_counted_as_people_do(int hour, int shown, string half)
    {
        var state = new ClockState(new DateTime(2026, 1, 1, hour, 0, 0), false, false);
        Assert.Equal((shown, half), (state.Hour, state.HalfDay));
        state = state with { Is24Hour = true };
        Assert.Equal((hour, ""), (state.Hour, state.HalfDay));
    }

    [Fact]
    public void The_tick_is_short_and_soft_and_ends_in_silence()
    {
        foreach (var samples in (short[][])[TickSound.Tick, TickSound.Tock])
        {
            Assert.Equal(48000 / 50 * 2, samples.Length);
            Assert.InRange(samples.Max(s => Math.Abs((int)s)), 500, 6000);
            Assert.Equal(0, samples[0]);
            Assert.InRange(samples[^1], -10, 10);
        }
    }
}
