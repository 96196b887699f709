using System.Globalization;

namespace AlsaSink;

/// <summary>The ALSA devices that an output tries in order. They are looked up each time, because cards come and go.</summary>
internal sealed class CardChoice
{
    private readonly Func<string[]> _names;

    private CardChoice(Func<string[]> names, string description, string nothingThere, string proc) =>
        (_names, Description, NothingThere, Proc) = (names, description, nothingThere, proc);

    /// <summary>The description for people while no card has been opened.</summary>
    public string Description { get; }

    /// <summary>The error message if there is no device to try.</summary>
    public string NothingThere { get; }

    /// <summary>The directory in which the kernel lists its cards.</summary>
    public string Proc { get; }

    /// <summary>Returns ALSA device names; an empty list if no such card exists now.</summary>
    public IReadOnlyList<string> Names() => _names();

    /// <summary>
    /// Chooses one device by its ALSA name. A <c>hw:</c> device without the right rate is used through ALSA's conversion, and one that
    /// takes only IEC958 subframes through the plugin for them.
    /// </summary>
    public static CardChoice OfDevice(string name, string proc = SoundCards.Proc) =>
        new(() => name.StartsWith("hw:", StringComparison.Ordinal) ? [name, $"plug{name}", Subframes(name)] : [name], name, "", proc);

    /// <summary>
    /// Chooses the first card that has this text as its id or in its name; with a comma, the first such card's device that has the text
    /// after the comma in its name. If it does not work, the next card of that name.
    /// </summary>
    public static CardChoice OfCard(string text, string proc = SoundCards.Proc) => new(
        () => [.. FirstOfEachCard(SoundCards.Playbacks(proc).Where(c => c.Matches(text))).SelectMany(Names)],
        text,
        $"audio: no sound card named {text}; sound is discarded until there is one (see /proc/asound/cards)",
        proc);

    /// <summary>
    /// Chooses the first card that matches a preference, trying the preferences in order; if none matches, the first card. If that card
    /// does not work or is busy, the other cards follow in the same order, and ALSA's default device at last.
    /// </summary>
    public static CardChoice Auto(IReadOnlyList<string> prefer, string proc = SoundCards.Proc) => new(
        () => BestFirst(prefer, proc) is { Count: > 0 } found ? [.. found.SelectMany(Names), "default"] : [],
        BestFirst(prefer, proc) is [var first, ..] ? first.Name : "no sound card",
        "audio: no sound card; sound is discarded until there is one",
        proc);

    private static List<PlaybackDevice> BestFirst(IReadOnlyList<string> prefer, string proc)
    {
        IReadOnlyList<PlaybackDevice> all = SoundCards.Playbacks(proc);
        IEnumerable<PlaybackDevice> preferred = prefer.Select(text => all.FirstOrDefault(c => c.Matches(text))).OfType<PlaybackDevice>();
        return [.. FirstOfEachCard(preferred.Concat(all))];
    }

    private static IEnumerable<PlaybackDevice> FirstOfEachCard(IEnumerable<PlaybackDevice> devices) => devices.DistinctBy(d => d.Card);

    // alsa-lib's own definition of a card may know what the card needs beyond a conversion of formats: sysdefault is the card's first
    // device, and hdmi counts only the devices for HDMI.
    private static IEnumerable<string> Names(PlaybackDevice device)
    {
        string hw = string.Create(CultureInfo.InvariantCulture, $"hw:{device.Card},{device.Device}");
        yield return hw;
        yield return $"plug{hw}";
        if (device.Device == 0)
            yield return string.Create(CultureInfo.InvariantCulture, $"sysdefault:CARD={device.Card}");
        if (device.HdmiIndex is { } index)
            yield return string.Create(CultureInfo.InvariantCulture, $"hdmi:CARD={device.Card},DEV={index}");
        yield return Subframes(hw);
    }

    private static string Subframes(string hw) => $"{AlsaCard.Subframes}\"{hw}\"";
}
