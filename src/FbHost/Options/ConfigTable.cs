using System.Globalization;
using AlsaSink;
using Displays;

namespace FbHost.Options;

/// <summary>
/// The table of all keys of the configuration: the host reads a file with it, <c>mmm --check</c> checks one, and <c>mmm --schema</c> prints
/// it. docs/configuration.md describes the keys at length.
/// </summary>
internal static class ConfigTable
{
    /// <summary>Makes the keys of the outermost object.</summary>
    public static ConfigKey<ServeOptions>[] Keys() =>
    [
        new ConfigKey<ServeOptions, string>("path", ConfigTypes.Name("the clients' directory"), (o, v) => o.Path = v,
            "The directory of the clients."),
        new ConfigGroup<ServeOptions>("display", Display(), "The display."),
        new ConfigGroup<ServeOptions>("input", InputConfig.Keys(), "Input devices, keyboards and keys."),
        new ConfigGroup<ServeOptions>("audio", Audio(), "Sound."),
        new ConfigKey<ServeOptions, IReadOnlyList<GpioButtons.ButtonConfig>>("buttons", new ListType<GpioButtons.ButtonConfig>(
            AppsConfig.Button()), (o, v) => o.Buttons = v, "Buttons on GPIO lines."),
        new ConfigKey<ServeOptions, IReadOnlyList<AppOptions>>("apps", new ListType<AppOptions>(AppsConfig.App()),
            (o, v) => o.Apps = v, "The apps that the host starts."),
        new ConfigKey<ServeOptions, string>("front", Anything, (o, v) => o.Front = v,
            "The name of the app that is in front and has the keyboard. Default: the first of apps."),
        new ConfigKey<ServeOptions, string>("help", Anything, (o, v) => o.Help = v,
            "A text for the page that is shown while an app keeps ending."),
        new ConfigKey<ServeOptions, IReadOnlyList<string>>("messages", ConfigTypes.Messages,
            (o, v) => o.AllowedMessages = new HashSet<string>(v), "Messages that the host accepts from any client.", "[\"move\"]"),
        new ConfigKey<ServeOptions, string>("$schema", Anything, (_, _) => { }, "The place of this schema, for editors."),
    ];

    private static readonly TextType<string> Anything = new(t => (t, null), least: 0);

    private static ConfigKey<ServeOptions>[] Display() =>
    [
        new ConfigKey<ServeOptions, DisplayChoice>("device",
            new TextType<DisplayChoice>(t => DisplayChoice.Parse(t, out var fault) is { } d ? (d, null) : (null, fault), Places.Display),
            (o, v) => o.Display = v, $"The display: {DisplayChoice.Forms}.", "\"auto\""),
        new ConfigKey<ServeOptions, DrmMode>("mode",
            new TextType<DrmMode>(t => DrmMode.Parse(t) is { } m
                ? (m, null)
                : (null, "it must be WIDTHxHEIGHT or WIDTHxHEIGHT@HZ, as in \"1280x720@60\"")),
            (o, v) => o.DisplayMode = v, "The mode of a KMS display. Default: the monitor's preferred mode."),
        new ConfigKey<ServeOptions, DrmFormat?>("format",
            new WordType<DrmFormat?>(("auto", null), ("xrgb8888", DrmFormat.Parse("xrgb8888")), ("rgb565", DrmFormat.Parse("rgb565"))),
            (o, v) => o.DisplayFormat = v, "The pixel format of a KMS display.", "\"auto\""),
        new ConfigKey<ServeOptions, int>("rotate", ConfigTypes.QuarterTurn, (o, v) => o.Rotate = v,
            "How the panel is mounted, in degrees clockwise.", "0"),
        new ConfigKey<ServeOptions, (bool X, bool Y)>("mirror",
            new WordType<(bool X, bool Y)>(("none", (false, false)), ("x", (true, false)), ("y", (false, true)), ("xy", (true, true))),
            (o, v) => (o.MirrorX, o.MirrorY) = v, "Mirrors the picture before it is rotated: x is left to right.", "\"none\""),
        new ConfigKey<ServeOptions, bool>("dither", ConfigTypes.Flag, (o, v) => o.Dither = v,
            "Ordered dithering on displays with less than 24 bits per pixel.", "true"),
        new ConfigKey<ServeOptions, string>("splash", ConfigTypes.Name("a PNG file", Places.File), (o, v) => o.Splash = v,
            "A PNG that is shown until the first frame of the first client."),
        new ConfigKey<ServeOptions, TimeSpan>("blankAfter",
            new TextType<TimeSpan>(t => TimeSpan.TryParseExact(t, @"hh\:mm\:ss", CultureInfo.InvariantCulture, out var time)
                ? (time, null)
                : (default, "it must be a time as in \"00:10:00\" (hours, minutes, seconds); \"00:00:00\" is never")),
            (o, v) => o.BlankAfter = v, "The time without input, HH:MM:SS, after which the screen is turned off.", "\"00:00:00\""),
        new ConfigKey<ServeOptions, bool>("cursor", new WordType<bool>(("auto", true), ("never", false)), (o, v) => o.Cursor = v,
            "Whether an arrow is shown while a mouse moves.", "\"auto\""),
    ];

