using Displays;
using Displays.Pixels;
using FbHost.Options;

namespace FbHost;

/// <summary>
/// How the panel is mounted, which can change while the host runs. A window shows the picture upright, as a person sees it who stands
/// before the panel, so it only exchanges width and height.
/// </summary>
internal sealed class Rotation
{
    private readonly OrientedDisplay _display;
    private readonly DesktopWindow? _window;
    private bool _mirrorX;
    private bool _mirrorY;

    /// <param name="display">The display, which is upright and gets the orientation of the options.</param>
    /// <param name="window">The host's window, which has been created for the rotation of the options; null if it is none.</param>
    /// <param name="options">The host's options.</param>
    /// <param name="log">Takes a line if the panel's driver says how it is mounted, and the options do not.</param>
    public Rotation(OrientedDisplay display, DesktopWindow? window, ServeOptions options, Action<string> log)
    {
        (_display, _window, Degrees) = (display, window, options.Rotate ?? 0);
        Apply(options);
        if (options.Rotate is null && display.Mounting is { } degrees and not 0)
            log($"display: the driver says that the panel is mounted at {degrees} degrees; display.rotate overrides that");
    }

    /// <summary>Degrees clockwise: 0, 90, 180 or 270.</summary>
    public int Degrees { get; private set; }

    /// <summary>Applies the options.</summary>
    public void Apply(ServeOptions options)
    {
        (_mirrorX, _mirrorY) = (options.MirrorX, options.MirrorY);
        TrySet(options.Rotate ?? _display.Mounting ?? 0);
    }

    /// <summary>Rotates the panel. Returns false if the angle is not valid.</summary>
    /// <param name="degrees">Degrees clockwise: 0, 90, 180 or 270.</param>
    public bool TrySet(int degrees)
    {
        if (Orientation.Make(degrees, _mirrorX, _mirrorY, out _) is not { } orientation)
            return false;
        var isOther = IsSideways(degrees) != IsSideways(Degrees);
        Degrees = degrees;
        if (_window is null)
            _display.Turn(orientation);
        else if (isOther)
            _window.Turn();
        return true;
    }

    /// <summary>Rotates the panel by 90 degrees clockwise.</summary>
    public void Turn() => TrySet((Degrees + 90) % 360);

    private static bool IsSideways(int degrees) => degrees is 90 or 270;
}
