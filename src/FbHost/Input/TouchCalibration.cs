using System.Globalization;
using FbHost.Clients;
using FbHost.Loop;
using FbHost.Options;
using InputEvdev;
using Mmm.Protocol;
using Mmm;

namespace FbHost.Input;

/// <summary>
/// Lets an app calibrate the touch screens by messages: <c>calibrate A B C D E F</c> corrects the current calibration at once; <c>calibrate
/// keep</c> writes the result to the configuration; <c>calibrate back</c> restores the previous calibration, as does the end of the app.
/// The host answers by the events <c>message calibrate ok</c> and <c>message calibrate failed REASON</c>.
/// </summary>
internal sealed class TouchCalibration
{
    private static readonly string[] Key = ["input", "touch", "calibration"];
    private readonly ClientTable _clients;
    private readonly Worker _worker;
    private readonly Func<CalibrationMatrix> _toScreen;
    private readonly string? _config;
    private readonly Func<CalibrationMatrix> _inForce;
    private readonly Action<CalibrationMatrix> _apply;
    private CalibrationMatrix _kept; // the calibration to restore, while a client tries another one
    private ClientSession? _tries; // the client whose correction is in use and not written yet
    private bool _isWriting; // the current calibration is being written to the configuration
    private bool _hasEnded; // the app has ended since

    /// <param name="clients">The clients, whose messages control the calibration.</param>
    /// <param name="worker">Writes the configuration.</param>
    /// <param name="toScreen">Returns the current conversion from fractions of the calibrated panel to fractions of the screen.</param>
    /// <param name="inForce">Returns the calibration that is in use.</param>
    /// <param name="config">The configuration file; null if there is none.</param>
    /// <param name="apply">Sets the calibration in use.</param>
    public TouchCalibration(
        ClientTable clients, Worker worker, Func<CalibrationMatrix> toScreen,
        Func<CalibrationMatrix> inForce, string? config, Action<CalibrationMatrix> apply)
    {
        (_clients, _worker, _toScreen, _inForce, _config, _apply) = (clients, worker, toScreen, inForce, config, apply);
        clients.Messages.CalibrationAsked += Act;
        clients.Gone += client =>
        {
            if (client != _tries)
                return;
            if (_isWriting)
                _hasEnded = true;
            else
                Back();
        };
    }

    private void Act(ClientSession client, string what)
    {
        if (_isWriting)
        {
            Answer(client, "the last calibration is still being written; ask again");
            return;
        }
        if (what == "keep")
            Keep(client);
        else
            Answer(client, what == "back" ? Back() : Correct(client, what));
    }

    private void Answer(ClientSession client, string? failure) =>
        _clients.Events.To(client)?.Offer(EventText.Message(failure is null ? "calibrate ok" : $"calibrate failed {failure}"));

    private string? Correct(ClientSession client, string numbers)
    {
        if (!CalibrationMatrix.TryParse(numbers, out var correction))
            return "it must be six numbers that form an invertible matrix";
        var before = _inForce();
        var corrected = Corrected(before, correction, _toScreen());
        if (!corrected.IsUsable)
            return "together with the current calibration the matrix is not invertible";
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

    private void Keep(ClientSession client)
    {
        if (_config is not { } file)
        {
            Answer(client, "the host has no configuration file; start it with --config FILE");
            return;
        }
        var text = Text(_inForce());
        _hasEnded = false;
        _isWriting = _worker.Run(() => Save(file, text), failure =>
        {
            _isWriting = false;
            if (failure is null)
                _tries = null;
            else if (_hasEnded)
                Back();
            Answer(client, failure);
        });
        if (!_isWriting)
            Answer(client, Worker.Busy);
    }

    private static string? Save(string file, string text)
    {
        try
        {
            ConfigEdit.Save(file, Key, text, static changed => ConfigFile.Load(changed));
            return null;
        }
        catch (MmmException e)
        {
            return e.Message;
        }
    }

    private static string Text(CalibrationMatrix m) => string.Create(
        CultureInfo.InvariantCulture, $"[{m.A:0.######}, {m.B:0.######}, {m.C:0.######}, {m.D:0.######}, {m.E:0.######}, {m.F:0.######}]");

    /// <summary>
    /// Returns the panel's calibration, changed by a correction in screen coordinates. The positions are converted to the screen,
    /// corrected, and converted back, because a calibration applies to positions on the panel, which may be rotated.
    /// </summary>
    public static CalibrationMatrix Corrected(CalibrationMatrix calibration, CalibrationMatrix onScreen, CalibrationMatrix toScreen) =>
        calibration.Then(toScreen).Then(onScreen).Then(Inverse(toScreen));

    private static CalibrationMatrix Inverse(CalibrationMatrix m)
    {
        var d = m.A * m.E - m.B * m.D;
        var (a, b, c, e) = (m.E / d, -m.B / d, -m.D / d, m.A / d);
        return new CalibrationMatrix(a, b, -(a * m.C + b * m.F), c, e, -(c * m.C + e * m.F));
    }
}
