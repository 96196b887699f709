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
    /// Chooses one device by its ALSA name. A <c>hw:</c> device without the right rate is used through ALSA's conversion.
    /// </summary>
    public static CardChoice OfDevice(string name, string proc = SoundCards.Proc) =>
        new(() => name.StartsWith("hw:", StringComparison.Ordinal) ? [name, $"plug{name}"] : [name], name, "", proc);

    /// <summary>Chooses the first card that has this text as its id or in its name.</summary>
    public static CardChoice OfCard(string text, string proc = SoundCards.Proc) => new(
        () => SoundCards.Playbacks(proc).FirstOrDefault(c => c.Matches(text)) is { } found ? Names(found) : [],
        text,
        $"audio: no sound card named {text}; sound is discarded until there is one (see /proc/asound/cards)",
        proc);

    /// <summary>
    /// Chooses the first card that matches a preference, trying the preferences in order; if none matches, the first card. If that card is
    /// busy, ALSA's default device is used.
    /// </summary>
    public static CardChoice Auto(IReadOnlyList<string> prefer, string proc = SoundCards.Proc) => new(
        () => First(prefer, proc) is { } found ? [.. Names(found), "default"] : [],
        First(prefer, proc)?.Name ?? "no sound card",
        "audio: no sound card; sound is discarded until there is one",
        proc);

    private static PlaybackDevice? First(IReadOnlyList<string> prefer, string proc)
    {
        IReadOnlyList<PlaybackDevice> all = SoundCards.Playbacks(proc);
        return prefer.Select(text => all.FirstOrDefault(c => c.Matches(text))).FirstOrDefault(c => c is not null) ?? all.FirstOrDefault();
    }

    private static string[] Names(PlaybackDevice device)
    {
        string hw = string.Create(CultureInfo.InvariantCulture, $"hw:{device.Card},{device.Device}");
        return [hw, $"plug{hw}"];
    }
}
