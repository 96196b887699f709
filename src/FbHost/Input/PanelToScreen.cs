using Displays;
using Displays.Pixels;
using InputEvdev;

namespace FbHost.Input;

/// <summary>
/// From places on the panel, which touch screens and tablets give, to pixels of the screen, which clients are given: the one place that
/// knows how the panel hangs and how large the screen is now.
/// </summary>
/// <param name="display">The screen, as clients see it. Its size may change.</param>
/// <param name="orientation">How the panel hangs.</param>
internal sealed class PanelToScreen(IDisplay display, Orientation orientation)
{
    /// <summary>From fractions of the panel to fractions of the screen.</summary>
    public CalibrationMatrix Matrix { get; } = MatrixOf(orientation);

    /// <summary>The screen's size now, pixels.</summary>
    public (int Width, int Height) Size => (display.Width, display.Height);

    /// <summary>The panel's size now, pixels.</summary>
    public (int Width, int Height) PanelSize => orientation.Size(display.Width, display.Height);

    /// <summary>The size has changed.</summary>
    public event Action? Resized
    {
        add => display.Resized += value;
        remove => display.Resized -= value;
    }

    /// <summary>The place on the screen, pixels, of one on the panel, 0 to 1.</summary>
    public (double X, double Y) ToPixels(double x, double y)
    {
        (x, y) = Matrix.Apply(x, y);
        return Clamp(x * (display.Width - 1), y * (display.Height - 1));
    }

    /// <summary>The pixel of the screen that is nearest.</summary>
    public (double X, double Y) Clamp(double x, double y) => (Math.Clamp(x, 0, display.Width - 1), Math.Clamp(y, 0, display.Height - 1));

    /// <summary>What <see cref="Matrix"/> is for a panel that hangs so.</summary>
    public static CalibrationMatrix MatrixOf(Orientation orientation)
    {
        var (x, y) = orientation.ToClient(0.0, 0.0);
        var (rightX, rightY) = orientation.ToClient(1.0, 0.0);
        var (downX, downY) = orientation.ToClient(0.0, 1.0);
        return new CalibrationMatrix(rightX - x, downX - x, x, rightY - y, downY - y, y);
    }
}
