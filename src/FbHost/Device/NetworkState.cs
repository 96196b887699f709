using System.Text;

namespace FbHost.Device;

/// <summary>What the scripts of the system report about the network.</summary>
internal static class NetworkState
{
    private const string WifiState = "/run/wifi-state";

    /// <summary>Returns a line about Wi-Fi, and one about a change that waits to be confirmed; empty if there is nothing to say.</summary>
    /// <param name="data">The data partition.</param>
    public static string Lines(string data)
    {
        var text = new StringBuilder();
        if (data == DataFolder.Default && Read(WifiState) is { Length: > 0 } state)
            text.Append("Wi-Fi: ").Append(LogWriter.Printable(state)).Append('\n');
        if (File.Exists(Path.Combine(data, "device/former-network.json")))
            text.Append("the network is taken back 60 s after its change, or at the next boot; mmmctl device confirm keeps it\n");
        return text.ToString();
    }

    private static string? Read(string file)
    {
        try
        {
            return Encoding.UTF8.GetString(WholeFile.Read(file, 4096)).TrimEnd();
        }
        catch (IOException)
        {
            return null;
        }
    }
}
