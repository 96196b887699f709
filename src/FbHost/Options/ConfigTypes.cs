namespace FbHost.Options;

/// <summary>Types that several keys of the configuration have.</summary>
internal static class ConfigTypes
{
    public static readonly FlagType Flag = new();

    public static readonly ChoiceType QuarterTurn = new(0, 90, 180, 270);

    public static readonly IntegerType Percent = new(0, 100);

    /// <summary>N of /dev/gpiochipN, or the label of the chip.</summary>
    public static readonly NumberOrNameType GpioChip =
        new(new IntegerType(0, 255, Places.Chip), GpioName("a GPIO chip", Places.ChipLabel), "pinctrl-rp1");

    /// <summary>The number or the name of a GPIO line.</summary>
    public static readonly NumberOrNameType GpioLine = new(new IntegerType(0, 1023), GpioName("a line"), "GPIO17");

    // The kernel's names of chips and lines have at most 31 bytes (GPIO_MAX_NAME_SIZE).
    private static TextType GpioName(string what, Func<string, string?>? place = null) =>
        new(t => t.Length > 0 ? null : $"it must name {what}", place, most: 31);

    /// <summary>The messages on which the host may act.</summary>
    public static readonly ListType<int> Messages = new(new WordType(ServeOptions.KnownMessages));

    /// <summary>Returns the messages of a list that was read.</summary>
    public static HashSet<string> MessagesOf(IReadOnlyList<int> list) => [.. list.Select(i => ServeOptions.KnownMessages[i])];

    /// <summary>A name or path, which must not be empty.</summary>
    /// <param name="what">What it names, for the message "it must name ...".</param>
    /// <param name="place">Returns what is wrong with the named thing on this machine; null if nothing is.</param>
    public static TextType Name(string what, Func<string, string?>? place = null) =>
        new(t => t.Length > 0 ? null : $"it must name {what}", place);

    /// <summary>The full path of a file that the host reads.</summary>
    public static readonly TextType FullPath =
        new(t => t.StartsWith('/') ? null : "it must be the full path of a file", Places.File);
}
