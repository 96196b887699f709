using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using FbHost.Options;
using Mmm;

namespace FbHost.Device;

/// <summary>The settings of a device: the values of some of the keys of <see cref="SettingKey"/>. All of them are valid.</summary>
internal sealed class DeviceSettings
{
    private readonly Dictionary<SettingKey, string[]> _values;

    private DeviceSettings(Dictionary<SettingKey, string[]> values) => _values = values;

    /// <summary>No settings: the defaults of all keys.</summary>
    public static DeviceSettings None => new([]);

    /// <summary>The value of a key that is no list; null if it has none.</summary>
    public string? Text(string name) => List(name) is [var only, ..] ? only : null;

    /// <summary>The values of a key; none if it is not set.</summary>
    public string[] List(string name) => _values.GetValueOrDefault(SettingKey.Find(name)!) ?? [];

    /// <summary>The keys that are set, in the order of <see cref="SettingKey.All"/>.</summary>
    public IEnumerable<(SettingKey Key, string[] Values)> All =>
        SettingKey.All.Where(_values.ContainsKey).Select(k => (k, _values[k]));

    /// <summary>Reads a file.</summary>
    /// <param name="file">JSON with comments; a symbolic link is not followed.</param>
    /// <param name="name">The name of the file in messages.</param>
    /// <exception cref="MmmException">The file cannot be read or is not valid; the faults are lines of its inner exception.</exception>
    public static DeviceSettings Read(string file, string? name = null)
    {
        var faults = new ConfigFaults(name ?? file);
        byte[] bytes = [];
        try
        {
            bytes = WholeFile.Read(file, ConfigText.MostBytes, followsLinks: false);
        }
        catch (IOException e)
        {
            faults.Add(0, $"the settings cannot be read: {IoFault.Text(e)}; name a file of JSON, as docs/device.md describes it");
        }
        var settings = faults.AreNone ? Parse(bytes, faults) : None;
        return faults.AreNone ? settings : throw faults.ToException();
    }

    private static DeviceSettings Parse(byte[] bytes, ConfigFaults faults)
    {
        var values = new Dictionary<SettingKey, string[]>();
        var root = ConfigText.Parse(bytes, faults);
        if (root is { Members: null })
            root.Fault("");
        foreach (var member in root?.Members ?? [])
        {
            if (SettingKey.Find(member.Key) is not { } key)
                member.UnknownKey(SettingKey.All.Select(k => k.Name));
            else if (ReadValues(key, member) is { } read)
                values[key] = read;
        }
        var settings = new DeviceSettings(values);
        foreach (var (key, must) in settings.Conflicts())
            root?.Member(key.Name)?.Fault(must);
        return settings;
    }

    // Returns null after it has added a fault. A secret is not in the fault's text.
    private static string[]? ReadValues(SettingKey key, JsonValue value)
    {
        var items = value.Items ?? [value];
        if (items.Count > key.Most)
        {
            value.Fault(key.IsList ? $"it must have at most {key.Most} values" : "it must be one text: \"…\"");
            return null;
        }
        var all = new List<string>();
        foreach (var item in items)
        {
            if (!item.TryText(SettingKey.MostText, out var text))
                return null;
            if (key.Must(text) is { } must)
            {
                if (key.IsSecret)
                    value.FaultWithoutValue(must);
                else
                    item.Fault(must);
                return null;
            }
            all.Add(text);
        }
        return all.Count > 0 ? [.. all] : null;
    }

    // What is wrong between keys that are valid by themselves.
    private IEnumerable<(SettingKey Key, string Must)> Conflicts()
    {
        foreach (var prefix in (string[])["", "wifi-"])
        {
            if (Text(prefix + "gateway") is not { } gateway)
                continue;
            var key = SettingKey.Find(prefix + "gateway")!;
            if (!Subnet.TryParse(Text(prefix + "ip") ?? "", out var own))
                yield return (key, $"it needs an address: set {prefix}ip=ADDRESS/PREFIX, too, or remove it with {prefix}gateway=");
            else if (Subnet.TryParseAddress(gateway, out var router) && !own.HasOther(router))
                yield return (key, $"it must be another address in the network of {prefix}ip, {Text(prefix + "ip")}");
        }
        if (Text("wifi") is null)
        {
            foreach (var (key, _) in All.Where(s => s.Key.Name.StartsWith("wifi-", StringComparison.Ordinal)))
                yield return (key, $"it needs a network: set wifi=SSID:KEY, too, or remove it with {key.Name}=");
        }
    }

    /// <summary>Returns these settings after some changes.</summary>
    /// <param name="changes">Each KEY=VALUE, KEY+=VALUE or KEY-=VALUE; an empty VALUE removes the key.</param>
    /// <exception cref="MmmException">A change is not valid; all faults are lines of its inner exception.</exception>
    public DeviceSettings With(IReadOnlyList<string> changes)
    {
        var values = new Dictionary<SettingKey, string[]>(_values);
        var faults = changes.Select(c => SettingChange.Of(c, out var change) ?? change!.ApplyTo(values)).OfType<string>().ToList();
        var settings = new DeviceSettings(values);
        faults.AddRange(settings.Conflicts().Select(c => $"{c.Key.Name} is {settings.Text(c.Key.Name)}; {c.Must}"));
        if (faults.Count == 0)
            return settings;
        string[] lines = [.. faults.Select(LogWriter.Printable)];
        throw new MmmException(lines[0], innerException: new ConfigException(lines));
    }

    /// <summary>Returns only the settings of the network.</summary>
    public DeviceSettings OfNetwork => new(_values.Where(v => v.Key.IsNetwork).ToDictionary());

    /// <summary>Returns these settings with the network of others.</summary>
    public DeviceSettings WithNetworkOf(DeviceSettings other) =>
        new(_values.Where(v => !v.Key.IsNetwork).Concat(other.OfNetwork._values).ToDictionary());

    /// <summary>Returns whether both have the same settings of the network.</summary>
    public bool HasNetworkOf(DeviceSettings other) => OfNetwork.ToJson().AsSpan().SequenceEqual(other.OfNetwork.ToJson());

    /// <summary>The settings as a file.</summary>
    /// <param name="hideSecrets">Whether <see cref="WifiNetwork.HiddenKey"/> is written in place of the Wi-Fi key.</param>
    public byte[] ToJson(bool hideSecrets = false)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var options = new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var w = new Utf8JsonWriter(buffer, options))
        {
            w.WriteStartObject();
            foreach (var (key, values) in All)
            {
                w.WritePropertyName(key.Name);
                if (key.IsList)
                    w.WriteStartArray();
                foreach (var value in values)
                    w.WriteStringValue(hideSecrets ? key.Shown(value) : value);
                if (key.IsList)
                    w.WriteEndArray();
            }
            w.WriteEndObject();
        }
        return [.. buffer.WrittenSpan, (byte)'\n'];
    }
}
