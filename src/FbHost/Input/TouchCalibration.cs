using System.Globalization;
using FbHost.Clients;
using FbHost.Displays.Pixels;
using FbHost.Options;
using InputEvdev;
using Mmm;

namespace FbHost.Input;

/// <summary>
/// Lets an app calibrate the touch screens by messages: <c>calibrate A B C D E F</c> corrects what is in force, at once; <c>calibrate keep</c>
/// writes that to the configuration; <c>calibrate back</c> takes it back, as does the end of the app. Answered by the events
/// <c>message calibrate ok</c> and <c>message calibrate failed REASON</c>.
/// </summary>
internal sealed class TouchCalibration
{
    private static readonly string[] Key = ["input", "touch", "calibration"];
    private readonly ClientTable _clients;
    private readonly CalibrationMatrix _toScreen;
    private readonly string? _config;
    private readonly Func<CalibrationMatrix> _inForce;
    private readonly Action<CalibrationMatrix> _apply;
    private CalibrationMatrix _kept; // while somebody tries another
    private ClientSession? _tries; // whose correction is in force and not kept

    /// <param name="clients">Whose messages say what to do.</param>
    /// <param name="toScreen">From fractions of the calibrated panel to fractions of the screen.</param>
    /// <param name="inForce">The calibration that is in force.</param>
    /// <param name="config">The configuration's file; null: there is none.</param>
    /// <param name="apply">Puts a calibration in force.</param>
    public TouchCalibration(
        ClientTable clients, CalibrationMatrix toScreen, Func<CalibrationMatrix> inForce, string? config, Action<CalibrationMatrix> apply)
    {
        (_clients, _toScreen, _inForce, _config, _apply) = (clients, toScreen, inForce, config, apply);
        clients.CalibrationAsked += Act;
        clients.Gone += client =>
        {
            if (client == _tries)
                Back();
        };
    }

    private void Act(ClientSession client, string what)
    {
        var failure = what switch
        {
            "keep" => Keep(),
            "back" => Back(),
            _ => Correct(client, what),
        };
        _clients.Post(client)?.Offer(EventText.Message(failure is null ? "calibrate ok" : $"calibrate failed {failure}"));
    }

    private string? Correct(ClientSession client, string numbers)
    {
        if (!CalibrationMatrix.TryParse(numbers, out var correction))
            return "it takes six numbers that make an invertible matrix";
        var before = _inForce();
        var corrected = Corrected(before, correction, _toScreen);
        if (!corrected.IsUsable)
            return "with what is in force it makes no invertible matrix";
        _kept = _tries is null ? before : _kept;
        _tries = client;
        _apply(corrected);
        return null;
    }

    private string? Back()
    {
        if (_tries is not null)
            _apply(_kept);
        _tries = null;
        return null;
    }

    private string? Keep()
    {
        if (_config is null)
            return "the host has no configuration file; start it with --config FILE";
        try
        {
            ConfigEdit.Save(_config, Key, Text(_inForce()), static file => ConfigFile.Load(file));
        }
        catch (MmmException e)
        {
            return e.Message;
        }
        _tries = null;
        return null;
    }

    private static string Text(CalibrationMatrix m) => string.Create(
        CultureInfo.InvariantCulture, $"[{m.A:0.######}, {m.B:0.######}, {m.C:0.######}, {m.D:0.######}, {m.E:0.######}, {m.F:0.######}]");

    /// <summary>
    /// The panel's calibration with a correction of what is seen on the screen: there and back again, since a calibration corrects positions
    /// on the panel, and the screen may hang turned.
    /// </summary>
    public static CalibrationMatrix Corrected(CalibrationMatrix calibration, CalibrationMatrix onScreen, CalibrationMatrix toScreen) =>
        calibration.Then(toScreen).Then(onScreen).Then(Inverse(toScreen));

    /// <summary>From fractions of the panel to fractions of the screen.</summary>
    public static CalibrationMatrix MatrixOf(Orientation orientation)
    {
        var (x, y) = orientation.ToClient(0.0, 0.0);
        var (rightX, rightY) = orientation.ToClient(1.0, 0.0);
        var (downX, downY) = orientation.ToClient(0.0, 1.0);
        return new CalibrationMatrix(rightX - x, downX - x, x, rightY - y, downY - y, y);
    }

    private static CalibrationMatrix Inverse(CalibrationMatrix m)
    {
        var d = m.A * m.E - m.B * m.D;
        var (a, b, c, e) = (m.E / d, -m.B / d, -m.D / d, m.A / d);
        return new CalibrationMatrix(a, b, -(a * m.C + b * m.F), c, e, -(c * m.C + e * m.F));
    }
}
