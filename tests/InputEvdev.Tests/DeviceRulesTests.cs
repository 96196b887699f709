using CsCheck;

namespace InputEvdev.Tests;

public class DeviceRulesTests
{
    private static readonly DeviceIdentity Panel = new("eGalax Inc. Touch", 0x0eef, 0x0001, "/dev/input/event3");

    private static DeviceRule Rule(DeviceSettings settings, string? name = null, string? id = null, string? path = null)
    {
        DeviceId parsed = default;
        Assert.True(id is null || DeviceId.TryParse(id, out parsed));
        return new DeviceRule(name, id is null ? null : parsed, path, settings);
    }

    [Theory]
    [InlineData("eGalax Inc. Touch", null, null, true), InlineData("egalax*", null, null, true), InlineData("*touch?", null, null, false)]
    [InlineData(null, "0eef:0001", null, true), InlineData(null, "eef:1", null, true), InlineData(null, "0eef:0002", null, false)]
    [InlineData(null, null, "/dev/input/event*", true), InlineData(null, null, "/dev/input/event?", true)]
    [InlineData(null, null, "/dev/input/event4", false)]
    [InlineData("*", "0eef:0001", "*3", true), InlineData("*", "0eef:0001", "*4", false), InlineData(null, null, null, true)]
    public void A_rule_speaks_of_devices_that_have_all_that_it_gives(string? name, string? id, string? path, bool matches) =>
        Assert.Equal(matches, Rule(new(), name, id, path).Matches(Panel));

    [Theory]
    [InlineData("0eef"), InlineData("0eef:"), InlineData("0eef:00012"), InlineData("xx:yy"),
        InlineData("1:2:3"), InlineData("-1:2"), InlineData("0x1:2")]
    public void What_is_no_vendor_and_product_is_refused(string text) => Assert.False(DeviceId.TryParse(text, out _));

    [Fact]
    public void Later_rules_win_setting_by_setting_and_what_is_said_of_all_touch_screens_comes_last()
    {
        var rules = new DeviceRules(new() { Jitter = 0.05, Edge = 0.1, Rotate = 180 }, new() { Acceleration = 3 },
        [
            Rule(new() { InvertX = true, Rotate = 90, Role = DeviceRole.Touch }, id: "0eef:0001"),
            Rule(new() { InvertX = false, Edge = 0 }, name: "*Touch"),
            Rule(new() { Ignore = true }, name: "another"),
        ]);
        var settings = rules.Of(Panel);
        Assert.Equal(new DeviceSettings { InvertX = false, Rotate = 90, Role = DeviceRole.Touch, Edge = 0 }, settings);
        Assert.Equal(settings with { Jitter = 0.05 }, rules.Over(settings, PointerKind.Touch));
        Assert.Equal(settings with { Acceleration = 3 }, rules.Over(settings, PointerKind.Touchpad));
        Assert.Equal(settings, rules.Over(settings, PointerKind.Tablet));
    }

    [Fact]
    public void Every_setting_wins_over_the_one_below_and_lets_it_through_when_it_says_nothing()
    {
        var all = new DeviceSettings
        {
            Ignore = true, Grab = true, Role = DeviceRole.Mouse, Rotate = 90, Calibration = CalibrationMatrix.Turn(90), SwapXY = true,
            InvertX = true, InvertY = true, Ranges = new(0, 1, 2, 3), Jitter = 0.1,
            MinPressMs = 5, MinReleaseMs = 5, Median = 3, Variance = 0.1, Keys = new Dictionary<KeyCode, KeyCode>(), Axes = [],
            Layout = "us", ScanTimeoutMs = 50, ScanSuffix = "#", Palm = new(0.5, 0.5), Edge = 0.1, Acceleration = 2,
        };
        Assert.All(typeof(DeviceSettings).GetProperties().Where(p => p.Name != "EqualityContract"), p => Assert.NotNull(p.GetValue(all)));
        Assert.Equal(all, new DeviceSettings().Over(all));
        Assert.Equal(all, all.Over(new DeviceSettings { Rotate = 0, Jitter = 0, Ignore = false }));
    }

    [Fact]
    public void One_matrix_does_what_swap_inversion_calibration_and_rotation_do_in_turn()
    {
        var number = Gen.Double[-2, 2];
        var place = Gen.Double[0, 1];
        Gen.Select(Gen.Bool, Gen.Bool, Gen.Bool, Gen.Int[0, 3], place, place, number.Array[6])
            .Sample((swap, invertX, invertY, turns, x, y, n) =>
        {
            var calibration = new CalibrationMatrix(n[0], n[1], n[2], n[3], n[4], n[5]);
            var settings = new DeviceSettings { SwapXY = swap, InvertX = invertX, InvertY = invertY, Rotate = turns * 90 };
            var (gotX, gotY) = settings.Transform(calibration).Apply(x, y);

            if (swap) (x, y) = (y, x);
            if (invertX) x = 1 - x;
            if (invertY) y = 1 - y;
            (x, y) = (n[0] * x + n[1] * y + n[2], n[3] * x + n[4] * y + n[5]);
            for (var turn = 0; turn < turns; turn++) (x, y) = (1 - y, x); // A quarter turn clockwise: the upper left is the upper right.
            Assert.Equal(x, gotX, 1e-9);
            Assert.Equal(y, gotY, 1e-9);
        });
    }

    [Theory]
    [InlineData(0, 0, 0, 0, 0, 0), InlineData(1, 2, 0, 2, 4, 0), InlineData(double.NaN, 0, 0, 0, 1, 0)]
    [InlineData(1, 0, double.PositiveInfinity, 0, 1, 0)]
    public void A_matrix_that_is_singular_or_no_number_is_not_usable(double a, double b, double c, double d, double e, double f) =>
        Assert.False(new CalibrationMatrix(a, b, c, d, e, f).IsUsable);
}
