using System.Diagnostics.CodeAnalysis;

namespace AlsaSink;

/// <summary>What kind of output the host is asked for.</summary>
public enum AudioKind
{
    /// <summary>The first card with playback, preferred ones first; while there is none, frames are discarded at the right pace.</summary>
    Auto,

    /// <summary>Frames are discarded at the right pace.</summary>
    None,

    /// <summary>The ALSA device <see cref="AudioOptions.Name"/>.</summary>
    Alsa,

    /// <summary>The card with <see cref="AudioOptions.Name"/> as its id or in its name, as soon as it is there.</summary>
    Card,

    /// <summary>The WAV file <see cref="AudioOptions.Name"/>.</summary>
    Wav,
}

/// <summary>The host's option <c>--audio auto|none|alsa:NAME|alsa:card=NAME|wav:FILE</c>, and how a card is used.</summary>
/// <param name="Kind">The kind of output.</param>
/// <param name="Name">The device, card or file; empty for auto and none.</param>
public sealed record AudioOptions(AudioKind Kind, string Name = "")
{
    /// <summary>Two periods of 64 frames, ms.</summary>
    public const double MinLatencyMs = 2.67;

    /// <summary>The longest latency, ms.</summary>
    public const double MaxLatencyMs = 500;

    /// <summary>The latency unless configured, ms.</summary>
    public const double DefaultLatencyMs = 20;

    /// <summary>From mixing to sound, ms, as asked of a card; <see cref="OutputStatus"/> says what it granted.</summary>
    public double LatencyMs { get; init; } = DefaultLatencyMs;

    /// <summary>SCHED_FIFO priority of the thread that plays to a card, 1 to 99; 0 for an ordinary thread.</summary>
    public int Priority { get; init; } = 10;

    /// <summary>Card ids or parts of names that <see cref="AudioKind.Auto"/> prefers, best first.</summary>
    public IReadOnlyList<string> Prefer { get; init; } = [];

    /// <summary>These options on another output.</summary>
    public AudioOptions On(AudioOptions other) => this with { Kind = other.Kind, Name = other.Name };

    /// <summary>Reads the option's text.</summary>
    /// <param name="text">Such as <c>alsa:plughw:0</c>.</param>
    /// <param name="options">The options, or null on an error.</param>
    /// <param name="error">One line for people, or null.</param>
    /// <returns>Whether the text is right.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out AudioOptions? options, [NotNullWhen(false)] out string? error)
    {
        options = text switch
        {
            "auto" => new AudioOptions(AudioKind.Auto),
            "none" => new AudioOptions(AudioKind.None),
            _ when Name("alsa:card=") is { } card => new AudioOptions(AudioKind.Card, card),
            "alsa:card=" => null,
            _ when Name("alsa:") is { } device => new AudioOptions(AudioKind.Alsa, device),
            _ when Name("wav:") is { } file => new AudioOptions(AudioKind.Wav, file),
            _ => null,
        };
        error = options is null ? $"--audio {text}: not understood; use auto, none, alsa:NAME, alsa:card=NAME or wav:FILE" : null;
        return options is not null;

        // A zero byte would end the name early in C.
        string? Name(string kind) =>
            text.Length > kind.Length && text.StartsWith(kind, StringComparison.Ordinal) && !text.Contains('\0')
                ? text[kind.Length..] : null;
    }

    /// <summary>
    /// Makes the output for an <see cref="AudioSink"/>. <c>alsa:NAME</c> is opened once and closed again, and <c>wav:FILE</c> is created,
    /// so that what was asked for by name fails now; <c>auto</c> and <c>alsa:card=NAME</c> only look at <c>/proc/asound</c>: the card may
    /// come later, and neither libasound nor a device is touched before the first sound, for a fast start.
    /// </summary>
    /// <param name="log">Is given a line after a sound with xruns, ever more of them; called on the audio thread.</param>
    /// <param name="info">Is given one line when real-time priority is not permitted; called on the audio thread.</param>
    /// <returns>The output, or null for none.</returns>
    /// <exception cref="AudioException">The device or file that was named cannot be had.</exception>
    public IPcmOutput? Open(Action<string>? log = null, Action<string>? info = null) => Open(log, info, SoundCards.Proc);

    internal IPcmOutput? Open(Action<string>? log, Action<string>? info, string procAsound)
    {
        switch (Kind)
        {
            case AudioKind.Alsa:
                AlsaPcm pcm = Pcm(CardChoice.OfDevice(Name, procAsound));
                pcm.Probe();
                return pcm;
            case AudioKind.Card:
                return Pcm(CardChoice.OfCard(Name, procAsound));
            case AudioKind.Auto:
                return Pcm(CardChoice.Auto(Prefer, procAsound));
            case AudioKind.Wav:
                return new WavFile(Name);
            default:
                return null;
        }

        AlsaPcm Pcm(CardChoice choice) => new(choice, new AudioLatency(LatencyMs), log, new AlsaCard(), new MonotonicClock())
        {
            Priority = Priority > 0 ? new RealTime(Priority, info) : null,
        };
    }
}
