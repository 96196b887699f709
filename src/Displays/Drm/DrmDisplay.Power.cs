using Mmm.Linux;

namespace Displays;

// Handles the times when the host cannot show its picture: another terminal has the screen, the display is turned off, or the monitor or
// the device is unplugged.
internal sealed unsafe partial class DrmDisplay
{
    /// <summary>
    /// Gives the screen to another program. When this method has returned, this process shows nothing until <see cref="Show"/> is called.
    /// </summary>
    public void Hide()
    {
        _hidden = true;
        GiveUp();
        var error = _device.DropMaster();
        if (error < 0 && !_device.IsGone && !_saidKept)
        {
            _saidKept = true;
            _log($"{_device.Path}: the screen cannot be released: {Sys.ErrorText(error)}; "
                + "other programs cannot use it while this program runs");
        }
    }

    /// <summary>Takes the screen back.</summary>
    public void Show()
    {
        var error = _device.TakeMaster();
        if (error < 0 && !_device.IsGone && !_saidNotBack)
            _log($"{_device.Path}: the screen cannot be taken back: {Sys.ErrorText(error)}; "
                + "nothing is shown. If another program still uses the screen, end it");
        _saidNotBack = error < 0;
        _hidden = false;
        GiveUp(); // the content of the screen is unknown
        if (_blank)
            _device.DisableCrtc(_crtc);
        OnHotplug();
    }

    // Switches off the CRTC, and with it the monitor. The clients continue to draw into the shadow.
    public void Blank(bool blank)
    {
        _blank = blank;
        if (!blank)
            OnHotplug();
        else if (_on)
            TurnOff();
    }

    private void OnHotplug()
    {
        if (_hidden || _blank)
            return; // the connector is probed when the display is shown again
        var now = _device.Connector(_connector.Id);
        if (_device.IsGone)
        {
            Lose();
            return;
        }
        if (now is null or { IsUnplugged: true })
        {
            if (_on)
                TurnOff($"{_device.Path}: {_connector.Name} was unplugged; its picture is kept until it is connected again");
            _unplugged = true;
            return;
        }
        if (now.Edid.Length > 0 && _connector.Edid.Length > 0 && !now.Edid.AsSpan().SequenceEqual(_connector.Edid))
        {
            IsReplaced = true;
            Lose($"{_device.Path}: another monitor is connected to {_connector.Name}; its best mode is set");
            return;
        }
        var i = DrmMode.Find(now.Modes, new DrmMode(Width, Height, (DrmMode.MilliHz(_mode) + 500) / 1000));
        if (i < 0)
            i = DrmMode.Find(now.Modes, new DrmMode(Width, Height, 0));
        if (i < 0)
        {
            if (now.Modes.Length > 0)
                Lose($"{_device.Path}: {_connector.Name} no longer has the mode {Width}x{Height} (it has {now.ModeNames}); "
                    + "one of its own modes is set");
            return;
        }
        if (_on && !now.IsLinkBad)
        {
            _others?.Update(Shadow, Width, Height); // another connector may have changed
            return;
        }
        if (_on)
            _log($"{_device.Path}: the link of {_connector.Name} has become bad; setting the mode again");
        _mode = now.Modes[i];
        var error = SetMode();
        if (error < 0)
            _log($"{_device.Path}: {_connector.Name} cannot be set to {DrmMode.Name(_mode)}: {Sys.ErrorText(error)}");
        else if (_unplugged)
            _log($"{_device.Path}: {_connector.Name} is back, {DrmMode.Name(_mode)}");
        _unplugged = false;
    }

    private void Lose() => Lose($"{_device.Path} ({_device.Driver}) is gone; the clients continue without it");

    // The device is gone, for example an unplugged USB display. The clients continue to draw into the shadow until
    // the host closes this display.
    private void Lose(string why)
    {
        if (IsLost)
            return;
        IsLost = true;
        _log(why);
        GiveUp();
    }

    private void TurnOff(string why)
    {
        _log(why);
        TurnOff();
    }

    private void TurnOff()
    {
        _device.DisableCrtc(_crtc);
        _others?.TurnOff();
        GiveUp();
    }

    // Stops showing. The clients continue to draw into the shadow.
    private void GiveUp()
    {
        _on = false;
        if (IsBusy)
            _damage.FlipFailed();
        GoOn();
    }
}
