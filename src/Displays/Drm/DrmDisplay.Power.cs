using Mmm.Linux;

namespace Displays;

// When the display is not this host's, or not there: another terminal's, turned off, its monitor unplugged, or the whole device.
internal sealed unsafe partial class DrmDisplay
{
    /// <summary>
    /// Another program gets the screen: nothing is shown by this one from the moment this returns until <see cref="Show"/>.
    /// </summary>
    public void Hide()
    {
        _hidden = true;
        GiveUp();
        var error = _device.DropMaster();
        if (error < 0 && !_device.IsGone && !_saidKept)
        {
            _saidKept = true;
            _log($"{_device.Path}: the screen cannot be let go: {Sys.ErrorText(error)}; "
                + "other programs cannot show on it while this one runs");
        }
    }

    /// <summary>The screen is this display's again.</summary>
    public void Show()
    {
        var error = _device.TakeMaster();
        if (error < 0 && !_device.IsGone && !_saidNotBack)
            _log($"{_device.Path}: the screen cannot be taken back: {Sys.ErrorText(error)}; another program may show on it still; "
                + "this one's picture waits");
        _saidNotBack = error < 0;
        _hidden = false;
        GiveUp(); // there may be anything on it
        if (_blank)
            _device.DisableCrtc(_crtc);
        OnHotplug();
    }

    // The CRTC is switched off, and the monitor with it; the clients go on into the shadow.
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
            return; // looked at when it is shown again
        var now = _device.Connector(_connector.Id);
        if (_device.IsGone)
        {
            Lose();
            return;
        }
        if (now is not { IsConnected: true })
        {
            if (_on)
                TurnOff($"{_device.Path}: {_connector.Name} was unplugged; its picture is kept until it is back");
            _unplugged = true;
            return;
        }
        var i = DrmMode.Find(now.Modes, new DrmMode(Width, Height, (DrmMode.MilliHz(_mode) + 500) / 1000));
        if (i < 0)
            i = DrmMode.Find(now.Modes, new DrmMode(Width, Height, 0));
        if (i < 0)
        {
            OnOtherModes(now);
            return;
        }
        if (_on)
            return;
        _mode = now.Modes[i];
        var error = SetMode();
        if (error < 0)
            _log($"{_device.Path}: {_connector.Name} cannot be set to {DrmMode.Name(_mode)}: {Sys.ErrorText(error)}");
        else if (_unplugged)
            _log($"{_device.Path}: {_connector.Name} is back, {DrmMode.Name(_mode)}");
        _unplugged = _saidOtherModes = false;
    }

    // Another monitor. Without a mode in the configuration, the device is opened again with one of its own.
    private void OnOtherModes(DrmConnector now)
    {
        if (_wish is null && now.Modes.Length > 0)
            Lose($"{_device.Path}: {_connector.Name} has no mode {Width}x{Height} any more ({now.ModeNames}); its own is set");
        else if (!_saidOtherModes)
            _log($"{_device.Path}: {_connector.Name} has no mode {Width}x{Height} any more ({now.ModeNames}); "
                + "its picture is kept until it is back");
        _saidOtherModes = true;
    }

    private void Lose() => Lose($"{_device.Path} ({_device.Driver}) is gone; the clients go on without it");

    // As a USB display that is unplugged: the clients go on into the shadow until the host has let go of this one.
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
        GiveUp();
    }

    // Clients go on into the shadow.
    private void GiveUp()
    {
        _on = false;
        if (IsBusy)
            _damage.FlipFailed();
        GoOn();
    }
}
