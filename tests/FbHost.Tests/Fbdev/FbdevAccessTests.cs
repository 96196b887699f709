namespace FbHost.Tests.Fbdev;

public class FbdevAccessTests
{
    [Fact]
    public void A_device_without_permission_names_the_group()
    {
        Programs.NeedRoot();
        using var temp = new TempDirectory();
        var device = temp.Write("fb0", "");
        File.SetUnixFileMode(device, UnixFileMode.None);
        using var clients = new TempDirectory();
        File.SetUnixFileMode(clients.Path, (UnixFileMode)0x1FF);
        using var mmm = new Child("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups",
            Programs.Mmm, "--display", $"fbdev:{device}", "--input", "none", "--audio", "none", "--path", clients["mmm"]]);
        BadInputTests.AssertOneLine(mmm,
            $"mmm: {device}: permission denied. Add the user to the group \"video\": sudo usermod -aG video $USER");
    }
}
