using CsCheck;
using GpioButtons.Gestures;

namespace GpioButtons.Tests.Gestures;

public sealed class EncoderAndKeypadTests
{
    private const long Ms = 1_000_000;
    private static readonly (bool A, bool B)[] Clockwise = [(false, false), (true, false), (true, true), (false, true)];

    private static int Move(QuadratureDecoder decoder, int position) =>
        decoder.Turn(Clockwise[(position % 4 + 4) % 4].A, Clockwise[(position % 4 + 4) % 4].B);

    [Fact]
    public void Every_legal_sequence_is_counted() =>
        Gen.Select(Gen.OneOf(Gen.Const(1), Gen.Const(2), Gen.Const(4)), Gen.Int[0, 3], Gen.Bool.Array[0, 200])
            .Sample((steps, start, moves) =>
        {
            var decoder = new QuadratureDecoder(Clockwise[start].A, Clockwise[start].B, steps);
            var (position, detents) = (0, 0);
            foreach (var clockwise in moves)
            {
                position += clockwise ? 1 : -1;
                detents += Move(decoder, start + position);
                Assert.InRange(position - steps * detents, 1 - steps, steps - 1);
                if (position % steps == 0)
                    Assert.Equal(position, steps * detents);
            }
        });

    // All sequences of seven states, 16,384 for each number of steps.
    [Theory]
    [InlineData(1), InlineData(2), InlineData(4)]
    public void An_illegal_change_never_moves_and_the_next_detents_are_counted_again(int steps)
    {
        const int length = 7;
        for (var sequence = 0; sequence < 1 << 2 * length; sequence++)
        {
            var decoder = new QuadratureDecoder(false, false, steps);
            var (before, least, most, detents) = (0, 0, 0, 0);
            for (var i = 0; i < length; i++)
            {
                var phase = sequence >> 2 * i & 3;
                var step = (phase - before + 4) % 4;
                before = phase;
                (least, most) = (least - (step == 3 ? 1 : 0), most + (step == 1 ? 1 : 0));
                var moved = Move(decoder, phase);
                Assert.InRange(moved, step == 3 ? -1 : 0, step == 1 ? 1 : 0);
                detents += moved;
            }
            Assert.InRange(detents * steps, least, most);
            // Home by legal steps; from there a detent is a detent.
            while (before != 0)
                Move(decoder, before = (before + 1) % 4);
            var more = 0;
            for (var i = 1; i <= 8; i++)
                more += Move(decoder, i);
            Assert.Equal(8 / steps, more);
        }
    }

    [Fact]
    public void A_keypad_reports_no_key_that_is_not_down_and_all_keys_once_no_three_make_a_rectangle() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], Gen.Bool).Array[1, 25].Sample(changes =>
        {
            using FakeKeypadLines lines = new(4, 4);
            HashSet<int> reported = [];
            KeypadConfig config = new("pad", 0, [.. Enumerable.Range(0, 4).Select(i => new GpioLine(i))],
                [.. Enumerable.Range(4, 4).Select(i => new GpioLine(i))], [.. Enumerable.Range(0, 16).Select(i => $"{i}")])
            {
                DebounceMs = 20,
            };
            var keypad = new Keypad(lines, config, (key, isDown, _) =>
            {
                Assert.Equal(isDown, isDown ? reported.Add(key) : !reported.Remove(key));
                if (isDown)
                    Assert.Contains((key / 4, key % 4), lines.Down); // no ghosts
            });
            var now = 0L;
            Assert.True(keypad.Scan(now));
            foreach (var (row, column, bounces) in changes)
            {
                var wasDown = lines.Down.Contains((row, column));
                for (var i = bounces ? 3 : 1; i > 0; i--, now += Ms)
                {
                    lines.Press(row, column, wasDown == (i % 2 == 0));
                    keypad.Scan(now);
                }
                for (var scans = 0; scans < 5; scans++)
                {
                    if (keypad.DueNs != long.MaxValue)
                        Assert.True(keypad.Scan(now = keypad.DueNs));
                }
                if (!HasThreeCorners(lines.Down))
                    Assert.Equal(lines.Down.Select(k => k.Row * 4 + k.Column).Order(), reported.Order());
                Assert.Equal(lines.Down.Count == 0, keypad.DueNs == long.MaxValue); // an idle keypad is not polled
            }
            keypad.ReleaseAll(now);
            Assert.Empty(reported);
        }, iter: 500);

    // Keys that are connected through others and do not share a line make a ghost.
    private static bool HasThreeCorners(IReadOnlySet<(int Row, int Column)> down) =>
        down.Any(a => down.Any(b => a.Row == b.Row && a.Column != b.Column
            && down.Any(c => c.Row != a.Row && (c.Column == a.Column || c.Column == b.Column))));

    [Fact]
    public void A_keypad_whose_chip_is_gone_is_not_scanned_any_more()
    {
        using FakeKeypadLines lines = new(2, 2);
        List<string> log = [];
        KeypadConfig config = new("pad", 0, [new(0), new(1)], [new(2), new(3)], ["1", "2", "3", "4"]);
        using var set = ButtonSet.Open([], [config], log.Add, _ => throw new NotSupportedException(), _ => lines, () => 0);
        lines.IsGone = true;
        lines.Press(0, 0);
        set.Dispatch(_ => { });
        set.Dispatch(_ => { });
        Assert.StartsWith("keypad \"pad\": the chip is gone; ", Assert.Single(log));
    }
}
