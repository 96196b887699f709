using System.Globalization;

namespace InputEvdev;

/// <summary>
/// Corrects positions, as libinput's calibration matrix does: x' = A x + B y + C, y' = D x + E y + F, where x and y are 0 to 1
/// from the left and upper to the right and lower edge of the touch panel.
/// </summary>
public readonly record struct CalibrationMatrix(double A, double B, double C, double D, double E, double F)
{
    private const double Smallest = 1e-6; // A smaller determinant maps the panel almost to a line, so positions cannot be told apart.

    /// <summary>The identity matrix: it leaves positions unchanged.</summary>
    public static CalibrationMatrix Identity => new(1, 0, 0, 0, 1, 0);

    /// <summary>False if the matrix is singular (it maps the whole panel to a line or a point) or has a non-finite element.</summary>
    public bool IsUsable => double.IsFinite(A + B + C + D + E + F) && Math.Abs(A * E - B * D) >= Smallest;

    /// <summary>Returns the corrected position, which may lie outside 0 to 1.</summary>
    public (double X, double Y) Apply(double x, double y) => (A * x + B * y + C, D * x + E * y + F);

    /// <summary>Returns one matrix that applies this correction first and then <paramref name="next"/>.</summary>
    public CalibrationMatrix Then(CalibrationMatrix next) => new(
        next.A * A + next.B * D, next.A * B + next.B * E, next.A * C + next.B * F + next.C,
        next.D * A + next.E * D, next.D * B + next.E * E, next.D * C + next.E * F + next.F);

    /// <summary>Returns the matrix that maps positions on a rotated panel to positions in an upright picture.</summary>
    /// <param name="degrees">The rotation in degrees clockwise: 0, 90, 180 or 270.</param>
    /// <exception cref="ArgumentOutOfRangeException">The angle is none of these four.</exception>
    public static CalibrationMatrix Turn(int degrees) => degrees switch
    {
        0 => Identity,
        90 => new(0, -1, 1, 1, 0, 0),
        180 => new(-1, 0, 1, 0, -1, 1),
        270 => new(0, 1, 0, -1, 0, 1),
        _ => throw new ArgumentOutOfRangeException(nameof(degrees), degrees, "must be 0, 90, 180 or 270"),
    };

    /// <summary>Parses the six numbers of udev's LIBINPUT_CALIBRATION_MATRIX (a third row, 0 0 1, may follow).</summary>
    /// <returns>False if the text is not such a list of numbers, or the matrix is not usable.</returns>
    public static bool TryParse(string text, out CalibrationMatrix matrix)
    {
        matrix = Identity;
        var words = text.Split([' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is not (6 or 9)) return false;
        Span<double> n = stackalloc double[6];
        for (var i = 0; i < 6; i++)
            if (!double.TryParse(words[i], NumberStyles.Float, CultureInfo.InvariantCulture, out n[i])) return false;
        matrix = new CalibrationMatrix(n[0], n[1], n[2], n[3], n[4], n[5]);
        return matrix.IsUsable;
    }
}
