using System.Diagnostics.CodeAnalysis;

namespace AlsaSink;

/// <summary>What kind of output the host is asked for.</summary>
public enum AudioKind
{
    /// <summary>ALSA's <c>default</c>, else the first card; nothing if there is no card.</summary>
    Auto,

    /// <summary>Frames are discarded at the right pace.</summary>
    None,

    /// <summary>The ALSA device <see cref="AudioOptions.Name"/>.</summary>
    Alsa,

    /// <summary>The WAV file <see cref="AudioOptions.Name"/>.</summary>
    Wav,
}

/// <summary>The host's option <c>--audio auto|none|alsa:NAME|wav:FILE</c>.</summary>
/// <param name="Kind">The kind of output.</param>
/// <param name="Name">The device or file; empty for auto and none.</param>
public sealed record AudioOptions(AudioKind Kind, string Name = "")
{
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
            _ when Name("alsa:") is { } device => new AudioOptions(AudioKind.Alsa, device),
            _ when Name("wav:") is { } file => new AudioOptions(AudioKind.Wav, file),
            _ => null,
        };
        error = options is null ? $"--audio {text}: not understood; use auto, none, alsa:NAME or wav:FILE" : null;
        return options is not null;

        // A zero byte would end the name early in C.
        string? Name(string kind) =>
            text.Length > kind.Length && text.StartsWith(kind, StringComparison.Ordinal) && !text.Contains('\0')
                ? text[kind.Length..] : null;
    }

    /// <summary>
    /// Makes the output for an <see cref="AudioSink"/>. <c>alsa:NAME</c> is opened once and closed again, and <c>wav:FILE</c> is created,
    /// so that what was asked for by name fails now; <c>auto</c> only looks at <c>/proc/asound</c> and neither loads libasound nor
    /// opens a device before the first sound, for a fast start.
    /// </summary>
    /// <param name="log">Is given a line when <c>auto</c> finds no card, and one after a sound with xruns (on the audio thread).</param>
    /// <returns>The output, or null for none.</returns>
    /// <exception cref="AudioException">The device or file that was named cannot be had.</exception>
    public IPcmOutput? Open(Action<string>? log = null) => Open(log, SoundCards.Proc);

    internal IPcmOutput? Open(Action<string>? log, string procAsound)
    {
        switch (Kind)
        {
            case AudioKind.Alsa:
                AlsaPcm pcm = new([Name], log: log);
                pcm.Probe();
                return pcm;
            case AudioKind.Wav:
                return new WavFile(Name);
            case AudioKind.Auto when SoundCards.FirstPlayback(procAsound) is { } card:
                return new AlsaPcm(["default", $"plughw:{card}"], SoundCards.Name(card, procAsound), log);
            case AudioKind.Auto:
                log?.Invoke("audio: no sound card; sound is discarded");
                return null;
            default:
                return null;
        }
    }
}
