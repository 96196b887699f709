using CsCheck;
using GpioButtons.Gestures;

namespace GpioButtons.Tests.Gestures;

/// <summary>Random presses, and what they must be called by a model that sees all of them at once.</summary>
public sealed class GestureModelTests
{
    private const long Ms = 1_000_000;

    private static readonly Gen<GestureRules> Rules =
        Gen.Select(Gen.OneOf(Gen.Const(0L), Gen.Const(40 * Ms)), Gen.OneOf(Gen.Const(0L), Gen.Const(30 * Ms)),
            (hold, twice) => new GestureRules
        {
            HoldNs = hold, DoubleClickNs = twice,
        });

    // How long the button is up before, and then down, in ms; often exactly at a limit.
    private static readonly Gen<(int Up, int Down)[]> Presses =
        Gen.Select(
            Gen.OneOf(Gen.Int[1, 80], Gen.OneOf(Gen.Const(29), Gen.Const(30), Gen.Const(31))),
            Gen.OneOf(Gen.Int[1, 80], Gen.OneOf(Gen.Const(39), Gen.Const(40), Gen.Const(41)))).Array[0, 12];

    // The gestures of one button, by the list of its presses.
    private static IEnumerable<GestureEvent> Model(int index, GestureRules rules, (long Down, long Up)[] presses)
    {
        var isSecond = false;
        for (var i = 0; i < presses.Length; i++)
        {
            var (down, up) = presses[i];
            yield return new(index, Gesture.Press, down);
            if (isSecond)
                yield return new(index, Gesture.DoubleClick, down);
            var isLong = !isSecond && rules.HoldNs > 0 && up - down >= rules.HoldNs;
            if (isLong)
                yield return new(index, Gesture.LongPress, down + rules.HoldNs);
            yield return new(index, Gesture.Release, up);
            var isClick = !isSecond && !isLong;
            isSecond = isClick && rules.DoubleClickNs > 0 && i + 1 < presses.Length && presses[i + 1].Down - up < rules.DoubleClickNs;
            if (isClick && !isSecond)
                yield return new(index, Gesture.Click, up + rules.DoubleClickNs);
        }
    }

    private static (long Down, long Up)[] Times((int Up, int Down)[] presses)
    {
        var now = 5_000 * Ms;
        return [.. presses.Select(p => (now += p.Up * Ms, now += p.Down * Ms))];
    }

    [Fact]
    public void Gestures_are_those_of_the_model_however_late_and_often_the_engine_is_called() =>
        Gen.Select(Rules, Presses, Rules, Presses, Gen.Long[5_000 * Ms, 6_000 * Ms].Array[0, 40]).Sample((a, first, b, second, calls) =>
        {
            var (one, two) = (Times(first), Times(second));
            List<GestureEvent> found = [];
            var engine = new GestureEngine([a, b], found.Add);
            IEnumerable<(int Index, bool Pressed, long Ns)> edges =
            [
                .. one.SelectMany(p => new[] { (0, true, p.Down), (0, false, p.Up) }),
                .. two.SelectMany(p => new[] { (1, true, p.Down), (1, false, p.Up) }),
                .. calls.Select(ns => (-1, false, ns)),
            ];
            foreach (var (index, pressed, ns) in edges.OrderBy(e => e.Ns))
            {
                if (index < 0)
                    engine.Elapse(ns);
                else
                    engine.Feed(index, pressed, ns);
            }
            engine.Elapse(100_000 * Ms);
            Assert.Equal(Model(0, a, one), found.Where(e => e.Index == 0));
            Assert.Equal(Model(1, b, two), found.Where(e => e.Index == 1));
            Assert.Equal(found.Select(e => e.TimestampNs).Order(), found.Select(e => e.TimestampNs));
            Assert.Equal(long.MaxValue, engine.DueNs);
        }, iter: 3000);

