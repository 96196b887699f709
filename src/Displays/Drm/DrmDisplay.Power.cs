using Mmm.Linux;

namespace Displays;

// When the display is not this host's, or not there: another terminal's, turned off, its monitor unplugged, or the whole device.
internal sealed unsafe partial class DrmDisplay
{
    /// <summary>Another program gets the screen: nothing is shown by this one from the moment this returns until <see cref="Show"/>.</summary>
    public void Hide()
    {
        _hidden = true;
        GiveUp();
        _device.DropMaster();
    }

    /// <summary>The screen is this display's again.</summary>
    public void Show()
    {
        if (!_device.TakeMaster())
            _log($"{_device.Path}: another program shows on it still; this one's picture waits");
        _hidden = false;
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
            if (!_saidOtherModes)
                _log($"{_device.Path}: {_connector.Name} has no mode {Width}x{Height} any more ({now.ModeNames}); start the host again to use another");
            _saidOtherModes = true;
            return;
        }
        if (_on)
            return;
        _mode = now.Modes[i];
        var error = SetMode();
        if (error < 0)
            _log($"{_device.Path}: {_connector.Name} can not be set to {DrmMode.Name(_mode)}: {Sys.ErrorText(error)}");
        else if (_unplugged)
            _log($"{_device.Path}: {_connector.Name} is back, {DrmMode.Name(_mode)}");
        _unplugged = _saidOtherModes = false;
    }

    // As a USB display that is unplugged: the clients go on into the shadow until the host has let go of this one.
    private void Lose()
    {
        if (IsLost)
            return;
        IsLost = true;
        _log($"{_device.Path} ({_device.Driver}) is gone; the clients go on without it");
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
