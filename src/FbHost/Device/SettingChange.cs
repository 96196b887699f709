using System.Text;

namespace FbHost.Device;

/// <summary>A change of a setting, as the command line has it.</summary>
internal sealed class SettingChange
{
    private readonly SettingKey _key;
    private readonly char _kind; // '=', '+' or '-'
    private readonly string[] _texts;

    private SettingChange(SettingKey key, char kind, string[] texts) => (_key, _kind, _texts) = (key, kind, texts);

    /// <summary>Reads KEY=VALUE, KEY+=VALUE or KEY-=VALUE.</summary>
    /// <returns>Null, or what is wrong: one line.</returns>
    public static string? Of(string text, out SettingChange? change)
    {
        change = null;
        var end = text.IndexOf('=');
        if (end < 1)
            return $"{Shown(text)} is no change of a setting; it must be KEY=VALUE, as in hostname=panel7";
        var kind = text[end - 1] is '+' or '-' ? text[end - 1] : '=';
        var name = text[..(kind == '=' ? end : end - 1)];
        if (SettingKey.Find(name) is not { } key)
            return SettingKey.Unknown(Shown(name));
        if (kind != '=' && !key.IsList)
            return $"{name} has one value; set it with {name}=VALUE";
        var value = text[(end + 1)..];
        if (kind != '=' && value.Length == 0)
            return $"{name}{kind}= has no value; it must be {name}{kind}=VALUE";
        string[] texts = value.Length == 0 ? [] : [value];
        if (key.Name == "key" && value.StartsWith('@'))
        {
            if (FileFault(value[1..], out texts) is { } fault)
                return fault;
        }
        else if (key is { IsList: true, Name: not "key" })
        {
            texts = value.Split(',', StringSplitOptions.RemoveEmptyEntries);
        }
        if (kind != '-' && texts.FirstOrDefault(t => key.Must(t) is not null) is { } bad)
            return $"{name} is {(key.IsSecret ? "not valid" : $"\"{Shown(bad)}\"")}; {key.Must(bad)}";
        change = new SettingChange(key, kind, texts);
        return null;
    }

    // The lines of a file with keys, without comments.
    private static string? FileFault(string file, out string[] lines)
    {
        lines = [];
        try
        {
            lines = [.. Encoding.UTF8.GetString(WholeFile.Read(file, 1 << 16)).Split('\n').Select(l => l.Trim())
                .Where(l => l.Length > 0 && l[0] != '#')];
            return lines.Length > 0 ? null : $"{Shown(file)} has no key; name the file of a public key (.pub)";
        }
        catch (IOException e)
        {
            return $"{Shown(file)}: {IoFault.Text(e)}; name the file of a public key (.pub) on this device";
        }
    }

    /// <summary>Changes the values.</summary>
    /// <returns>Null, or what is wrong: one line.</returns>
    public string? ApplyTo(Dictionary<SettingKey, string[]> values)
    {
        var now = _kind == '=' ? [] : values.GetValueOrDefault(_key, []);
        foreach (var text in _texts)
        {
            var isSame = (string other) => _key.Name == "key" ? SshKey.SameKey(other, text) : other == text;
            if (_kind == '-' && !now.Any(IsMeant))
                return $"{_key.Name} has no value {Shown(text)}; mmmctl device show prints what it has";
            now = [.. now.Where(v => _kind == '-' ? !IsMeant(v) : !isSame(v)), .. _kind == '-' ? (string[])[] : [text]];

            bool IsMeant(string v) => _key.Name == "key" ? SshKey.IsMeant(v, text) : v == text;
        }
        if (now.Length > _key.Most)
            return $"{_key.Name} would have {now.Length} values; it may have at most {_key.Most}";
        if (now.Length == 0)
            values.Remove(_key);
        else
            values[_key] = now;
        return null;
    }

    private static string Shown(string text) => text.Length <= 60 ? text : $"{text[..60]}…";
}