    // Two buttons and their chord: by the presses alone, which of them make the chord.
    private static List<(string Name, long Ns)> ChordModel((bool IsB, bool Pressed, long Ns)[] edges, long window)
    {
        List<(string, long)> presses = [];
        long?[] fresh = [null, null]; // when a button that is held back went down
        foreach (var (isB, pressed, ns) in edges)
        {
            var (own, other) = isB ? (1, 0) : (0, 1);
            for (var i = 0; i < 2; i++)
            {
                if (fresh[i] is { } since && ns - since >= window)
                    (fresh[i], presses) = (null, [.. presses, (i == 0 ? "a" : "b", since)]);
            }
            if (pressed && fresh[other] is not null)
            {
                fresh[other] = null;
                presses.Add(("chord", ns));
            }
            else if (pressed)
            {
                fresh[own] = ns;
            }
            else if (fresh[own] is { } since)
            {
                fresh[own] = null;
                presses.Add((own == 0 ? "a" : "b", since));
            }
        }
        return presses;
    }

    [Fact]
    public void A_chord_is_pressed_when_its_members_are_pressed_within_its_window_and_else_they_are() =>
        Gen.Select(Gen.Bool, Gen.OneOf(Gen.Int[1, 40], Gen.OneOf(Gen.Const(19), Gen.Const(20), Gen.Const(21)))).Array[0, 30].Sample(steps =>
        {
            const long window = 20 * Ms;
            var now = 0L;
            bool[] isDown = [false, false];
            List<(bool IsB, bool Pressed, long Ns)> edges = [];
            foreach (var (isB, wait) in steps)
            {
                ref var down = ref isDown[isB ? 1 : 0];
                edges.Add((isB, down = !down, now += wait * Ms));
            }
            for (var i = 0; i < 2; i++)
            {
                if (isDown[i])
                    edges.Add((i == 1, false, now += 100 * Ms));
            }
            List<GestureEvent> found = [];
            var engine = new GestureEngine(
                [new(), new(), new() { Members = [0, 1], WindowNs = window }], found.Add);
            foreach (var (isB, pressed, ns) in edges)
                engine.Feed(isB ? 1 : 0, pressed, ns);
            Assert.Equal(ChordModel([.. edges], window).Order(), found.Where(e => e.Gesture == Gesture.Press)
                .Select(e => (e.Index switch { 0 => "a", 1 => "b", _ => "chord" }, e.TimestampNs)).Order());
            AssertPressesAndReleasesAlternate(found, 3);
            Assert.Equal(long.MaxValue, engine.DueNs);
        }, iter: 3000);

    private static void AssertPressesAndReleasesAlternate(List<GestureEvent> found, int buttons)
    {
        for (var i = 0; i < buttons; i++)
        {
            var its = found.Where(e => e.Index == i && e.Gesture is Gesture.Press or Gesture.Release && e.Index == i).ToList();
            Assert.Equal(0, its.Count % 2);
            Assert.All(its, (e, n) => Assert.Equal(n % 2 == 0 ? Gesture.Press : Gesture.Release, e.Gesture));
        }
    }

    // Four buttons, three chords that share members, every gesture, and a clock that jumps by up to an hour.
    [Fact]
    public void Whatever_the_clock_and_the_edges_do_every_press_has_one_release_and_nothing_is_left() =>
        Gen.Select(Gen.Int[0, 4], Gen.Bool, Gen.OneOf(Gen.Long[-20 * Ms, 100 * Ms], Gen.Long[-3_600_000 * Ms, 3_600_000 * Ms])).Array[0, 60]
            .Sample(steps =>
            {
                List<GestureEvent> found = [];
                GestureRules all = new() { HoldNs = 50 * Ms, DoubleClickNs = 30 * Ms, RepeatDelayNs = 60 * Ms, RepeatNs = 20 * Ms };
                var engine = new GestureEngine(
                [
                    all, all with { HoldNs = 0 }, all with { RepeatNs = 0 }, new(),
                    all with { Members = [0, 1], WindowNs = 25 * Ms },
                    new() { Members = [0, 1, 2], WindowNs = 15 * Ms },
                    all with { Members = [2, 3], WindowNs = 25 * Ms },
                ], found.Add);
                var now = 10_000_000 * Ms;
                foreach (var (index, pressed, by) in steps)
                {
                    now += by;
                    if (index == 4)
                        engine.Elapse(now);
                    else
                        engine.Feed(index, pressed, now); // duplicates, as after missed edges, too
                    Assert.True(engine.DueNs == long.MaxValue || engine.DueNs - engine.Elapse(now) <= 100 * Ms);
                }
                engine.ReleaseAll(now);
                AssertPressesAndReleasesAlternate(found, 7);
                Assert.Equal(long.MaxValue, engine.DueNs);
                foreach (var clicks in found.GroupBy(e => e.Index))
                    Assert.InRange(clicks.Count(e => e.Gesture is Gesture.Click), 0, clicks.Count(e => e.Gesture is Gesture.Release));
            }, iter: 3000);

