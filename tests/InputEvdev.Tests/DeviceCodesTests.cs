using static InputEvdev.KeyCode;

namespace InputEvdev.Tests;

/// <summary>The names of keys, buttons and axes in rules, and what the settings say about names that xkb does not have.</summary>
public sealed class DeviceCodesTests
{
    [Theory]
    [InlineData("return", KEY_ENTER)]
    [InlineData("volume-up", KEY_VOLUMEUP)]
    [InlineData("a", KEY_A)]
    [InlineData(";", KEY_SEMICOLON)]
    [InlineData("btn-0", (KeyCode)0x100)]
    [InlineData("btn-9", (KeyCode)0x109)]
    [InlineData("btn-left", (KeyCode)0x110)]
    [InlineData("btn-task", (KeyCode)0x117)]
    [InlineData("code-330", (KeyCode)330)]
    [InlineData("btn-10", null)]
    [InlineData("btn-", null)]
    [InlineData("code-0", null)]
    [InlineData("code-768", null)]
    [InlineData("A", null)]
    [InlineData("", null)]
    public void Keys_and_buttons_have_names(string name, KeyCode? key) => Assert.Equal(key, DeviceCodes.KeyOf(name));

    [Fact]
    public void Every_key_of_the_table_is_found_by_its_name() => Assert.All(Enum.GetValues<KeyCode>(), key =>
    {
        if (KeyNameTable.Of(key) is { } name) Assert.Equal(name, KeyNameTable.Of(DeviceCodes.KeyOf(name)!.Value));
    });

    [Theory]
    [InlineData("rel-y", false, 1)]
    [InlineData("rel-dial", false, 7)]
    [InlineData("abs-x", true, 0)]
    [InlineData("abs-wheel", true, 8)]
    [InlineData("y", false, -1)]
    [InlineData("rel-foo", false, -1)]
    public void Axes_have_names(string name, bool isAbsolute, int axis) =>
        Assert.Equal(axis < 0 ? null : (isAbsolute, (ushort)axis), DeviceCodes.AxisOf(name));

    [Fact]
    public void Names_that_xkb_does_not_have_are_told()
    {
        using var typist = new Typist(
            new KeyboardOptions { Layout = "de", Model = "pc1005", Options = "caps:escape,ctrl:nope,grp:switch" });
        typist.Tap(KEY_Z);
        Assert.Equal("y", typist.Text);
        Assert.Equal(["there is no model \"pc1005\" in /usr/share/X11/xkb/rules/evdev.lst; it has no effect",
            "there is no option \"ctrl:nope\" in /usr/share/X11/xkb/rules/evdev.lst; it has no effect"], typist.Log);
        Assert.Empty(XkbRules.Unknown(new KeyboardOptions { Options = "x:y" }, file: "/nowhere"));
    }
}
