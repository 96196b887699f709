using Displays.Pixels;
using Mmm.Hosting;

namespace FbHost.Options;

/// <summary>The kinds of displays.</summary>
internal enum DisplayKind
{
    /// <summary>A window if the host is started in a desktop session, else the first KMS device or framebuffer that can be used.</summary>
    Auto,

    /// <summary>A KMS device.</summary>
    Drm,

    /// <summary>A framebuffer.</summary>
    Fbdev,

    /// <summary>A file.</summary>
    Memory,

    /// <summary>A window of a Wayland compositor.</summary>
    Wayland,

    /// <summary>A window of an X server.</summary>
    X11,
}

/// <summary>A parsed display option.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Path">The device or file; empty if the host chooses it.</param>
/// <param name="Width">The width of a memory display or window in pixels; 0 if it was not given.</param>
/// <param name="Height">The height.</param>
/// <param name="Connector">The connector of a KMS device; empty if the host chooses it.</param>
internal sealed record DisplayChoice(DisplayKind Kind, string Path, int Width, int Height, string Connector = "")
{
    /// <summary>The pixel format of a memory display.</summary>
    public PixelLayout Format { get; init; } = NamedLayouts.Xrgb8888;

    /// <summary>The forms of the option.</summary>
    public const string Forms = "auto, drm:PATH[:CONNECTOR], fbdev:PATH, wayland[:WIDTHxHEIGHT], x11[:WIDTHxHEIGHT] "
        + "or memory:WIDTHxHEIGHT[:FORMAT][@FILE]";

    /// <summary>True for a window: the host then takes no terminal and no device of the machine.</summary>
    public bool IsWindow => Kind is DisplayKind.Wayland or DisplayKind.X11;

    /// <summary>True if the host takes a screen of the machine and its terminal.</summary>
    public bool TakesScreen => Kind != DisplayKind.Memory && !IsWindow;

    /// <summary>Parses the option. Returns null and a fault, which continues "--display is X; ", if it is not valid.</summary>
    public static DisplayChoice? Parse(string text, out string fault)
    {
        fault = $"it must be {Forms}";
        var colon = text.IndexOf(':');
        var (kind, rest) = colon < 0 ? (text, "") : (text[..colon], text[(colon + 1)..]);
        return (kind, colon >= 0) switch
        {
            ("auto", false) => new DisplayChoice(DisplayKind.Auto, "", 0, 0),
            ("drm", true) when rest.Length > 0 => Drm(rest),
            ("fbdev", true) when rest.Length > 0 => new DisplayChoice(DisplayKind.Fbdev, rest, 0, 0),
            ("memory", true) => Memory(rest, ref fault),
            ("wayland", false) => new DisplayChoice(DisplayKind.Wayland, "", 0, 0),
            ("wayland", true) => Sized(DisplayKind.Wayland, rest, ref fault),
            ("x11", false) => new DisplayChoice(DisplayKind.X11, "", 0, 0),
            ("x11", true) => Sized(DisplayKind.X11, rest, ref fault),
            _ => null,
        };
    }

    /// <summary>Replaces auto by the window system of the session in which the host is started, if there is one.</summary>
    /// <param name="variable">Returns an environment variable.</param>
    public DisplayChoice OnDesktop(Func<string, string?> variable) =>
        Kind != DisplayKind.Auto ? this
        : !string.IsNullOrEmpty(variable("WAYLAND_DISPLAY")) ? this with { Kind = DisplayKind.Wayland }
        : !string.IsNullOrEmpty(variable("DISPLAY")) ? this with { Kind = DisplayKind.X11 }
        : this;

    private static DisplayChoice? Sized(DisplayKind kind, string text, ref string fault)
    {
        var size = text.Split('x');
        if (size.Length != 2 || !int.TryParse(size[0], out var width) || !int.TryParse(size[1], out var height))
            return null;
        var most = kind == DisplayKind.Memory ? ClientState.MaxSide : Desktop.IWindow.MaxSide;
        if (width >= 1 && width <= most && height >= 1 && height <= most)
            return new DisplayChoice(kind, "", width, height);
        fault = $"width and height must be 1 to {most}";
        return null;
    }

    private static DisplayChoice? Memory(string text, ref string fault)
    {
        var at = text.IndexOf('@');
        var form = (at < 0 ? text : text[..at]).Split(':');
        if (at == text.Length - 1 || form.Length > 2 || Sized(DisplayKind.Memory, form[0], ref fault) is not { } sized)
            return null;
        if (NamedLayouts.Parse(form.Length > 1 ? form[1] : "xrgb8888", out var formatFault) is { } layout)
            return sized with { Path = at < 0 ? "" : text[(at + 1)..], Format = layout };
        fault = $"as for its format, {formatFault}";
        return null;
    }

    // A path may contain colons itself, for example /dev/dri/by-path/pci-0000:00:02.0-card; a connector's name begins with a letter. A name
    // without a directory is one of /dev/dri.
    private static DisplayChoice Drm(string text)
    {
        if (!text.Contains('/'))
            text = "/dev/dri/" + text;
        var colon = text.LastIndexOf(':');
        var connector = text[(colon + 1)..];
        return colon > 0 && connector.Length > 0 && char.IsAsciiLetter(connector[0])
            && connector.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
            ? new DisplayChoice(DisplayKind.Drm, text[..colon], 0, 0, connector)
            : new DisplayChoice(DisplayKind.Drm, text, 0, 0);
    }
}
