using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using GpioButtons;

namespace FbHost.Options;

/// <summary>The objects of "leds" and the names of "apps[].leds"; see docs/configuration.md.</summary>
internal static class LedsConfig
{
    private const int MostLeds = 64;
    private const int LongestName = 32; // so that a message has room for it
    private const int LongestLed = 64; // LED_MAX_NAME_SIZE of the kernel
    private const int ShortestPeriodUs = 10, LongestPeriodUs = 1_000_000;

    private sealed class Draft
    {
        public LedConfig Led { get; set; } = new();

        public (int Number, string? Name) Chip { get; set; }

        public (int Number, string? Name)? Line { get; set; }

        public bool HasChip { get; set; }

        public bool ActiveLow { get; set; }
    }

    private sealed class PwmDraft
    {
        public PwmChannel Pwm { get; set; } = new(0, 0, PwmChannel.DefaultPeriodUs);
    }

    /// <summary>LEDs and other outputs.</summary>
    public static ConfigKey<ServeOptions> Leds() => new ConfigKey<ServeOptions, IReadOnlyList<LedConfig>>(
        "leds", new LedsType(), (o, v) => o.Leds = v, "LEDs and other outputs.", keepsValidItems: true);

    /// <summary>The names of the LEDs that an app may set.</summary>
    public static readonly ListType<string> Names = new(Name);

    /// <summary>Adds a fault for each name in "apps[].leds" that no LED has.</summary>
    public static void CheckApps(JsonValue root)
    {
        var names = NamesIn(root);
        foreach (var name in (root.Member("apps")?.Items ?? []).SelectMany(a => a.Member("leds")?.Items ?? []))
        {
            if (name.AsText is { } text && !names.Contains(text))
                name.Fault(NoLed(text, names));
        }
    }

    /// <summary>The names of "leds" as they are written, also those of LEDs with a fault.</summary>
    public static IReadOnlyList<string> NamesIn(JsonValue root) =>
        [.. (root.Member("leds")?.Items ?? []).Select(l => l.Member("name")?.AsText).OfType<string>()];

    /// <summary>The fault of a name that no LED has.</summary>
    public static string NoLed(string text, IReadOnlyList<string> names) =>
        names.Count == 0 ? "it must name one of \"leds\", and there are none"
        : Suggestion.For(text, names) is { } meant ? $"did you mean \"{meant}\"?"
        : $"it must name one of \"leds\": {string.Join(", ", names)}";

    private static TextType Name => new(
        t => t.Length > 0 && t.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? null : "it must be one word of letters, digits, \"-\", \"_\" and \".\"",
        most: LongestName);

    private static ObjectType<Draft> Led() => new(() => new Draft(),
    [
        new ConfigKey<Draft, string>("name", Name, (d, v) => d.Led = d.Led with { Name = v },
            "The name by which mmmctl and apps set the LED.", isRequired: true),
        new ConfigKey<Draft, (int Number, string? Name)>("chip", ConfigTypes.GpioChip, (d, v) => (d.Chip, d.HasChip) = (v, true),
            "For a GPIO line: N of /dev/gpiochipN, or the chip's label.", "0"),
        new ConfigKey<Draft, (int Number, string? Name)>("line", ConfigTypes.GpioLine, (d, v) => d.Line = v,
            "A GPIO line: its number or name."),
        new ConfigKey<Draft, bool>("activeLow", ConfigTypes.Flag, (d, v) => d.ActiveLow = v,
            "Whether the line or the PWM channel is low while the LED is on.", "false"),
        new ConfigKey<Draft, string>("led",
            new TextType(t => t.Length > 0 && !t.Contains('/') && t[0] != '.' ? null : "it must name a folder in /sys/class/leds",
                Places.Led, most: LongestLed),
            (d, v) => d.Led = d.Led with { Led = v }, "An LED in /sys/class/leds."),
        new ConfigKey<Draft, PwmDraft>("pwm", Pwm(), (d, v) => d.Led = d.Led with { Pwm = v.Pwm }, "A PWM channel."),
        new ConfigKey<Draft, int>("initial", new LevelType(), (d, v) => d.Led = d.Led with { Initial = v },
            "The state at the start and at the end of the host: off, on or 0 to 100 percent.", "\"off\""),
    ], Fault);

