namespace GpioButtons.Tests;

/// <summary>Chips by their labels and lines by their names, as a Raspberry Pi 5 has them.</summary>
public class GpioChipsTests
{
    private static readonly ChipNames[] Pi =
    [
        new(0, "gpio-brcmstb", ["", "2712_BOOT_CS_N"]),
        new(1, "gpio-brcmstb", ["WL_ON", "GPIO17"]),
        new(4, "pinctrl-rp1", ["ID_SDA", "ID_SCL", "GPIO2", "GPIO17"]),
        new(5, "pl061", ["", ""]),
    ];

    private static ButtonConfig Button(string? chip, string? line, int chipNumber = 0, int lineNumber = 0) =>
        new(chipNumber, lineNumber, false, "x") { ChipLabel = chip, LineName = line };

    [Theory]
    [InlineData("pinctrl-rp1", 0, "GPIO17", 0, 4, 3)]
    [InlineData("pinctrl-rp1", 0, null, 2, 4, 2)]
    [InlineData(null, 4, "GPIO2", 0, 4, 2)]
    [InlineData("gpio-brcmstb", 0, "GPIO17", 0, 1, 1)] // the second of that label
    [InlineData("gpio-brcmstb", 0, null, 1, 0, 1)]
    public void A_line_is_found_by_what_its_board_calls_it(string? label, int chip, string? name, int line, int foundChip, int foundLine)
    {
        ButtonConfig found = GpioChips.Find(Button(label, name, chip, line), Pi);
        Assert.Equal((foundChip, foundLine, "x"), (found.Chip, found.Line, found.Event));
    }

    [Theory]
    [InlineData("pinctrl-bcm2835", "GPIO17", "button \"x\": no GPIO chip has the label \"pinctrl-bcm2835\"; this board has "
        + "\"gpio-brcmstb\" (gpiochip0), \"gpio-brcmstb\" (gpiochip1), \"pinctrl-rp1\" (gpiochip4), \"pl061\" (gpiochip5)")]
    [InlineData(null, "GPIO17", "button \"x\": there is no /dev/gpiochip7; this board has \"gpio-brcmstb\" (gpiochip0), "
        + "\"gpio-brcmstb\" (gpiochip1), \"pinctrl-rp1\" (gpiochip4), \"pl061\" (gpiochip5)")]
    [InlineData("pinctrl-rp1", "GPIO99",
        "button \"x\": chip \"pinctrl-rp1\" has no line with the name \"GPIO99\"; it has ID_SDA, ID_SCL, GPIO2, GPIO17")]
    [InlineData("pl061", "POWER",
        "button \"x\": chip \"pl061\" has no line with the name \"POWER\"; its lines have no names, so give the line's number")]
    public void What_is_not_there_is_one_line_that_lists_what_is(string? label, string name, string line) =>
        Assert.Equal(line, Assert.Throws<GpioLineException>(() => GpioChips.Find(Button(label, name, 7), Pi)).Message);

    [Fact]
    public void A_machine_without_chips_says_so()
    {
        GpioLineException e = Assert.Throws<GpioLineException>(() => ButtonSet.Open([Button("nosuchlabel", "GPIO17")]));
        Assert.StartsWith("button \"x\": no GPIO chip has the label \"nosuchlabel\"; this board has ", e.Message);
        Assert.False(GpioChips.HasLabel("nosuchlabel"));
    }

    [Fact]
    public void A_long_list_is_cut()
    {
        ChipNames big = new(0, "big", [.. Enumerable.Range(0, 54).Select(i => $"L{i}")]);
        Assert.EndsWith("L14, L15, …", Assert.Throws<GpioLineException>(() => GpioChips.Find(Button("big", "x"), [big])).Message);
    }
}
