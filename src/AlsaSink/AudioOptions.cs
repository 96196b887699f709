using System.Diagnostics.CodeAnalysis;

namespace AlsaSink;

/// <summary>The kind of output that the host uses.</summary>
public enum AudioKind
{
    /// <summary>The first card with playback, preferred cards first. Without a card, frames are discarded at the playback rate.</summary>
    Auto,

    /// <summary>Frames are discarded at the playback rate.</summary>
    None,

    /// <summary>The ALSA device <see cref="AudioOptions.Name"/>.</summary>
    Alsa,

    /// <summary>The card whose id is <see cref="AudioOptions.Name"/> or whose name contains it, as soon as that card exists.</summary>
    Card,

    /// <summary>The WAV file <see cref="AudioOptions.Name"/>.</summary>
    Wav,
}

/// <summary>The host's option <c>--audio auto|none|alsa:NAME|alsa:card=NAME|wav:FILE</c>, and the settings of a card.</summary>
/// <param name="Kind">The kind of output.</param>
/// <param name="Name">The device, card or file; empty for auto and none.</param>
public sealed record AudioOptions(AudioKind Kind, string Name = "")
{
    /// <summary>The shortest latency, ms: two periods of 64 frames.</summary>
    public const double MinLatencyMs = 2.67;

    /// <summary>The longest latency, ms.</summary>
    public const double MaxLatencyMs = 500;

    /// <summary>The latency if none is configured, ms.</summary>
    public const double DefaultLatencyMs = 20;

    /// <summary>The latency from mixing to sound to request from a card, ms. <see cref="OutputStatus"/> has the granted one.</summary>
    public double LatencyMs { get; init; } = DefaultLatencyMs;

    /// <summary>SCHED_FIFO priority of the thread that plays to a card, 1 to 99; 0 for an ordinary thread.</summary>
    public int Priority { get; init; } = 10;

    /// <summary>The card ids or parts of card names that <see cref="AudioKind.Auto"/> prefers, the best one first.</summary>
    public IReadOnlyList<string> Prefer { get; init; } = [];

    /// <summary>Returns these options with the kind and name of another output.</summary>
    public AudioOptions On(AudioOptions other) => this with { Kind = other.Kind, Name = other.Name };

    /// <summary>Parses the text of the option.</summary>
    /// <param name="text">The text, such as <c>alsa:plughw:0</c>.</param>
    /// <param name="options">The options, or null on an error.</param>
    /// <param name="error">One line for people, or null.</param>
    /// <returns>Whether the text is valid.</returns>
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

        // A name with a zero byte is rejected, because in C it would end there.
        string? Name(string kind) =>
            text.Length > kind.Length && text.StartsWith(kind, StringComparison.Ordinal) && !text.Contains('\0')
                ? text[kind.Length..] : null;
    }

    /// <summary>
    /// Creates the output for an <see cref="AudioSink"/>. For <c>alsa:NAME</c> the device is opened once and closed again, and for
    /// <c>wav:FILE</c> the file is created, so that a wrong name is reported now. <c>auto</c> and <c>alsa:card=NAME</c> only read
    /// <c>/proc/asound</c>: the card may appear later. Neither libasound nor a device is opened before the first sound, so that the host
    /// starts fast.
    /// </summary>
    /// <param name="log">
    /// Receives a line after the first xrun, and later each time the number of xruns has doubled; called on the audio thread.
    /// </param>
    /// <param name="info">Receives one line if real-time priority is not permitted; called on the audio thread.</param>
    /// <returns>The output, or null if <see cref="Kind"/> is <see cref="AudioKind.None"/>.</returns>
    /// <exception cref="AudioException">The named device cannot be opened, or the named file cannot be created.</exception>
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
