using Displays.Pixels;
using Mmm;
using Mmm.Linux;
using static Displays.LinuxDrm;

namespace Displays;

/// <summary>What the outputs of a card show that the display does not use.</summary>
internal enum OtherOutputsUse
{
    /// <summary>Nothing: they are switched off, and no longer show the text of the boot.</summary>
    Off,

    /// <summary>The same picture.</summary>
    Mirror,

    /// <summary>Whatever they showed before.</summary>
    Leave,
}

/// <summary>The outputs of a card beside the display's own. Their faults are logged and affect nothing else.</summary>
/// <param name="device">The card.</param>
/// <param name="ownConnector">The connector of the display.</param>
/// <param name="ownCrtc">The CRTC of the display.</param>
/// <param name="use">What they show.</param>
/// <param name="format">The pixel format of the display.</param>
/// <param name="converter">Converts pixels to that format.</param>
/// <param name="log">Takes a line when an output begins to mirror the picture, or cannot.</param>
internal sealed class OtherOutputs(
    DrmDevice device, uint ownConnector, uint ownCrtc, OtherOutputsUse use, DrmFormat format, PixelConverter converter, Action<string> log)
    : IDisposable
{
    private readonly List<Mirror> _mirrors = [];
    private readonly HashSet<string> _said = [];

    /// <summary>
    /// Lights the outputs that mirror the picture, also those that were connected since, and switches all others off. Call it when the
    /// display shows its picture again, and when a connector has changed.
    /// </summary>
    public void Update(ReadOnlySpan<uint> picture, int width, int height)
    {
        if (use == OtherOutputsUse.Leave)
            return;
        if (use == OtherOutputsUse.Mirror)
            UpdateMirrors(picture, width, height);
        foreach (var crtc in device.Crtcs)
        {
            if (crtc != ownCrtc && !_mirrors.Exists(m => m.Crtc == crtc) && device.ReadCrtc(crtc).mode_valid != 0)
                device.DisableCrtc(crtc);
        }
    }

    private void UpdateMirrors(ReadOnlySpan<uint> picture, int width, int height)
    {
        var connected = device.Connectors().Where(c => c.Id != ownConnector && c.IsConnected && c.Modes.Length > 0).ToList();
        foreach (var gone in _mirrors.FindAll(m => !connected.Exists(c => c.Id == m.Connector)))
        {
            _mirrors.Remove(gone);
            gone.Dispose();
        }
        foreach (var connector in connected)
        {
            var mirror = _mirrors.Find(m => m.Connector == connector.Id);
            if (mirror is null && TryMake(connector, width, height) is { } made)
                _mirrors.Add(mirror = made);
            mirror?.Show([new Rect(0, 0, width, height)], picture);
            if (mirror?.Light() is < 0 and var error && _said.Add(connector.Name))
                log($"{device.Path}: {connector.Name} cannot mirror the picture: {Sys.ErrorText(error)}");
        }
    }

    private Mirror? TryMake(DrmConnector connector, int width, int height)
    {
        var crtc = device.CrtcFor(connector, [ownCrtc, .. _mirrors.Select(m => m.Crtc)]);
        var mode = connector.Modes[DrmMode.FindFor(connector.Modes, width, height)];
        try
        {
            if (crtc == 0)
                throw new MmmException($"{device.Path}: there is no CRTC left for {connector.Name}");
            var mirror = new Mirror(device, connector.Id, crtc, mode, (width, height), format, converter);
            log($"{device.Path}: {connector.Name} mirrors the picture, {DrmMode.Name(mode)}");
            return mirror;
        }
        catch (MmmException e)
        {
            if (_said.Add(connector.Name))
                log($"{e.Message}; it does not mirror the picture");
            return null;
        }
    }

    /// <summary>Shows the parts of the picture that have changed.</summary>
    public void Show(ReadOnlySpan<Rect> damage, ReadOnlySpan<uint> picture)
    {
        foreach (var mirror in _mirrors)
            mirror.Show(damage, picture);
    }

    /// <summary>Switches the outputs off that mirror the picture.</summary>
    public void TurnOff() => _mirrors.ForEach(m => device.DisableCrtc(m.Crtc));

    public void Dispose() => _mirrors.ForEach(m => m.Dispose());
}
