using FbHost.Options;
using Mmm;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Device;

/// <summary>The settings on the data partition: <c>device.json</c>, and what is derived from it in <c>device/</c>.</summary>
internal sealed class DataFolder : IDisposable
{
    /// <summary>The data partition of a device.</summary>
    public const string Default = "/data";

    private const string Derived = "device";
    private readonly string _path;
    private readonly int _lock;

    /// <summary>Opens the folder; no other program changes the settings until it is closed.</summary>
    /// <param name="path">Where the data partition is.</param>
    /// <exception cref="MmmException">The folder cannot be used, or another program changes the settings.</exception>
    public DataFolder(string path)
    {
        _path = path;
        if (!Directory.Exists(path))
            throw new MmmException($"{path}: there is no such folder; mmmctl device is for a system made by firmware-image/build");
        var fault = State.OwnedFolder.Make(path, Derived, null, 0x1C0 /* 0700: the Wi-Fi key is there */);
        if (fault is not null)
            throw new MmmException($"{fault}; only root may change the settings");
        _lock = Sys.Open(Path.Combine(path, Derived), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (_lock < 0 || Sys.Lock(_lock) < 0)
            throw new MmmException($"{path}: another program is changing the settings; try again");
    }

    /// <summary>Whether this is the partition of the running system.</summary>
    public bool IsOfSystem => _path == Default;

    /// <summary>The former settings of the network while the current ones are not confirmed.</summary>
    public string FormerNetwork => Path.Combine(_path, Derived, "former-network.json");

    private static string FileOf(string path) => Path.Combine(path, "device.json");

    /// <inheritdoc cref="Read(string)"/>
    public DeviceSettings Read() => Read(_path);

    /// <summary>Reads the settings of a data partition; none if there is no file.</summary>
    public static DeviceSettings Read(string path) => Path.Exists(FileOf(path)) || IsLink(FileOf(path))
        ? DeviceSettings.Read(FileOf(path)) : DeviceSettings.None;

    // A link to nothing does not "exist".
    private static bool IsLink(string file) => FileStatus.Of(file, out var status) >= 0 && status.Kind == FileKind.SymbolicLink;

    /// <summary>Writes the settings, and what is derived from them.</summary>
    /// <returns>The names of the derived files that have changed.</returns>
    public IReadOnlyList<string> Write(DeviceSettings settings)
    {
        Replace(FileOf(_path), settings.ToJson());
        return Derive(settings);
    }

    /// <summary>Writes what is derived from the settings; a file whose content stays the same is not written.</summary>
    /// <returns>The names of the files that have changed.</returns>
    public IReadOnlyList<string> Derive(DeviceSettings settings)
    {
        var changed = new List<string>();
        foreach (var (name, text) in DerivedFiles.Of(settings))
        {
            var file = Path.Combine(_path, Derived, name);
            var bytes = System.Text.Encoding.UTF8.GetBytes(text);
            if (IsContent(file, bytes))
                continue;
            Replace(file, bytes);
            changed.Add(name);
        }
        return changed;
    }

    private static bool IsContent(string file, byte[] bytes)
    {
        try
        {
            return WholeFile.Read(file, ConfigText.MostBytes, followsLinks: false).AsSpan().SequenceEqual(bytes);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Replaces a file that only root may read, with one line as the fault.</summary>
    public static void Replace(string file, ReadOnlySpan<byte> bytes)
    {
        try
        {
            WholeFile.Replace(file, bytes, isPrivate: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MmmException($"{file}: cannot be written: {IoFault.Text(e)}; nothing is changed");
        }
    }

    /// <summary>Removes a file, also after a power cut.</summary>
    public static void Remove(string file)
    {
        Sys.Unlink(file);
        var folder = Sys.Open(Path.GetDirectoryName(file)!, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder >= 0)
            fsync(folder);
        Sys.Close(folder);
    }

    public void Dispose() => Sys.Close(_lock);
}