    private static ObjectType<PwmDraft> Pwm() => new(() => new PwmDraft(),
    [
        new ConfigKey<PwmDraft, int>("chip", new IntegerType(0, 255, Places.PwmChip), (d, v) => d.Pwm = d.Pwm with { Chip = v },
            "N of /sys/class/pwm/pwmchipN.", "0"),
        new ConfigKey<PwmDraft, int>("channel", new IntegerType(0, 255), (d, v) => d.Pwm = d.Pwm with { Channel = v },
            "The number of the channel.", isRequired: true),
        new ConfigKey<PwmDraft, int>("periodUs", new IntegerType(ShortestPeriodUs, LongestPeriodUs),
            (d, v) => d.Pwm = d.Pwm with { PeriodUs = v }, "The period in microseconds.", "1000"),
    ]);

    private static string? Fault(Draft d)
    {
        var outputs = (d.Line is null ? 0 : 1) + (d.Led.Led is null ? 0 : 1) + (d.Led.Pwm is null ? 0 : 1);
        if (outputs != 1)
            return "it must have one of \"line\", \"led\" and \"pwm\"";
        if (d.HasChip && d.Line is null)
            return "\"chip\" is for a \"line\" only";
        return d.ActiveLow && d.Led.Led is not null ? "\"activeLow\" is not for an LED of /sys/class/leds, whose driver knows it" : null;
    }

    private static LedConfig Config(Draft d) => d.Led with
    {
        ActiveLow = d.ActiveLow && d.Line is null,
        Line = d.Line is { } line ? new OutputConfig(d.Led.Name, d.Chip.Number, line.Number, d.ActiveLow)
        {
            ChipLabel = d.Chip.Name, LineName = line.Name,
        } : null,
    };

    // A list of which no two have the same name or the same output.
    private sealed class LedsType : ConfigType<IReadOnlyList<LedConfig>>
    {
        private readonly ListType<Draft> _list = new(Led(), most: MostLeds, must: $"it must be a list of at most {MostLeds} LEDs");

        public override bool TryRead(JsonValue v, [MaybeNullWhen(false)] out IReadOnlyList<LedConfig> value)
        {
            value = null;
            var isValid = _list.TryRead(v, out var drafts);
            if (drafts is null)
                return false;
            LedConfig[] all = [.. drafts.Select(Config)];
            for (var i = 0; i < all.Length && isValid; i++) // an item with a fault of its own has no place among the others
            {
                if (all[..i].Any(l => l.Name == all[i].Name))
                    v.Items![i].Fault($"another LED is named {all[i].Name} already; give it a \"name\" of its own");
                else if (all[..i].Any(l => l.Place == all[i].Place))
                    v.Items![i].Fault($"another entry uses {all[i].Place} already; leave out one of them");
            }
            value = [.. all.DistinctBy(l => l.Name).DistinctBy(l => l.Place)];
            return isValid && value.Count == all.Length;
        }

        public override void WriteSchema(Utf8JsonWriter w) => _list.WriteSchema(w);
    }

    // "off", "on" or percent.
    private sealed class LevelType : ConfigType<int>
    {
        private readonly WordType _words = new("off", "on");

        public override bool TryRead(JsonValue v, out int value)
        {
            value = v.AsText is "on" ? 100 : 0;
            return v.AsText is "on" or "off"
                || (v.AsNumber is not null && ConfigTypes.Percent.TryRead(v, out value))
                || (v.AsNumber is null && v.Fault("it must be \"off\", \"on\" or a whole number from 0 to 100"));
        }

        public override void WriteSchema(Utf8JsonWriter w)
        {
            w.WriteStartArray("anyOf");
            foreach (ConfigType type in (ConfigType[])[_words, ConfigTypes.Percent])
            {
                w.WriteStartObject();
                type.WriteSchema(w);
                w.WriteEndObject();
            }
            w.WriteEndArray();
        }
    }
}
