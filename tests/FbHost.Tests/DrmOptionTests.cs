using FbHost.Options;

namespace FbHost.Tests;

public class DrmOptionTests
{
    [Theory]
    [InlineData("drm:/dev/dri/card0", "/dev/dri/card0", "")]
    [InlineData("drm:/dev/dri/card1:HDMI-A-1", "/dev/dri/card1", "HDMI-A-1")]
    [InlineData("drm:card0", "/dev/dri/card0", "")]
    [InlineData("drm:card1:HDMI-A-1", "/dev/dri/card1", "HDMI-A-1")]
    [InlineData("drm:/dev/dri/by-path/pci-0000:00:02.0-card", "/dev/dri/by-path/pci-0000:00:02.0-card", "")]
    [InlineData("drm:/dev/dri/by-path/pci-0000:00:02.0-card:DSI-1", "/dev/dri/by-path/pci-0000:00:02.0-card", "DSI-1")]
    public void A_KMS_display_is_a_device_and_perhaps_a_connector(string text, string path, string connector)
    {
        var choice = DisplayChoice.Parse(text, out _);
        Assert.Equal((DisplayKind.Drm, path, connector), (choice!.Kind, choice.Path, choice.Connector));
    }
}
