using System.Text;
using FbHost.Apps;
using FbHost.Options;
using Mmm;

namespace FbHost.Device;

// The commands that read and change the settings.
internal static partial class DeviceCommands
{
    // Puts changed settings into effect on the running system.
    private const string Script = "/usr/lib/mmm/settings";

    private static string PathOf(OptionTable.Given given) => given.Last(Data.Name) ?? DataFolder.Default;

    private static int Show(OptionTable.Given given)
    {
        var settings = DataFolder.Read(PathOf(given));
        if (given.Last(Json.Name) is not null)
        {
            Console.Write(Encoding.UTF8.GetString(settings.ToJson(hideSecrets: true)));
            return 0;
        }
        var width = SettingKey.All.Max(k => k.Name.Length) + 2;
        foreach (var key in SettingKey.All)
        {
            var values = settings.List(key.Name).Select(key.Shown).DefaultIfEmpty($"({key.Default})");
            Console.WriteLine(key.Name.PadRight(width) + string.Join("\n" + new string(' ', width), values.Select(LogWriter.Printable)));
        }
        Console.Write(NetworkState.Lines(PathOf(given)));
        return 0;
    }

    private static int Set(OptionTable.Given given)
    {
        using var data = new DataFolder(PathOf(given));
        var before = data.Read();
        var (how, changed) = Write(data, before, before.With(given.Words), given.Last(Yes.Name) is not null);
        return PutIntoEffect(data, how, changed);
    }

    private static (string How, IReadOnlyList<string> Changed) Write(
        DataFolder data, DeviceSettings before, DeviceSettings after, bool isConfirmed)
    {
        var isTrial = !isConfirmed && !after.HasNetworkOf(before);
        // The former network is on the disk before the new one, so that a power cut at any moment leaves one that can be taken back.
        if (isTrial && !File.Exists(data.FormerNetwork))
            DataFolder.Replace(data.FormerNetwork, before.OfNetwork.ToJson());
        else if (isConfirmed)
            DataFolder.Remove(data.FormerNetwork);
        return (isTrial ? "try" : "apply", data.Write(after));
    }

    private static int Confirm(OptionTable.Given given)
    {
        using var data = new DataFolder(PathOf(given));
        if (!File.Exists(data.FormerNetwork))
            throw new MmmException("no change of the network waits to be confirmed; it may have been taken back: mmmctl device show");
        DataFolder.Remove(data.FormerNetwork);
        Console.WriteLine("the network is kept as it is now");
        return 0;
    }

    private static int TakeBack(OptionTable.Given given)
    {
        using var data = new DataFolder(PathOf(given));
        if (!File.Exists(data.FormerNetwork))
            return 0; // it was confirmed at this moment
        var changed = data.Write(data.Read().WithNetworkOf(DeviceSettings.Read(data.FormerNetwork)));
        DataFolder.Remove(data.FormerNetwork);
        Console.WriteLine("the change of the network was not confirmed and is taken back");
        return PutIntoEffect(data, "apply", changed);
    }

    private static int Check(OptionTable.Given given)
    {
        DeviceSettings.Read(given.Words[0]);
        return 0;
    }

    private static int Import(OptionTable.Given given)
    {
        var file = given.Words[0];
        var report = file + ".txt";
        DeviceSettings settings;
        try
        {
            settings = DeviceSettings.Read(file, Path.GetFileName(file));
        }
        catch (MmmException e)
        {
            // For the person who put the file there, on another machine.
            DataFolder.Replace(report, Encoding.UTF8.GetBytes(string.Join("\r\n", FaultLine.AllOf(e)) + "\r\n"));
            throw;
        }
        using var data = new DataFolder(PathOf(given));
        // Whoever has the card in hand needs no network to change it again.
        var (how, changed) = Write(data, BeforeImport(data), settings, IsBoot || given.Last(Yes.Name) is not null);
        DataFolder.Replace(file + ".imported", settings.ToJson(hideSecrets: true));
        DataFolder.Remove(report);
        DataFolder.Remove(file);
        return PutIntoEffect(data, how, changed);
    }

    // Settings that are not valid are replaced, too.
    private static DeviceSettings BeforeImport(DataFolder data)
    {
        try
        {
            return data.Read();
        }
        catch (MmmException)
        {
            return DeviceSettings.None;
        }
    }

    private static bool IsBoot => Environment.GetEnvironmentVariable("MMM_BOOT") is not null;

    private static int Apply(OptionTable.Given given)
    {
        using var data = new DataFolder(PathOf(given));
        return PutIntoEffect(data, "apply", data.Derive(data.Read()));
    }

    // The script gets the names of the derived files that have changed. During the boot, what they are for is not running yet.
    private static int PutIntoEffect(DataFolder data, string how, IReadOnlyList<string> changed)
    {
        var isNeeded = data.IsOfSystem && changed.Count > 0 && !IsBoot;
        return isNeeded ? throw new MmmException(ChildProcess.Become([Script, how, .. changed])) : 0;
    }
}
