using System.Globalization;
using FbHost.Clients;
using FbHost.Loop;
using FbHost.Options;
using InputEvdev;
using Mmm;

namespace FbHost.Input;

/// <summary>
/// Lets an app calibrate the touch screens by messages: <c>calibrate A B C D E F</c> corrects what is in force, at once; <c>calibrate
/// keep</c> writes that to the configuration; <c>calibrate back</c> takes it back, as does the end of the app. Answered by the events
/// <c>message calibrate ok</c> and <c>message calibrate failed REASON</c>.
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
    private CalibrationMatrix _kept; // while somebody tries another
    private ClientSession? _tries; // whose correction is in force and not kept
    private bool _isWriting; // what is in force, into the configuration
    private bool _hasEnded; // the app, since

    /// <param name="clients">Whose messages say what to do.</param>
    /// <param name="worker">Writes the configuration.</param>
    /// <param name="toScreen">From fractions of the calibrated panel to fractions of the screen, now.</param>
    /// <param name="inForce">The calibration that is in force.</param>
    /// <param name="config">The configuration's file; null: there is none.</param>
    /// <param name="apply">Puts a calibration in force.</param>
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
            Answer(client, "what was kept last is still being written; ask again");
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
            return "it takes six numbers that make an invertible matrix";
        var before = _inForce();
        var corrected = Corrected(before, correction, _toScreen());
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
            Answer(client, "the host is busy with other files; ask again");
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
    /// The panel's calibration with a correction of what is seen on the screen: there and back again, since a calibration corrects
    /// positions on the panel, and the screen may hang turned.
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
