using Mmm;

namespace FbHost.Options;

/// <summary>
/// Reads the configuration file: JSON with comments. Every key is optional; an unknown key is an error. See docs/configuration.md.
/// </summary>
internal static class ConfigFile
{
    /// <summary>Reads a configuration.</summary>
    /// <exception cref="MmmException">The configuration is not valid. The message is the first fault in one line, with the file, the line,
    /// the key and what it must be. The inner exception is a <see cref="ConfigException"/> with all faults.</exception>
    public static ServeOptions Load(string file)
    {
        var options = Read(file, out var faults);
        return faults.AreNone ? options : throw faults.ToException();
    }

    /// <summary>
    /// Reads what is valid of a configuration: keys with a fault have their defaults, and apps with a fault are left out.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="faults">What is wrong with it.</param>
    public static ServeOptions Read(string file, out ConfigFaults faults)
    {
        faults = new ConfigFaults(file);
        return Read(file, faults, checksPlaces: false);
    }

    /// <summary>Returns the faults of a configuration, each one line; none if it is valid.</summary>
    /// <param name="file">The file.</param>
    /// <param name="checksPlaces">Whether the files, programs and devices that it names must exist on this machine.</param>
    public static IReadOnlyList<string> Check(string file, bool checksPlaces)
    {
        var faults = new ConfigFaults(file);
        Read(file, faults, checksPlaces);
        return faults.Lines;
    }

    private static ServeOptions Read(string file, ConfigFaults faults, bool checksPlaces)
    {
        var root = ConfigText.Read(file, faults, checksPlaces) ?? ConfigText.Parse("{}"u8.ToArray(), faults)!;
        var options = new ServeOptions { Configuration = root };
        ObjectType<ServeOptions>.TryRead(options, root, ConfigTable.Keys());
        CheckApps(root, options);
        LedsConfig.CheckApps(root);
        ButtonsConfig.Check(options, LedsConfig.NamesIn(root), knowsApps: (root.Member("apps")?.Items ?? []).Count == options.Apps.Count);
        return options;
    }

    // What needs all apps: their names differ, and "front" is one of them. Apps with a fault of their own have no name to compare.
    private static void CheckApps(JsonValue root, ServeOptions options)
    {
        var items = root.Member("apps")?.Items ?? [];
        if (items.Count != options.Apps.Count)
        {
            options.Apps = [.. options.Apps.DistinctBy(a => a.Name)]; // what belongs to an app has its name
            return;
        }
        var names = new HashSet<string>();
        for (var i = 0; i < items.Count; i++)
        {
            if (!names.Add(options.Apps[i].Name))
                items[i].Fault($"another app is named {options.Apps[i].Name} already; give it a \"name\" of its own");
        }
        for (var i = 0; i < items.Count; i++)
        {
            if (options.Apps[i].StartWhen.After is { } after && (after == options.Apps[i].Name || !names.Contains(after)))
                items[i].Member("startWhen")!.Fault("it must name another one of \"apps\"");
        }
        options.Apps = [.. options.Apps.DistinctBy(a => a.Name)];
        if (options.Front is { } front && !names.Contains(front))
        {
            root.Member("front")!.Fault(names.Count == 0
                ? "it must name one of \"apps\", and there are none"
                : Suggestion.For(front, names) is { } meant ? $"did you mean \"{meant}\"?"
                : $"it must name one of \"apps\": {string.Join(", ", names)}");
            options.Front = null;
        }
    }
}
