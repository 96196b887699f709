using System.Globalization;

namespace AlsaSink;

/// <summary>Which devices of ALSA an output tries, first to last; looked up anew each time, because cards come and go.</summary>
internal sealed class CardChoice
{
    private readonly Func<string[]> _names;

    private CardChoice(Func<string[]> names, string description, string nothingThere, string proc) =>
        (_names, Description, NothingThere, Proc) = (names, description, nothingThere, proc);

    /// <summary>For people, as long as no card has been opened.</summary>
    public string Description { get; }

    /// <summary>The fault when there is no name to try.</summary>
    public string NothingThere { get; }

    /// <summary>Where the kernel lists its cards.</summary>
    public string Proc { get; }

    /// <summary>ALSA device names; none if no such card is there now.</summary>
    public IReadOnlyList<string> Names() => _names();

    /// <summary>One device by its ALSA name. A card by itself (<c>hw:</c>) that has not the rate is used with ALSA's conversion.</summary>
    public static CardChoice OfDevice(string name, string proc = SoundCards.Proc) =>
        new(() => name.StartsWith("hw:", StringComparison.Ordinal) ? [name, $"plug{name}"] : [name], name, "", proc);

    /// <summary>The first card with this id or with this in its name.</summary>
    public static CardChoice OfCard(string text, string proc = SoundCards.Proc) => new(
        () => SoundCards.Playbacks(proc).FirstOrDefault(c => c.Matches(text)) is { } found ? Names(found) : [],
        text,
        $"audio: no sound card named {text}; sound is discarded until there is one (see /proc/asound/cards)",
        proc);

    /// <summary>
    /// The first card that matches the first preference that any matches, else the first card; ALSA's default if it is busy.
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