    // Buttons in several chords, of which one is part of another, with windows and holds that end in any order.
    [Fact]
    public void Gestures_of_chords_are_the_same_however_late_the_engine_is_called() =>
        Gen.Select(Gen.Int[0, 3], Gen.OneOf(Gen.Int[0, 60], Gen.OneOf(Gen.Const(15), Gen.Const(25), Gen.Const(50)))).Array[0, 60]
            .Sample(steps =>
            {
                GestureRules all = new() { HoldNs = 50 * Ms, DoubleClickNs = 30 * Ms };
                GestureRules[] rules =
                [
                    all, all with { HoldNs = 10 * Ms }, all with { DoubleClickNs = 0 }, new(),
                    all with { Members = [0, 1], WindowNs = 25 * Ms },
                    all with { Members = [0, 1, 2], WindowNs = 15 * Ms },
                    new() { Members = [2, 3], WindowNs = 25 * Ms }, all with { Members = [1, 2], WindowNs = 20 * Ms },
                ];
                List<GestureEvent> late = [], early = [];
                GestureEngine one = new(rules, late.Add), other = new(rules, early.Add);
                bool[] isDown = new bool[4];
                var now = 10_000 * Ms;
                foreach (var (index, wait) in steps)
                {
                    now += wait * Ms;
                    while (other.DueNs <= now)
                        other.Elapse(other.DueNs);
                    isDown[index] = !isDown[index];
                    one.Feed(index, isDown[index], now);
                    other.Feed(index, isDown[index], now);
                }
                foreach (var engine in new[] { one, other })
                    engine.Elapse(100_000 * Ms);
                Assert.Equal(early, late);
                foreach (var found in late.GroupBy(e => e.Index))
                {
                    Assert.All(found.Where(e => e.Gesture is Gesture.Press or Gesture.Release), (e, n) =>
                        Assert.Equal(n % 2 == 0 ? Gesture.Press : Gesture.Release, e.Gesture));
                }
            }, iter: 5000);

    [Fact]
    public void Bounces_shorter_than_the_period_make_one_change_at_the_end_of_the_period() =>
        Gen.Select(Gen.Int[1, 9].Array[0, 8], Gen.Int[11, 100]).Array[1, 10].Sample(changes =>
        {
            const long period = 10 * Ms;
            var (now, level) = (0L, false);
            List<(bool, long)> expected = [], found = [];
            var debouncer = new Debouncer(period, (high, ns) => found.Add((high, ns)));
            foreach (var (bounces, stable) in changes)
            {
                var target = !level;
                debouncer.Feed(target, now);
                foreach (var bounce in bounces.Take(bounces.Length / 2 * 2)) // ends at the target
                    debouncer.Feed(level = !(level == target) ? target : !target, now += bounce * Ms);
                level = target;
                debouncer.Feed(level, now += Ms); // perhaps a second edge of the kind: one was missed
                expected.Add((target, now + period));
                now += stable * Ms;
            }
            debouncer.Elapse(now + period);
            Assert.Equal(expected, found);
            Assert.Equal(long.MaxValue, debouncer.DueNs);
        }, iter: 2000);
}
