namespace GpioButtons.Gestures;

/// <summary>
/// Counts the detents of a rotary encoder by its two lines A and B, whose levels follow a Gray code: one of them changes at a time. Each
/// such change is a step; a change back is a step back, so contacts that bounce do not move it. If both lines have changed, the direction
/// is not known, and nothing moves.
/// </summary>
/// <param name="a">The level of A at the beginning, while the encoder rests.</param>
/// <param name="b">The level of B at the beginning.</param>
/// <param name="steps">The steps from one detent to the next: 1, 2 or 4.</param>
public sealed class QuadratureDecoder(bool a, bool b, int steps)
{
    private readonly int _rest = Phase(a, b);
    private int _phase = Phase(a, b);
    private int _moved; // steps from the last detent
    private bool _isUnsure; // steps were lost since the last detent

    /// <summary>Handles the levels of the lines after a change of either or both.</summary>
    /// <returns>1 for a detent clockwise (A changes before B), -1 for one counterclockwise, 0 for none.</returns>
    public int Turn(bool newA, bool newB)
    {
        var phase = Phase(newA, newB);
        var step = (phase - _phase + 4) % 4;
        _phase = phase;
        if (step == 2)
            _isUnsure = true;
        else
            _moved += step == 3 ? -1 : step;
        var detent = _moved / steps;
        _moved -= detent * steps;
        // With four steps, the encoder rests in one phase only: there, what is left of lost steps is dropped.
        if (_isUnsure && phase == _rest)
            (_moved, _isUnsure) = (0, false);
        return detent;
    }

    // The number of the phase; clockwise it grows: 00, 10, 11, 01 for A and B.
    private static int Phase(bool a, bool b) => a ? (b ? 2 : 1) : (b ? 3 : 0);
}
