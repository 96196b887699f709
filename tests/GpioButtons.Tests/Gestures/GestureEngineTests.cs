using GpioButtons.Gestures;

namespace GpioButtons.Tests.Gestures;

public sealed class GestureEngineTests
{
    private const long Ms = 1_000_000;
    private readonly List<GestureEvent> _found = [];

    private GestureEngine Engine(params GestureRules[] rules) => new(rules, _found.Add);

    private string Found
    {
        get
        {
            var text = string.Join(' ', _found.Select(e => $"{e.Index}:{e.Gesture}@{e.TimestampNs / Ms}"));
            _found.Clear();
            return text;
        }
    }

    [Fact]
    public void Without_a_double_click_a_click_is_reported_with_the_release()
    {
        var engine = Engine(new GestureRules());
        engine.Feed(0, true, 10 * Ms);
        engine.Feed(0, false, 5000 * Ms);
        Assert.Equal("0:Press@10 0:Release@5000 0:Click@5000", Found);
        Assert.Equal(long.MaxValue, engine.DueNs);
    }

    [Fact]
    public void Repeats_come_while_the_button_is_held_and_those_that_were_missed_do_not_come_later()
    {
        var engine = Engine(new GestureRules { RepeatDelayNs = 500 * Ms, RepeatNs = 100 * Ms });
        engine.Feed(0, true, 0);
        Assert.Equal(500 * Ms, engine.DueNs);
        engine.Elapse(500 * Ms);
        engine.Elapse(600 * Ms);
        engine.Elapse(1234 * Ms);
        Assert.Equal(1334 * Ms, engine.DueNs);
        engine.Feed(0, false, 1300 * Ms);
        engine.Elapse(9999 * Ms);
        Assert.Equal("0:Press@0 0:Repeat@500 0:Repeat@600 0:Repeat@700 0:Release@1300", Found);
    }

    [Fact]
    public void A_larger_chord_is_waited_for_and_the_smaller_one_is_pressed_at_the_end_of_the_window()
    {
        GestureRules window = new() { WindowNs = 50 * Ms };
        var engine = Engine(new(), new(), new(), window with { Members = [0, 1] }, window with { Members = [0, 1, 2] });
        engine.Feed(0, true, 0);
        engine.Feed(1, true, 10 * Ms);
        Assert.Equal("", Found);
        engine.Feed(2, true, 20 * Ms);
        engine.Feed(1, false, 30 * Ms);
        engine.Feed(0, false, 40 * Ms);
        engine.Feed(2, false, 40 * Ms);
        Assert.Equal("4:Press@20 4:Release@30 4:Click@30", Found);
        engine.Feed(0, true, 100 * Ms);
        engine.Feed(1, true, 110 * Ms);
        engine.Elapse(150 * Ms);
        engine.Feed(2, true, 160 * Ms);
        engine.Elapse(500 * Ms);
        Assert.Equal("3:Press@150 2:Press@160", Found);
    }

    [Fact]
    public void A_chord_has_gestures_of_its_own_and_its_members_have_none_until_they_are_up()
    {
        var engine = Engine(new() { HoldNs = 20 * Ms }, new(), new() { Members = [0, 1], WindowNs = 50 * Ms, HoldNs = 1000 * Ms });
        engine.Feed(0, true, 0);
        engine.Feed(1, true, 40 * Ms);
        engine.Elapse(2000 * Ms);
        engine.Feed(1, false, 2000 * Ms);
        engine.Feed(1, true, 2100 * Ms); // the other member is down, but was not pressed anew
        engine.Feed(1, false, 2400 * Ms);
        engine.Feed(0, false, 2500 * Ms);
        Assert.Equal("2:Press@40 2:LongPress@1040 2:Release@2000 1:Press@2100 1:Release@2400 1:Click@2400", Found);
    }

    [Fact]
    public void After_the_clock_was_set_back_what_is_left_of_a_hold_is_the_same()
    {
        var engine = Engine(new GestureRules { HoldNs = 800 * Ms });
        engine.Feed(0, true, 100_000 * Ms);
        engine.Elapse(100_300 * Ms);
        engine.Elapse(7_000 * Ms);
        Assert.Equal(7_500 * Ms, engine.DueNs);
        engine.Elapse(7_500 * Ms);
        Assert.Equal("0:Press@100000 0:LongPress@7500", Found);
        engine.Feed(0, false, 7_400 * Ms); // a little late
        Assert.Equal("0:Release@7500", Found);
    }

    [Fact]
    public void A_chord_of_a_chord_or_of_nothing_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Engine(new(), new() { Members = [0, 5] }));
        Assert.Throws<ArgumentException>(() => Engine(new(), new() { Members = [0] }, new() { Members = [1, 0] }));
    }
}