    private static ConfigKey<ServeOptions>[] Audio() =>
    [
        new ConfigKey<ServeOptions, AudioOptions>("device",
            new TextType<AudioOptions>(t => AudioOptions.TryParse(t, out var a, out _)
                ? (a, null)
                : (null, "it must be auto, none, alsa:NAME, alsa:card=NAME or wav:FILE"), Places.Audio),
            (o, v) => o.Audio = o.Audio.On(v), "The sound output: auto, none, alsa:NAME, alsa:card=NAME or wav:FILE.", "\"auto\""),
        new ConfigKey<ServeOptions, IReadOnlyList<string>>("prefer", new ListType<string>(ConfigTypes.Name("a card")),
            (o, v) => o.Audio = o.Audio with { Prefer = v },
            "The cards that auto prefers: ids or parts of names, the best one first.", "[]"),
        new ConfigKey<ServeOptions, double>("latencyMs", new NumberType(AudioOptions.MinLatencyMs, AudioOptions.MaxLatencyMs),
            (o, v) => o.Audio = o.Audio with { LatencyMs = v }, "The time from mixing to sound, in milliseconds.", "20"),
        new ConfigKey<ServeOptions, int>("priority", new IntegerType(0, 99), (o, v) => o.Audio = o.Audio with { Priority = v },
            "The real-time priority of the thread that feeds a card; 0 for none.", "10"),
        new ConfigKey<ServeOptions, int>("volume", ConfigTypes.Percent, (o, v) => o.Sound.Volume = v,
            "The volume in percent, until somebody changes it.", "100"),
        new ConfigKey<ServeOptions, string>("cardControl", ConfigTypes.Name("a control of the card, as in \"Master\""),
            (o, v) => o.Sound.CardControl = v, "A control of the card's own mixer that the volume sets."),
        new ConfigKey<ServeOptions, bool>("limiter", ConfigTypes.Flag, (o, v) => o.Sound.Limits = v,
            "Whether sound beyond full scale is turned down; otherwise it is clipped.", "true"),
        new ConfigKey<ServeOptions, ResamplerQuality>("resampler",
            new WordType<ResamplerQuality>(
                ("low", ResamplerQuality.Low), ("default", ResamplerQuality.Default), ("high", ResamplerQuality.High)),
            (o, v) => o.Sound.Quality = v, "The quality of resampling.", "\"default\""),
        new ConfigKey<ServeOptions, string>("click", ConfigTypes.Name("a WAV file", Places.Wav), (o, v) => o.Sound.Click = v,
            "A WAV file of at most one second that is played at each press."),
        new ConfigKey<ServeOptions, int>("clickVolume", ConfigTypes.Percent, (o, v) => o.Sound.ClickVolume = v,
            "The volume of the click in percent.", "100"),
        new ConfigKey<ServeOptions, string>("state", ConfigTypes.Name("a file", Places.NewFile), (o, v) => o.Sound.State = v,
            "The file in which volumes are kept over restarts."),
    ];
}
