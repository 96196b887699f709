using Displays;
using Displays.Pixels;
using InputEvdev;

namespace FbHost.Input;

/// <summary>
/// Converts positions on the panel, which touch screens and tablets report, to pixels of the screen, which clients receive.
/// </summary>
/// <param name="display">The screen in the orientation that clients use. Its size and orientation may change.</param>
internal sealed class PanelToScreen(OrientedDisplay display)
{
    private (Orientation Of, CalibrationMatrix Matrix) _matrix = (display.Orientation, MatrixOf(display.Orientation));

    /// <summary>Converts fractions of the panel to fractions of the screen.</summary>
    public CalibrationMatrix Matrix
    {
        get
        {
            if (_matrix.Of != display.Orientation)
                _matrix = (display.Orientation, MatrixOf(display.Orientation));
            return _matrix.Matrix;
        }
    }

    /// <summary>The screen's current size in pixels.</summary>
    public (int Width, int Height) Size => (display.Width, display.Height);

    /// <summary>The panel's current size in pixels.</summary>
    public (int Width, int Height) PanelSize => display.Orientation.Size(display.Width, display.Height);

    /// <summary>The size has changed.</summary>
    public event Action? Resized
    {
        add => display.Resized += value;
        remove => display.Resized -= value;
    }

    /// <summary>Converts a position on the panel, 0 to 1, to pixels of the screen.</summary>
    public (double X, double Y) ToPixels(double x, double y)
    {
        (x, y) = Matrix.Apply(x, y);
        return Clamp(x * (display.Width - 1), y * (display.Height - 1));
    }

    /// <summary>Converts a pixel of the screen to a position on the panel, 0 to 1: the reverse of <see cref="ToPixels"/>.</summary>
    public (double X, double Y) ToPanel(int x, int y)
    {
        var m = Matrix;
        var determinant = m.A * m.E - m.B * m.D;
        var (dx, dy) = (x / (double)Math.Max(1, display.Width - 1) - m.C, y / (double)Math.Max(1, display.Height - 1) - m.F);
        return ((m.E * dx - m.B * dy) / determinant, (m.A * dy - m.D * dx) / determinant);
    }

    /// <summary>Returns the nearest position on the screen.</summary>
    public (double X, double Y) Clamp(double x, double y) => (Math.Clamp(x, 0, display.Width - 1), Math.Clamp(y, 0, display.Height - 1));

    /// <summary>Returns the <see cref="Matrix"/> for an orientation of the panel.</summary>
    public static CalibrationMatrix MatrixOf(Orientation orientation)
    {
        var (x, y) = orientation.ToClient(0.0, 0.0);
        var (rightX, rightY) = orientation.ToClient(1.0, 0.0);
        var (downX, downY) = orientation.ToClient(0.0, 1.0);
        return new CalibrationMatrix(rightX - x, downX - x, x, rightY - y, downY - y, y);
    }
}
